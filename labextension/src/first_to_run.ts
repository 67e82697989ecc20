/** Which cell of a notebook is the first that has to run, so that the session is what all cells from the top make it. */

import type { SourceOfState, State } from './protocol';
import { isEdited } from './ran_texts';

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
 * The first cell that was edited since it ran, never ran, failed, was undone, or did not run right after the cell above it;
 * null if there is none. Where other cells ran after all of them, nothing but the travel is left to do: the index is behind the
 * last cell.
 *
 * The cells' states are asked for one after the other, up to that cell.
 */
export async function firstToRun(cells: readonly Seen[], session: Session): Promise<First | null> {
  let before = start(session);
  for (const [index, { source, state }] of cells.entries()) {
    const isDone =
      state !== undefined &&
      !state.failed &&
      state.parent === before &&
      session.isOnPath(state.number) &&
      (await isAsItRan(session, state.number, source));
    if (!isDone) return { index, before };
    before = state.number;
  }
  return before === session.present ? null : { index: cells.length, before };
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

async function isAsItRan(session: Session, state: number, text: string): Promise<boolean> {
  const answer = await session.source(state);
  return answer.status === 'ok' && answer.source !== null && !isEdited(text, answer.source);
}
