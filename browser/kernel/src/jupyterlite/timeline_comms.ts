/** The comms over which front ends follow the states of the session; docs/protocol.md describes their messages. */

import { fingerprint, isTold, stateData } from '../timetravel/tree_data';
import { TARGET, VERSION } from './timeline_protocol';
import type { State, Timeline } from '../timetravel/timeline';
import type { Fingerprint } from '../timetravel/tree_data';
import type { GrantsData } from './grants_data';
import type { KnownStates, LastSession } from './known_states';
import type { Message, Parent } from './messages';

/** Comms that are open at a time. A front end that went away did not close its own. */
const MOST_COMMS = 32;

const LONGEST_ID = 100; // characters of a comm's id

/** Milliseconds without a cell after which front ends are told: cells that follow each other quickly are told together. */
const PAUSE = 20;

/** Milliseconds after which they are told although cells go on. */
const LONGEST_PAUSE = 250;

/** Milliseconds for which states are looked into after a client without a comm has asked what they hold. */
const ASKING = 60_000;

/** Milliseconds after which all states are looked through: what becomes of states that were left is not urgent. */
const QUIET = 300;

const AT_A_TIME = 500; // states that are looked through before the page goes on

export class TimelineComms {
  readonly #comms = new Map<string, Parent>(); // with the messages that opened them
  #timeline: Timeline | null = null; // the one that was told
  #told = new Map<number, Fingerprint>();
  #present = 0;
  #lastSession: LastSession | null = null; // the one that was told
  #grants: string | null = null; // those that were told, as JSON
  #fellBack: string | null = null;
  #isTelling = false;
  #hasNews = false;
  #newsCame: () => void = () => undefined;
  #lastCell = -Infinity;
  #asked = -Infinity;
  #waitingForDescriptions = new Set<() => void>();

  /**
   * @param grants - What the notebook may reach now.
   * @param send - Publishes a message on IOPub: the message that it follows, its type, its content.
   */
  constructor(
    private readonly states: KnownStates,
    private readonly grants: () => GrantsData,
    private readonly send: (parent: Parent, type: string, content: Record<string, unknown>) => void
  ) {
    states.described = state => {
      for (const wake of this.#waitingForDescriptions) wake();
      if (this.#comms.size === 0) return;
      states.touched.add(state.number);
      this.#tellSoon();
    };
  }

  /** The ids of the open comms. */
  get ids(): string[] {
    return [...this.#comms.keys()];
  }

  // What clients send

  /** A client opened a comm: tell it all states, or close it at once if it is not for us. */
  open(message: Message): void {
    const { comm_id: id, target_name: target } = message.content;
    if (target !== TARGET || typeof id !== 'string' || id === '' || id.length > LONGEST_ID) {
      this.send(message, 'comm_close', { comm_id: id, data: {} });
      return;
    }
    this.#comms.delete(id);
    for (const oldest of this.#comms.keys()) {
      if (this.#comms.size < MOST_COMMS) break;
      this.#close(oldest);
    }
    if (this.#comms.size === 0) this.#note(this.states.timeline);
    this.#comms.set(id, { header: message.header, channel: message.channel });
    this.#tellTree([id]);
    if (this.#grants !== null) this.#tell({ event: 'grants', ...this.grants() }, [id]);
    this.#tellSoon(); // of what came while nobody was told
    this.lookBack();
  }

  /** A client closed its comm. */
  close(message: Message): void {
    const { comm_id: id } = message.content;
    if (typeof id !== 'string') return;
    this.#comms.delete(id);
    this.#restIfAlone();
  }

  #close(id: string): void {
    const parent = this.#comms.get(id);
    this.#comms.delete(id);
    if (parent !== undefined) this.send(parent, 'comm_close', { comm_id: id, data: {} });
  }

  /** The notebook may have another last session now. */
  lookBack(): void {
    if (this.#comms.size === 0) return;
    void this.states.lookBack().then(() => {
      if (!isSameSession(this.states.lastSession, this.#lastSession)) this.#tellSoon();
    });
  }

  /** The kernel is gone: nobody is told anything any more. */
  clear(): void {
    this.#comms.clear();
    this.#newsCame();
  }

  // Who looks into states for them

  /** A client, which need have no comm, wants to know what states hold: look into them for a while. */
  asked(): void {
    const now = performance.now();
    if (now > this.#asked + ASKING / 2) {
      this.#asked = now;
      setTimeout(() => {
        this.#restIfAlone();
      }, ASKING);
    }
    this.states.onlooker.wake();
  }

  #restIfAlone(): void {
    if (this.#comms.size === 0 && performance.now() >= this.#asked + ASKING - 1_000) this.states.onlooker.rest();
  }

  /** Wait until something is known of states, for so many milliseconds at most. */
  async describedWithin(milliseconds: number, isKnown: () => boolean): Promise<void> {
    if (isKnown()) return;
    await new Promise<void>(resolve => {
      const over = (): void => {
        clearTimeout(timer);
        this.#waitingForDescriptions.delete(look);
        resolve();
      };
      const look = (): void => {
        if (isKnown()) over();
      };
      const timer = setTimeout(over, milliseconds);
      this.#waitingForDescriptions.add(look);
    });
  }

  // What they are told

  /**
   * A cell has been answered, or the session has gone elsewhere: tell the clients, in a moment.
   *
   * @param fellBack - Why the session fell back to an earlier state, if it did.
   */
  cellEnded(fellBack: string | null = null): void {
    if (this.#comms.size === 0) return;
    this.#fellBack = fellBack ?? this.#fellBack;
    this.#lastCell = performance.now();
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#hasNews = true;
    this.#newsCame();
    if (!this.#isTelling) void this.#tellInPauses();
  }

  /** Tell what is new in the next pause, and what became of older states when it is quiet. */
  async #tellInPauses(): Promise<void> {
    this.#isTelling = true;
    try {
      while (this.#comms.size > 0 && this.#hasNews) {
        this.#hasNews = false;
        await this.#pause();
        await this.states.saved(); // the state of the last cell is there by then
        if (this.#comms.size === 0) break;
        this.#tellNew();
        this.#tellGrants();
        this.states.onlooker.wake();
        if (!(await this.#hasNewsWithin(QUIET)) && !this.states.runs) await this.#lookThrough();
      }
    } finally {
      this.#isTelling = false;
    }
  }

  async #pause(): Promise<void> {
    const until = performance.now() + LONGEST_PAUSE;
    for (;;) {
      const left = Math.min(this.#lastCell + PAUSE, until) - performance.now();
      if (left <= 0) return;
      await new Promise(resolve => setTimeout(resolve, left));
    }
  }

  #hasNewsWithin(milliseconds: number): Promise<boolean> {
    if (this.#hasNews) return Promise.resolve(true);
    return new Promise(resolve => {
      const timer = setTimeout(over, milliseconds, false);
      this.#newsCame = () => {
        over(true);
      };
      const forget = (): void => {
        this.#newsCame = () => undefined;
      };
      function over(hasNews: boolean): void {
        clearTimeout(timer);
        forget();
        resolve(hasNews);
      }
    });
  }

  #tellNew(): void {
    const { timeline, touched } = this.states;
    if (timeline !== this.#timeline || !isSameSession(this.states.lastSession, this.#lastSession)) {
      this.#note(timeline);
      this.#tellTree(this.#comms.keys());
      return;
    }
    if (timeline === null) return;
    const states = new Set(timeline.newest(timeline.size - this.#told.size));
    for (const number of touched) if (timeline.has(number)) states.add(timeline.get(number));
    touched.clear();
    if (states.size > 0 || timeline.current !== this.#present || this.#fellBack !== null) {
      this.#tellChanged([...states], timeline);
    }
  }

  /** Tell what the notebook may reach, if that is something else than before. */
  #tellGrants(): void {
    const grants = this.grants();
    const now = JSON.stringify(grants);
    if (now === this.#grants) return;
    this.#grants = now;
    this.#tell({ event: 'grants', ...grants }, this.#comms.keys());
  }

  /** Tell what became of states that were told before: most get to the disk, or make room in memory, later. */
  async #lookThrough(): Promise<void> {
    const timeline = this.#timeline;
    if (timeline === null) return;
    const changed: State[] = [];
    let count = 0;
    for (const state of [...timeline]) {
      if (!isTold(state, this.#told.get(state.number))) changed.push(state);
      count += 1;
      if (count % AT_A_TIME === 0) await new Promise(resolve => setTimeout(resolve, 0));
    }
    if (changed.length > 0 && this.#comms.size > 0 && timeline === this.states.timeline) {
      this.#tellChanged(changed, timeline);
    }
  }

  /** From now on changes of this timeline are told. */
  #note(timeline: Timeline | null): void {
    this.#timeline = timeline;
    this.#told = new Map([...(timeline ?? [])].map(state => [state.number, fingerprint(state)]));
    this.#present = this.states.present;
    this.states.touched.clear();
  }

  #tellTree(ids: Iterable<string>): void {
    const tree = this.states.tree();
    this.#lastSession = tree.last_session;
    this.#tell({ event: 'tree', version: VERSION, ...tree }, ids);
  }

  #tellChanged(states: readonly State[], timeline: Timeline): void {
    for (const state of states) this.#told.set(state.number, fingerprint(state));
    this.#present = timeline.current;
    const told = [...states]
      .sort((one, other) => one.created - other.created || Math.abs(one.number) - Math.abs(other.number))
      .map(stateData);
    const restored = this.#fellBack === null ? {} : { restored: { to: this.#present, why: this.#fellBack } };
    this.#fellBack = null;
    this.#tell({ event: 'changed', present: this.#present, states: told, gone: [], ...restored }, this.#comms.keys());
  }

  #tell(data: object, ids: Iterable<string>): void {
    for (const id of [...ids]) {
      const parent = this.#comms.get(id);
      if (parent !== undefined) this.send(parent, 'comm_msg', { comm_id: id, data });
    }
  }
}

function isSameSession(one: LastSession | null, other: LastSession | null): boolean {
  return one?.session === other?.session && one?.own === other?.own && one?.at === other?.at;
}
