/** Where the button at a cell leads, and what it would take back or bring back. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { State } from './protocol';
import { changedNothing } from './ways_on';
import { cellsInWords, isGone, summary } from './words';

const MOST_STEPS = 20;

/** What has to be known of the session. path: The present state and those that led to it. */
export interface Place {
  readonly path: readonly number[];
  readonly states: ReadonlyMap<number, State>;
  /** How many states ago a state on the path was the present one; undefined if it is not on it. */
  stepsBack(number: number): number | undefined;
}

/** target: The number of the state to go to. title: What that does, for people. */
export interface Offer {
  readonly sign: '↶' | '↷';
  readonly target: number;
  readonly title: string;
}

/**
 * What is offered at the cell of a state: to go to the state after it. Where that would change nothing, since no cell behind it
 * changed anything, the cell itself can be undone. Null where there is nothing to do.
 */
export function offerOf(state: State, place: Place, trans: TranslationBundle): Offer | null {
  const steps = place.stepsBack(state.number);
  if (steps === undefined) return isGone(state) ? null : forward(state, place, trans);
  if (state.changes !== null && !changedNothing(state) && isLast(steps, place)) {
    const before = state.parent === null ? undefined : place.states.get(state.parent);
    if (before === undefined || isGone(before)) return null;
    const [undo, what] = [trans.__('Undo this cell'), summary(state)];
    return { sign: '↶', target: before.number, title: what === '' ? undo : `${undo}: ${what}` };
  }
  if (steps === 0 || isGone(state)) return null;
  const undone = place.path.slice(Math.max(0, steps - MOST_STEPS), steps).toReversed();
  const cells = cellsInWords(statesOf(undone, place), steps, trans);
  return {
    sign: '↶',
    target: state.number,
    title: trans.__('Go back to the state after this cell: undoes %1', cells)
  };
}

function forward(state: State, place: Place, trans: TranslationBundle): Offer {
  const back: number[] = [];
  let here: State | undefined = state;
  while (here !== undefined && place.stepsBack(here.number) === undefined && back.length <= MOST_STEPS) {
    back.push(here.number);
    here = here.parent === null ? undefined : place.states.get(here.parent);
  }
  const offer = { sign: '↷', target: state.number } as const;
  const go = trans.__('Go forward to the state after this cell');
  if (back.length > MOST_STEPS) return { ...offer, title: go }; // a way as long as that is not told
  const undone = here === undefined ? 0 : (place.stepsBack(here.number) ?? 0);
  const parts = [trans.__('redoes %1', cellsInWords(statesOf(back.toReversed(), place), back.length, trans))];
  if (undone > 0) {
    const cells = place.path.slice(Math.max(0, undone - MOST_STEPS), undone).toReversed();
    parts.unshift(trans.__('undoes %1', cellsInWords(statesOf(cells, place), undone, trans)));
  }
  return { ...offer, title: `${go}: ${parts.join(', ')}` };
}

/** Whether no cell behind a state changed anything, as far as that is known. */
function isLast(steps: number, { path, states }: Place): boolean {
  return (
    steps <= MOST_STEPS &&
    path.slice(0, steps).every(number => {
      const state = states.get(number);
      return state !== undefined && changedNothing(state);
    })
  );
}

function statesOf(numbers: readonly number[], { states }: Place): State[] {
  return numbers.map(number => states.get(number)).filter(state => state !== undefined);
}
