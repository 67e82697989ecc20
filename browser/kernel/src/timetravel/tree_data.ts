/** The states of a session as plain data for front ends; docs/protocol.md describes each field. */

import { byCharacters } from '../engine/utf8';
import { visibleLine } from '../errors/visible_text';
import { characters, firstCharacters } from '../source/python_text';
import type { ChangesData, Description } from './descriptions';
import type { State, Timeline } from './timeline';

const LONGEST_NAME = 100; // characters

/** Changes that are told with a whole tree, those of the newest states: a front end asks for the others. */
const MOST_ITEMS = 20_000;

export interface StateData {
  number: number;
  parent: number | null;
  label: string;
  names: string[];
  /** Seconds since the epoch. */
  time: number;
  bytes: number;
  failed: boolean;
  where: Where;
  cell_id: string | null;
  changes: ChangesData | null;
}

/** Where a state is kept; null if it was dropped. */
type Where = 'memory' | 'disk' | 'both' | null;

/** What of a state may change after it was told. */
export interface Fingerprint {
  names: ReadonlySet<string>;
  where: Where;
  description: Description | null;
}

/** All states, in the order in which they were made. */
export function statesData(timeline: Timeline | null): StateData[] {
  const states = timeline === null ? [] : [...timeline].map(stateData);
  let left = MOST_ITEMS;
  for (const told of [...states].reverse()) {
    const { changes } = told;
    if (changes?.compared !== true || changes.items.length === 0) continue;
    left -= changes.items.length;
    if (left < 0) told.changes = { ...changes, items: [], more: changes.more + changes.items.length };
  }
  return states;
}

/** One state. */
export function stateData(state: State): StateData {
  return {
    number: state.number,
    parent: state.parent,
    label: visibleLine(state.label),
    names: [...state.names].map(shown).sort(byCharacters),
    time: Number.isFinite(state.created) ? state.created / 1_000 : 0,
    bytes: state.size,
    failed: state.failed,
    where: where(state),
    cell_id: state.cellId,
    changes: state.description?.changes ?? null
  };
}

function where({ snapshot, stored }: State): Where {
  if (snapshot !== null) return stored ? 'both' : 'memory';
  return stored ? 'disk' : null;
}

export function fingerprint(state: State): Fingerprint {
  return { names: state.names, where: where(state), description: state.description };
}

export function isTold(state: State, told: Fingerprint | undefined): boolean {
  return told?.names === state.names && told.where === where(state) && told.description === state.description;
}

/** A name that is fit to be shown: on one line, without control characters, not too long. */
function shown(name: string): string {
  const line = visibleLine(firstCharacters(name, LONGEST_NAME));
  if (characters(line) <= LONGEST_NAME && characters(name) <= LONGEST_NAME) return line;
  return `${firstCharacters(line, LONGEST_NAME - 1)}…`;
}
