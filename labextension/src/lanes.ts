/** Where the states of a tree are drawn, the newest first: the way to the present state goes straight down, on the left. */

import type { State } from './protocol';

/** Lanes that are drawn. States in further ones are drawn in the last. */
export const MOST_LANES = 12;

/** One state and the lines around it. */
export interface Row {
  readonly state: State;
  /** The lane that its dot stands in. */
  readonly lane: number;
  /** The lanes whose lines go past it. */
  readonly past: readonly number[];
  /** The lanes from which lines come down into its dot. */
  readonly from: readonly number[];
  /** Whether a line goes on to the state before it. */
  readonly leads: boolean;
}

/**
 * The rows of all states.
 *
 * @param states - In the order in which they were made.
 * @param present - The number of the present state.
 */
export function rowsOf(states: Iterable<State>, present: number): Row[] {
  const all = [...states];
  const known = new Set(all.map(state => state.number));
  const lanes = new Lanes(known.has(present) ? present : null);
  const rows: Row[] = [];
  let hasPresent = false;
  for (const state of all.reverse()) {
    const { number, parent } = state;
    const coming = lanes.end(number);
    const lane = coming[0] ?? lanes.free();
    const from = number === present ? coming.filter(each => each !== PRESENT) : coming;
    hasPresent ||= number === present;
    const past = lanes.taken().filter(each => each !== PRESENT || hasPresent);
    const leads = parent !== null && known.has(parent);
    if (leads) lanes.lead(lane, parent);
    rows.push({ state, lane, past, from, leads });
  }
  return rows;
}

/** The lane that leads to the present state, and on from it. */
const PRESENT = 0;
const LAST = MOST_LANES - 1;

/** Which state each lane leads down to. The last lane may lead to many: it stands for all that have no room. */
class Lanes {
  readonly #to: (number | null)[] = Array.from({ length: LAST }, () => null);
  readonly #others = new Set<number>();

  constructor(present: number | null) {
    this.#to[PRESENT] = present;
  }

  /** End the lanes that lead to a state, which is reached; the lanes that did. */
  end(number: number): number[] {
    const ended: number[] = [];
    for (const [lane, to] of this.#to.entries()) {
      if (to !== number) continue;
      this.#to[lane] = null;
      ended.push(lane);
    }
    if (this.#others.delete(number)) ended.push(LAST);
    return ended;
  }

  /** A lane for a state that no other leads to. */
  free(): number {
    const free = this.#to.indexOf(null, PRESENT + 1);
    return free < 0 ? LAST : free;
  }

  /** The lanes that lead somewhere. */
  taken(): number[] {
    const taken = [...this.#to.keys()].filter(lane => this.#to[lane] !== null);
    return this.#others.size > 0 ? [...taken, LAST] : taken;
  }

  lead(lane: number, to: number): void {
    if (lane === LAST) this.#others.add(to);
    else this.#to[lane] = to;
  }
}
