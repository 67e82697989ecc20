/** Which cell of a notebook is the first that has to run, so that the session is what all cells from the top make it. */

import type { SourceOfState, State } from './protocol';

/** A code cell: its text now, and the state that its last run left, if it ran in this session. */
export interface Seen {
  readonly source: string;
  readonly state: State | undefined;
}

/** What has to be known of the session. */
export interface Session {
  readonly present: number;
  readonly states: ReadonlyMap<number, State>;
  isOnPath(number: number): boolean;
  source(state: number): Promise<SourceOfState>;
}

/** The first cell to run, by its place among the cells, and the state to run it in. */
export interface First {
  readonly index: number;
  readonly before: number;
}

/**
 * The first cell that was edited since it ran, never ran, failed, was undone, or ran after a cell below it; null if there is
 * none.
 *
 * The cells' states are asked for one after the other, up to that cell.
 */
export async function firstToRun(cells: readonly Seen[], session: Session): Promise<First | null> {
  let before = start(session);
  const below = oldestBelow(cells, session);
  for (const [index, { source, state }] of cells.entries()) {
    const isDone =
      state !== undefined &&
      !state.failed &&
      session.isOnPath(state.number) &&
      state.number < (below[index] ?? Infinity) &&
      (await hasSource(session, state.number, source));
    if (!isDone) return { index, before };
    before = state.number;
  }
  return null;
}

/** For each cell, the oldest state of the cells below it that the session has behind it. */
function oldestBelow(cells: readonly Seen[], session: Session): number[] {
  const oldest: number[] = [];
  let least = Infinity;
  for (const [index, { state }] of [...cells.entries()].reverse()) {
    oldest[index] = least;
    if (state !== undefined && session.isOnPath(state.number)) least = Math.min(least, state.number);
  }
  return oldest;
}

/** The oldest state on the way to the present one: the empty start, of this session or of the one that goes on. */
function start(session: Session): number {
  let here = session.present;
  for (let parent = session.states.get(here)?.parent; typeof parent === 'number';) {
    here = parent;
    parent = session.states.get(here)?.parent;
  }
  return here;
}

async function hasSource(session: Session, state: number, source: string): Promise<boolean> {
  const answer = await session.source(state);
  return answer.status === 'ok' && answer.source === source;
}
