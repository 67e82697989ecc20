/**
 * Looks into states on the side, in a worker of its own, as long as a front end wants to be told.
 *
 * It loads states as they were kept, so the session is not disturbed, and no code of the notebook runs for it.
 */

import { described, entriesOf, look, MOST_WEIGHT, notCompared, weight } from './descriptions';
import { isDropped, NoSuchState } from './timeline';
import type { Description, Entries } from './descriptions';
import type { Inspector } from './journey';
import type { State, Timeline } from './timeline';

/** Bytes of a state that is not looked into. */
const LARGE = 32 << 20;

/** Milliseconds that it may take to load a state, and to look through it. */
const LOOKS_WITHIN = 5_000;

/** Milliseconds without anything to do after which the worker ends. */
const LINGERING = 5_000;

/** States of which it is remembered what they hold as a whole. */
const REMEMBERED = 4;

/** An inspector with a worker that can be ended. */
export interface EndingInspector extends Inspector {
  /** Have a worker. Throws what kept it from starting. */
  ready(): Promise<unknown>;
  close(): void;
}

/** What the onlooker looks at, and who is told. */
export interface Onlooked {
  /** The states there are; null if there are none. */
  timeline(): Timeline | null;
  /** Milliseconds for which the person's cells shall have the processors to themselves. */
  busyFor(): number;
  /** A state has been described. */
  described(state: State): void;
}

/** Describes states, the present one first, then the newest. */
export class Onlooker {
  #wanted = false;
  #ended = false;
  #running = false;
  #wake: () => void = () => undefined;
  #timeline: Timeline | null = null;
  #listed = 0;
  #toDo: State[] = []; // the next at the end
  #withoutParent = new Map<number, State[]>(); // described before the state that they come from
  #known = new Map<number, Entries>();
  #weight = 0; // of all descriptions

  constructor(
    private readonly inspector: EndingInspector,
    private readonly onlooked: Onlooked
  ) {}

  /** There may be states to look at. */
  wake(): void {
    if (this.#ended) return;
    this.#wanted = true;
    this.#wake();
    if (!this.#running) void this.#run();
  }

  /** Nobody wants to be told any more: look at nothing until the next `wake`. */
  rest(): void {
    this.#wanted = false;
  }

  /** End the worker. Idempotent. */
  close(): void {
    this.#ended = true;
    this.#wake();
    this.inspector.close();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      do {
        for (let state = this.#next(); state !== null; state = this.#next()) {
          await this.#roomForIt();
          if (!this.#isWanted()) break;
          await this.#describe(state);
        }
      } while (await this.#isWokenWithin(LINGERING));
    } catch (error) {
      // there is no worker to be had: the next cell tries it again
      if (!this.#ended) console.warn('The states of a Monty kernel cannot be looked into.', error);
    } finally {
      this.inspector.close();
      this.#running = false;
    }
  }

  #isWanted(): boolean {
    return this.#wanted && !this.#ended;
  }

  async #roomForIt(): Promise<void> {
    for (let wait = this.onlooked.busyFor(); wait > 0 && this.#isWanted(); wait = this.onlooked.busyFor()) {
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }

  #isWokenWithin(milliseconds: number): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    return new Promise(resolve => {
      const over = (isWoken: boolean): void => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve(isWoken && !this.#ended);
      };
      const timer = setTimeout(over, milliseconds, false);
      this.#wake = () => {
        over(true);
      };
    });
  }

  /** The state to look at: the present one, the one before it, and then the newest. */
  #next(): State | null {
    if (!this.#isWanted()) return null;
    const timeline = this.onlooked.timeline();
    if (timeline !== this.#timeline) this.#begin(timeline);
    if (timeline === null) return null;
    const added = timeline.newest(timeline.size - this.#listed);
    this.#listed += added.length;
    this.#toDo.push(...added.reverse());
    const { here } = timeline;
    if (here.description === null) return here;
    const before = here.parent === null ? null : timeline.get(here.parent);
    if (before?.description === null) return before;
    while (this.#toDo.at(-1)?.description != null) this.#toDo.pop();
    return this.#toDo.at(-1) ?? null;
  }

  #begin(timeline: Timeline | null): void {
    this.#timeline = timeline;
    this.#listed = 0;
    this.#toDo = [];
    this.#withoutParent.clear();
    this.#known.clear();
    this.#weight = 0;
    for (const { description } of timeline ?? []) this.#weight += weight(description);
  }

  async #describe(state: State): Promise<void> {
    const timeline = this.#timeline;
    const found = await this.#look(state);
    if (this.#ended || timeline === null || timeline !== this.#timeline) return;
    if (typeof found === 'string') {
      this.#keep(state, notCompared(found));
    } else {
      this.#remember(state.number, found);
      this.#keep(state, this.#compared(state, found, timeline));
    }
    const children = this.#withoutParent.get(state.number) ?? [];
    this.#withoutParent.delete(state.number);
    for (const child of children) {
      const whole = entriesOf(timeline, child.number);
      if (whole !== null) this.#keep(child, this.#compared(child, whole, timeline));
    }
  }

  #keep(state: State, description: Description): void {
    this.#weight += weight(description) - weight(state.description);
    state.description = description;
    this.onlooked.described(state);
  }

  /** The description of a state that holds this. */
  #compared(state: State, found: Entries, timeline: Timeline): Description {
    if (state.parent === null) return described(null, found);
    const parent = timeline.get(state.parent);
    if (parent.description === null) {
      this.#withoutParent.set(parent.number, [...(this.#withoutParent.get(parent.number) ?? []), state]);
      return { entries: found, whole: true, changes: null };
    }
    const before = this.#known.get(parent.number) ?? entriesOf(timeline, parent.number);
    if (before !== null) return described(before, found);
    const { changes } = parent.description;
    const why = changes?.compared === false ? changes.why : 'nothing is known';
    return notCompared(`of the state before it: ${why}`, found);
  }

  #remember(number: number, found: Entries): void {
    this.#known.delete(number);
    this.#known.set(number, found);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break;
      this.#known.delete(oldest);
    }
  }

  /** What a state holds, or why that is not known. */
  async #look(state: State): Promise<Entries | string> {
    if (isDropped(state)) return 'it was dropped to save space, or deleted';
    if (this.#weight > MOST_WEIGHT) return 'too much has changed in this session to keep account of it';
    if (state.size > LARGE) return `it is larger than ${LARGE >> 20} MiB`;
    await this.inspector.ready();
    try {
      const snapshot = await this.#inTime(this.inspector.visit(state));
      if (snapshot === null) return 'it takes too long to bring back';
      const found = await this.#inTime(look(this.inspector, snapshot));
      return found ?? 'it holds too much, or takes too long to look through';
    } catch (error) {
      if (!(error instanceof NoSuchState)) throw error;
      return 'it cannot be loaded';
    }
  }

  /** What work comes to; null if it takes too long: then the worker is ended. */
  async #inTime<T>(work: Promise<T>): Promise<T | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>(resolve => {
      timer = setTimeout(() => {
        resolve(null);
        this.inspector.close();
      }, LOOKS_WITHIN);
    });
    work.catch(() => undefined); // what is late may fail, too
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
