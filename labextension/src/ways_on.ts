/** Where a redo leads: the branch that was left last, as far as this page has seen it, or the only one that there is. */

import type { State } from './protocol';

/** Which of the states behind a state was come to last. */
export class WaysOn {
  readonly #left = new Map<number, number[]>(); // children by parent, the last one come to at the end

  /** The session is in the first of these states, which the others led to. Cells outside the history take no redo away. */
  walked(path: readonly number[]): void {
    for (const [index, child] of path.entries()) {
      const parent = path[index + 1];
      if (parent === undefined || child < 0) continue;
      const known = this.#left.get(parent);
      if (known?.at(-1) === child) continue;
      this.#left.set(parent, [...(known ?? []).filter(each => each !== child), child]);
    }
  }

  /** Those behind another state that were come to, the last one first. */
  from(parent: number): readonly number[] {
    return (this.#left.get(parent) ?? []).toReversed();
  }

  clear(): void {
    this.#left.clear();
  }
}

/** What has to be known of the session. path: The present state and those that led to it. */
export interface Walked {
  readonly path: readonly number[];
  readonly states: ReadonlyMap<number, State>;
  readonly waysOn: WaysOn;
}

/** The state that a redo leads to; null if it is not known which one, undefined if there is none. */
export function redoOf({ path, states, waysOn }: Walked): State | null | undefined {
  const children = new Map<number, number[]>();
  for (const { number, parent } of states.values()) {
    if (parent === null) continue;
    const others = children.get(parent);
    if (others === undefined) children.set(parent, [number]);
    else others.push(number);
  }
  const onwards = (parent: number, except?: number): number | null | undefined => {
    const others = (children.get(parent) ?? []).filter(each => each !== except);
    if (others.length < 2) return others[0];
    return waysOn.from(parent).find(each => others.includes(each)) ?? null;
  };
  let next: number | null | undefined;
  let from: number | undefined;
  for (const here of path) {
    next = onwards(here, from);
    const state = states.get(here);
    if (next !== undefined || state === undefined || changedSomething(state)) break;
    from = here; // a cell that only looked begins no branch
  }
  // what is done again with cells that changed nothing is told by the one that did
  let found = typeof next === 'number' ? states.get(next) : next;
  while (found && changedNothing(found)) {
    const further = onwards(found.number);
    const state = typeof further === 'number' ? states.get(further) : undefined;
    if (state === undefined) break;
    found = state;
  }
  return found;
}

/** Whether it is known that the cell of a state changed nothing. */
export function changedNothing({ changes }: State): boolean {
  return changes?.compared === true && changes.items.length + changes.more + changes.unknown === 0;
}

function changedSomething({ changes }: State): boolean {
  return changes?.compared === true && changes.items.length + changes.more > 0;
}
