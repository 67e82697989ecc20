/** The states of one session: a tree that grows by a state with every cell, the person's place in it, and names for states. */

import type { Snapshot } from '../worker/messages';
import type { Description } from './descriptions';

/** There is no such state, or it cannot be loaded. The message says why, or which states there are. */
export class NoSuchState extends Error {}

/** The session right after a cell. */
export interface State {
  /** The cell's execution count; 0 for the empty start; below 0 for a cell outside the history. */
  readonly number: number;
  /** The number of the state that the cell started from. */
  parent: number | null;
  /** The first line of the cell. */
  readonly label: string;
  /** The cell, as the person typed it. */
  readonly source: string;
  readonly failed: boolean;
  /** What restores it; null when it is only stored, or was dropped. */
  snapshot: Snapshot | null;
  /** Whether the store can give it back. */
  stored: boolean;
  /** Bytes of the dump. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly created: number;
  names: ReadonlySet<string>;
  /** The number of its child that was left last, where %redo leads. */
  onwards: number | null;
  /** The number of the child of its parent where %redo led before the cell ran. */
  beside: number | null;
  /** Whether it was proved that the cell changed nothing; null if nobody has asked yet. */
  look: boolean | null;
  /** What the front end calls the cell; null if it did not say. */
  readonly cellId: string | null;
  /** What it holds, and what its cell changed; null while nobody has looked. */
  description: Description | null;
}

/** Whether the cell of a state changed nothing. */
export type Looks = (state: State) => Promise<boolean>;

/** What a new state is made of. */
export interface NewState {
  /** 0 for a cell outside the history. */
  number: number;
  source: string;
  failed: boolean;
  snapshot: Snapshot;
  cellId: string | null;
}

/** What a state may be named. */
export const STATE_NAME = /^\p{L}[\p{L}\p{N}_.-]{0,99}$/u;

export const STATE_NAME_IS =
  "a name begins with a letter, has only letters, digits, '_', '-' and '.', and at most 100 characters";

/** Where a state stands, in the words of a report: "after In[3]". */
export function placeOf(state: Pick<State, 'number' | 'label'>): string {
  if (state.number < 0) return `after the cell '${state.label}'`;
  return state.number === 0 ? 'at the start' : `after In[${state.number}]`;
}

/** Whether nothing is left of a state but its place in the tree. */
export function isDropped(state: Pick<State, 'snapshot' | 'stored'>): boolean {
  return state.snapshot === null && !state.stored;
}

/** The first line of a cell that is not blank, for a list of states; at most 60 characters. */
export function firstLine(source: string): string {
  const line = /\S.*/u.exec(source)?.[0].trimEnd() ?? '';
  const characters = Array.from(line.slice(0, 122));
  return characters.length <= 60 ? line : `${characters.slice(0, 59).join('')}…`;
}

/** Every state of a session, by number. Going back and running on makes a branch, and nothing is forgotten. */
export class Timeline {
  current = 0;
  #states = new Map<number, State>();
  #order: State[] = []; // the same, as they were made
  #names = new Map<string, number>();
  #unnumbered = 0;

  /** @param start - What the empty session is; null if `of` gives it states. */
  constructor(start: Snapshot | null) {
    if (start === null) return;
    this.#add({
      number: 0,
      parent: null,
      label: '',
      source: '',
      failed: false,
      snapshot: start,
      stored: false,
      size: start.state.length,
      created: Date.now(),
      names: new Set(),
      onwards: null,
      beside: null,
      look: null,
      cellId: null,
      description: null
    });
  }

  /**
   * The timeline of a session that is taken up again. A state whose parent is missing begins a tree of its own.
   *
   * @param states - In the order in which they were made. What they say of each other may be wrong.
   * @param current - The number of the present state; the last state if it is missing.
   * @throws NoSuchState - There are no states.
   */
  static of(states: Iterable<State>, current: number): Timeline {
    return new Timeline(null).#take(states, current);
  }

  #take(states: Iterable<State>, current: number): this {
    for (const state of states) this.#add(state);
    if (this.#states.size === 0) throw new NoSuchState('Nothing of that session can be read.');
    this.#unnumbered = Math.min(0, ...this.#states.keys());
    const seen = new Set<number>();
    for (const state of this.#states.values()) {
      if (state.parent !== null && !seen.has(state.parent)) state.parent = null; // also one that would be its own
      seen.add(state.number);
      for (const name of state.names) this.#names.set(name, state.number);
    }
    const isChild = (number: number | null, parent: number | null): boolean =>
      number !== null && this.#states.get(number)?.parent === parent && parent !== null;
    for (const state of this.#states.values()) {
      if (!isChild(state.onwards, state.number)) state.onwards = null;
      if (!isChild(state.beside, state.parent)) state.beside = null;
    }
    this.#go(this.#states.has(current) ? current : Math.max(...this.#states.keys()));
    return this;
  }

  #add(state: State): void {
    this.#states.set(state.number, state);
    this.#order.push(state);
  }

  get size(): number {
    return this.#states.size;
  }

  /** The states that were made last, the last one first. */
  newest(count: number): State[] {
    return this.#order.slice(Math.max(0, this.#order.length - count)).reverse();
  }

  /** The highest number of a cell. */
  get last(): number {
    return Math.max(0, ...this.#states.keys());
  }

  /** Whether a cell with this number has left a state. */
  has(number: number): boolean {
    return this.#states.has(number);
  }

  /** The present state. */
  get here(): State {
    return this.get(this.current);
  }

  /** All states, in the order in which they were made. */
  [Symbol.iterator](): IterableIterator<State> {
    return this.#states.values();
  }

  /** Add the state after a cell that ran in the present state, and make it the present one. */
  record(made: NewState): State {
    const number = made.number === 0 ? --this.#unnumbered : made.number;
    if (this.#states.has(number)) throw new RangeError(`there is a state ${number} already`);
    const state: State = {
      number,
      parent: this.current,
      label: firstLine(made.source),
      source: made.source,
      failed: made.failed,
      snapshot: made.snapshot,
      stored: false,
      size: made.snapshot.state.length,
      created: Date.now(),
      names: new Set(),
      onwards: null,
      beside: this.here.onwards,
      look: null,
      cellId: made.cellId,
      description: null
    };
    this.#add(state);
    this.#lead(this.current, number);
    this.current = number;
    return state;
  }

  /** @throws NoSuchState */
  get(number: number): State {
    const state = this.#states.get(number);
    if (state === undefined) {
      throw new NoSuchState(`There is no state ${number}. %snapshots lists the states there are.`);
    }
    return state;
  }

  /** The state with this name or number. @throws NoSuchState */
  find(text: string): State {
    const named = this.#names.get(text);
    if (named !== undefined) return this.get(named);
    if (/^\d{1,15}$/.test(text)) return this.get(Number(text));
    const known = [...this.#names.keys()].sort().slice(0, 20).join(', ');
    const names = known === '' ? 'No state has a name yet.' : `Names: ${known}.`;
    throw new NoSuchState(`There is no state named '${text}'. ${names}`);
  }

  /**
   * The state before the last `cells` cells of this branch that changed something.
   *
   * @throws NoSuchState - Fewer cells led here.
   */
  async back(cells: number, looks: Looks): Promise<State> {
    let here = this.here;
    let done = 0;
    while (done < cells) {
      if (here.parent === null) throw new NoSuchState(this.#tooFewBack(done));
      if (here.number > 0 && !(await looks(here))) done += 1;
      here = this.get(here.parent);
    }
    return here;
  }

  #tooFewBack(done: number): string {
    if (done > 0) return `Only ${done} cell${done > 1 ? 's' : ''} led here: %undo ${done} goes back to the start.`;
    const why = this.here.parent === null ? 'this is the start' : 'no cell has changed anything';
    return `There is nothing to undo: ${why}.`;
  }

  /**
   * The state `cells` cells further on the branch that was left last, with cells that follow and are not counted.
   *
   * @throws NoSuchState - The branch ends before.
   */
  async forward(cells: number, looks: Looks): Promise<State> {
    const counts = (state: State): boolean => state.number > 0 && state.look !== true;
    let [start, next] = await this.#whereLeft(looks);
    let done = 0;
    while (next !== null && done < cells) {
      start = this.get(next);
      if (counts(start)) done += 1;
      next = start.onwards;
    }
    if (done < cells && (done > 0 || start.number === this.current)) {
      throw new NoSuchState(
        done === 0
          ? 'There is nothing to redo: no cell was undone here.'
          : `Only ${done} cell${done > 1 ? 's' : ''} can be done again: %redo ${done}.`
      );
    }
    while (next !== null && !counts(this.get(next))) {
      start = this.get(next);
      next = start.onwards;
    }
    return start;
  }

  /** The state where a branch was left, and the next one on it: the present one, or before cells that only looked. */
  async #whereLeft(looks: Looks): Promise<[State, number | null]> {
    let here = this.here;
    if (here.onwards !== null) return [here, here.onwards];
    while (here.parent !== null && (here.number < 0 || (await looks(here)))) {
      const parent = this.get(here.parent);
      const other = parent.onwards === here.number ? here.beside : parent.onwards;
      if (other !== null) return [parent, other];
      here = parent;
    }
    const began = await this.#branch(here, looks);
    if (began !== null) {
      const [number, tip] = began;
      throw new NoSuchState(
        `There is nothing to redo: In[${number}] began a new branch; %restore ${tip} goes back to the old one.`
      );
    }
    return [this.here, null];
  }

  /** The cell that began the branch of a state, and the last state of the branch that it left; null if it is the first. */
  async #branch(state: State, looks: Looks): Promise<[number, number] | null> {
    const way: State[] = [];
    for (let here = state; here.parent !== null; here = this.get(here.parent)) {
      way.push(here);
      if (here.beside === null) continue;
      let tip = here.beside;
      for (let further = this.get(tip).onwards; further !== null; further = this.get(tip).onwards) tip = further;
      for (const each of way.reverse()) {
        if (each === state || !(await looks(each))) {
          return each.number > 0 && tip > 0 ? [each.number, tip] : null;
        }
      }
    }
    return null;
  }

  /** The present state and those before it, back to the start. */
  *wayBack(): IterableIterator<State> {
    for (let number: number | null = this.current; number !== null;) {
      const state = this.get(number);
      yield state;
      number = state.parent;
    }
  }

  /** Make this state the present one. */
  go(state: State): void {
    this.#go(state.number);
  }

  // the whole way to a state is where %redo leads from each of its ancestors
  #go(number: number): void {
    this.current = number;
    let child = number;
    for (let above = this.get(child).parent; above !== null; above = this.get(child).parent) {
      this.#lead(above, child);
      child = above;
    }
  }

  // cells outside the history take no %redo away
  #lead(parent: number, child: number): void {
    const state = this.get(parent);
    if (child > 0 || state.onwards === null || state.onwards < 0) state.onwards = child;
  }

  /** Name a state. A name that another state has moves. */
  name(name: string, state = this.here): State {
    this.unname(name);
    this.#names.set(name, state.number);
    state.names = new Set([...state.names, name]);
    return state;
  }

  /** Take a name away from its state; null if no state has it. */
  unname(name: string): State | null {
    const number = this.#names.get(name);
    if (number === undefined) return null;
    this.#names.delete(name);
    const state = this.get(number);
    state.names = new Set([...state.names].filter(each => each !== name));
    return state;
  }

  /** All names that states have. */
  get names(): string[] {
    return [...this.#names.keys()];
  }
}
