/** What a person does to the session from the timeline of a front end, between two cells. */

import { repr } from '../source/python_text';
import { NoSuchState, placeOf } from './timeline';
import type { Go, TimeTravel } from './travel';
import type { State } from './timeline';

export const ACTIONS = ['undo', 'redo', 'restore', 'name', 'unname', 'resume', 'delete'] as const;

export type Action = (typeof ACTIONS)[number];

/** Cells that are undone or redone at once. */
export const MOST_CELLS = 1_000_000;

/** What is to be done. */
export interface Act {
  action: Action;
  /** The state that the person sees as the present one. */
  state: number;
  /** The state that it is about; null for the present one. */
  target: number | null;
  /** How many cells to undo or redo. */
  cells: number;
  /** For a state. */
  name: string;
  /** The one to resume; null for the last one of the notebook. */
  session: string | null;
}

/** It is not done; the message says why. */
export class Refused extends Error {}

/** What an act is done with. */
export interface ActContext {
  travel: TimeTravel;
  /** The line magics that only look. */
  looking: ReadonlySet<string>;
  go: Go;
  /** Who the kernel is: what another one left is taken up only when the person says so. */
  kernel: string;
  /** An earlier session goes on; the number of its last cell, and the states that led to where it is. */
  resumed(last: number, states: readonly State[]): void;
}

/** Do it; a line that says what it did. @throws Refused, NoSuchState - It was not done, and the session is as it was. */
export async function done(act: Act, context: ActContext): Promise<string> {
  const { travel, looking, go } = context;
  if (travel.timeline.current !== act.state) {
    throw new Refused('The session has gone on since: another state is the present one now.');
  }
  const target = act.target ?? act.state;
  switch (act.action) {
    case 'undo':
      return travel.undo(act.cells, looking, go);
    case 'redo':
      return travel.redo(act.cells, looking, go);
    case 'restore':
      return travel.restoreState(target, go);
    case 'name':
      return travel.nameState(target, act.name);
    case 'unname':
      return unnamed(travel, act);
    case 'delete':
      return travel.delete(target);
    case 'resume':
      return resumed(act, context);
  }
}

function unnamed(travel: TimeTravel, { target, name }: Act): string {
  if (target !== null) {
    const state = travel.timeline.get(target);
    if (!state.names.has(name)) throw new NoSuchState(`The state ${placeOf(state)} is not named ${repr(name)}.`);
  }
  return travel.unname(name);
}

async function resumed({ session }: Act, context: ActContext): Promise<string> {
  const { travel, kernel } = context;
  const chosen = await travel.choose(session);
  if (typeof chosen === 'string') throw new NoSuchState(chosen);
  if (chosen.kernel !== kernel) {
    throw new Refused(
      `Another kernel left the session ${chosen.id}: type %resume ${chosen.id} in a cell, which asks you first.`
    );
  }
  const { report, last, cells } = await travel.resume(chosen.id, context.go);
  context.resumed(last, cells);
  return report;
}
