/** States and their changes in words, for people. All of it is plain text: a label may hold any markup. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Change, State, Value } from './protocol';
import { changedNothing } from './ways_on';

const SHOWN = 3;
const MOST_LISTED = 30;

/** The cell of a state: `[4]`, or what it is without a number. */
export function numberOf(state: State): string {
  if (state.number === 0) return 'start';
  return state.number > 0 ? `[${state.number}]` : '[·]';
}

/** What a state's cell changed, in a few words: `data: list of 3 → list of 0`; empty for nothing known. */
export function summary(state: State): string {
  const { changes } = state;
  if (changes === null) return '';
  if (!changes.compared) return 'changed, not compared';
  const shown = changes.items.slice(0, SHOWN).map(changeInWords);
  const more = changes.items.length - shown.length + changes.more;
  if (more > 0) shown.push(`${more} more`);
  return shown.join(', ');
}

/** What an undo takes back: the last cell that changed something. path: The present state and those that led to it. */
export function undoInWords(
  path: readonly number[],
  states: ReadonlyMap<number, State>,
  trans: TranslationBundle
): string {
  const here = path[0] === undefined ? undefined : states.get(path[0]);
  if (here === undefined || here.parent === null) return trans.__('Nothing to undo');
  for (const number of path) {
    const state = states.get(number);
    if (state === undefined || state.parent === null) break; // none did, as far as is known
    if (!changedNothing(state)) return withChanges(trans.__('Undo %1', numberOf(state)), state);
  }
  return trans.__('Undo %1', numberOf(here));
}

/** What a redo brings back; null: it is not known which cell, undefined: there is none. */
export function redoInWords(next: State | null | undefined, trans: TranslationBundle): string {
  if (next === undefined) return trans.__('Nothing to redo');
  if (next === null) return trans.__('Redo the cell');
  return withChanges(trans.__('Redo %1', numberOf(next)), next);
}

function withChanges(text: string, state: State): string {
  const what = summary(state);
  return what === '' ? text : `${text}: ${what}`;
}

/** The first of some cells by number, and how many there are beside them. count: Of all of them. */
export function cellsInWords(cells: readonly State[], count: number, trans: TranslationBundle): string {
  const shown = cells.slice(0, SHOWN).map(state => (state.number > 0 ? `In${numberOf(state)}` : numberOf(state)));
  const more = count - shown.length;
  return more > 0 ? trans.__('%1 and %2 more', shown.join(', '), more) : shown.join(', ');
}

/** All that a state's cell changed, one line each. */
export function details(state: State): string {
  const { changes } = state;
  const dropped = isGone(state) ? '\nnot there any more: it was dropped to save space, or deleted' : '';
  const head = (state.label === '' ? numberOf(state) : `${numberOf(state)} ${state.label}`) + dropped;
  if (changes === null) return head;
  if (!changes.compared) return `${head}\nchanged, not compared: ${changes.why}`;
  const lines = changes.items.slice(0, MOST_LISTED).map(changeInWords);
  const more = changes.items.length - lines.length + changes.more;
  if (more > 0) lines.push(`… ${more} more`);
  if (changes.unknown > 0) lines.push(unknownInWords(changes.unknown));
  return [head, ...(lines.length > 0 ? lines : ['no variable changed'])].join('\n');
}

/** How many values cannot be compared. */
export function unknownInWords(count: number): string {
  return count === 1 ? 'one value cannot be compared' : `${count} values cannot be compared`;
}

/** One change: `+ x = 1`, `x: 1 → 2`, `− x`. */
export function changeInWords({ name, before, after }: Change): string {
  if (after === null) return `− ${name}`;
  if (before === null) return `+ ${name}${said(after) === '' ? '' : ` = ${said(after)}`}`;
  if (!after.compared) return `${name}: ${said(after)}, not compared`;
  const [was, is] = [said(before), said(after)];
  return was === is ? `${name}: changed` : `${name}: ${was} → ${is}`;
}

function said(value: Value): string {
  if (value.text !== '') return value.text;
  return value.length === null ? value.type : `${value.type} of ${value.length}`;
}

/** The time of day, or the date of another day. */
export function clock(seconds: number, now = new Date()): string {
  const then = new Date(seconds * 1_000);
  const isToday = then.toDateString() === now.toDateString();
  return isToday
    ? then.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : then.toLocaleDateString([], { month: 'short', day: 'numeric' });
}

// control characters but tab and newline, what turns text around, and what takes no room
const UNSHOWN =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

/** A text with all that could deceive the eye written out: U+202E becomes the six characters `\u202e`. */
export function harmless(text: string): string {
  return text.replace(UNSHOWN, found => {
    const code = (found.codePointAt(0) ?? 0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** Whether one cannot go to a state any more: it was dropped to save space, or deleted. */
export function isGone(state: State): boolean {
  return state.where === null;
}
