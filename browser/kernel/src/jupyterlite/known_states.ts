/** The states of one kernel's session as front ends are told of them: which there are, and who looks into them. */

import { Onlooker } from '../timetravel/onlooker';
import { statesData } from '../timetravel/tree_data';
import { NoSuchState } from '../timetravel/timeline';
import { within } from '../session/within';
import type { HostedSession } from '../session/hosted_session';
import type { EarlierSession, SessionStore } from '../timetravel/session_store';
import type { EndingInspector } from '../timetravel/onlooker';
import type { State, Timeline } from '../timetravel/timeline';
import type { TimeTravel } from '../timetravel/travel';
import type { StateData } from '../timetravel/tree_data';

/** Milliseconds after a cell before states are looked into. */
const PAUSE = 150;

/** Milliseconds that a cell has run when they are looked into beside it. */
const LONG_CELL = 500;

/** The last session of a notebook, as front ends are told. */
export interface LastSession {
  session: string;
  ended: 'closed';
  /** Seconds since the epoch. */
  at: number;
  states: number;
  variables: null;
  /** Whether it is taken up without a question. */
  own: boolean;
}

export interface Tree {
  session: string | null;
  present: number;
  running: boolean;
  last_session: LastSession | null;
  states: StateData[];
}

/** What the states belong to. */
export interface KnownStatesParts {
  travel: TimeTravel;
  session: HostedSession;
  store: SessionStore;
  /** Looks at states for the onlooker, and for nobody else. */
  inspector: EndingInspector;
  /** Who the kernel is now. */
  kernel: () => string;
}

export class KnownStates {
  /** Is called when a state has been looked into. */
  described: (state: State) => void = () => undefined;
  readonly onlooker: Onlooker;

  #last: EarlierSession | null = null;
  #runs = false;
  #turned = -Infinity;

  constructor(private readonly parts: KnownStatesParts) {
    this.onlooker = new Onlooker(parts.inspector, {
      timeline: () => this.timeline,
      busyFor: () => this.#turned + (this.#runs ? LONG_CELL : PAUSE) - performance.now(),
      described: state => {
        this.described(state);
      }
    });
  }

  /** The states there are so far; null before the first cell. */
  get timeline(): Timeline | null {
    return this.parts.travel.known;
  }

  /** The number of the present state. */
  get present(): number {
    return this.timeline?.current ?? 0;
  }

  /** Numbers of states of which something else is to be told; whoever tells it takes them out. */
  get touched(): Set<number> {
    return this.parts.travel.touched;
  }

  /** Whether a cell runs. */
  get runs(): boolean {
    return this.#runs;
  }

  /** A cell begins, or has ended. */
  turn(runs: boolean): void {
    this.#runs = runs;
    this.#turned = performance.now();
  }

  /** Wait for the state of the last cell, for so many milliseconds at most; not at all while a cell runs. */
  async settled(milliseconds: number): Promise<void> {
    if (!this.#runs) await within(milliseconds, this.saved());
  }

  /** Wait for the state of the last cell. */
  async saved(): Promise<void> {
    await this.parts.session.saved();
  }

  /** The last session of this notebook, as long as it can be taken up; null as long as nobody has looked back. */
  get lastSession(): LastSession | null {
    const last = this.#last;
    if (last === null || last.id === this.parts.travel.session) return null;
    const { id, used, states, kernel } = last;
    const own = kernel === this.parts.kernel();
    return { session: id, ended: 'closed', at: used / 1_000, states, variables: null, own };
  }

  /** Find out which session of this notebook was the last. */
  async lookBack(): Promise<void> {
    try {
      this.#last = (await this.parts.store.sessions()).findLast(each => !each.running) ?? null;
    } catch (error) {
      if (!(error instanceof NoSuchState)) throw error; // this browser keeps none
    }
  }

  /** What front ends are told of all states. */
  tree(): Tree {
    return {
      session: this.parts.travel.session,
      present: this.present,
      running: this.#runs,
      last_session: this.lastSession,
      states: statesData(this.timeline)
    };
  }

  /** End the onlooker. */
  close(): void {
    this.onlooker.close();
  }
}
