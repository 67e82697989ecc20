/** The magics whose work is the page's: travel between the states after the cells, and the inputs of sessions. */

import { repr, thousands } from '../source/python_text';
import { described } from '../timetravel/file_differences';
import { NoSuchState, STATE_NAME, STATE_NAME_IS } from '../timetravel/timeline';
import { historyLines } from './history';
import { HISTORY_QUESTION, RESET_QUESTION, sessionQuestion } from './kernel_questions';
import { UsageError } from './usage';
import type { MimeBundle } from '../worker/messages';
import type { EarlierSession } from '../timetravel/session_store';
import type { State } from '../timetravel/timeline';
import type { Go, TimeTravel } from '../timetravel/travel';
import type { Inputs } from './history';
import type { Given } from './arguments';
import type { Parsed } from './declared';
import type { KernelQuestion } from './kernel_questions';

/** The magics about mounted folders. */
export type MountMagic = 'mount' | 'unmount' | 'mounts';

/** What a magic in the page may use. */
export interface PageContext {
  readonly travel: TimeTravel;
  /** The line magics that only look. */
  readonly looking: ReadonlySet<string>;
  /** Who the kernel is; a session that another one left is given to this notebook only if the person says so. */
  readonly kernel: string;
  /** Whether the magic stands between two feeds. */
  readonly between: boolean;
  /** Whether no state has what the cell did so far. */
  readonly unsaved: boolean;
  print(text: string): void;
  display(data: MimeBundle): void;
  /** The person's answer to a yes-or-no question; null where nobody can answer. */
  confirm(question: KernelQuestion): Promise<boolean | null>;
  readonly go: Go;
  /** Begin a new, empty session; the state that the cell leaves comes after the one from before it. Throws NoSuchState. */
  begin(): Promise<void>;
  /** An earlier session goes on; the number of its last cell, and the states that led to where it is. */
  resumed(last: number, states: readonly State[]): void;
  readonly history: Inputs;
  /** Do what a magic about mounted folders says: the text to print, and what the worker is told. */
  mounting(name: MountMagic, given: Given): Promise<{ text: string; told: string | null }>;
}

type Act = (parsed: Parsed, context: PageContext) => Promise<unknown>;

export const PAGE_MAGICS: ReadonlyMap<string, Act> = new Map<string, Act>([
  [
    'undo',
    ({ given }, context) =>
      travels(context, travel => travel.undo(positive(given['cells']), context.looking, context.go))
  ],
  [
    'redo',
    ({ given }, context) =>
      travels(context, travel => travel.redo(positive(given['cells']), context.looking, context.go))
  ],
  ['restore', ({ given }, context) => travels(context, travel => travel.restore(String(given['state']), context.go))],
  ['snapshot', snapshot],
  ['snapshots', snapshots],
  ['diff', diff],
  ['reset', reset],
  ['sessions', sessions],
  ['resume', resume],
  ['history', history],
  ['mounts', ({ given }, context) => granted('mounts', given, context)],
  ['mount', ({ given }, context) => granted('mount', given, context)],
  ['unmount', ({ given }, context) => granted('unmount', given, context)]
]);

const MOST = 1_000_000;

function positive(cells: unknown): number {
  if (typeof cells === 'number' && cells >= 1 && cells <= MOST) return cells;
  throw new UsageError(`N must be a number of cells, from 1 to ${thousands(MOST)}.`);
}

function requireState(context: PageContext): void {
  if (!context.unsaved) return;
  throw new NoSuchState('No state has what this cell did so far: put this line first, or into a cell of its own.');
}

async function travels(context: PageContext, go: (travel: TimeTravel) => Promise<string>): Promise<void> {
  requireState(context);
  context.print(await go(context.travel));
}

function snapshot({ given }: Parsed, context: PageContext): Promise<void> {
  const name = String(given['name']);
  if (!STATE_NAME.test(name)) {
    throw new UsageError(`%snapshot: ${STATE_NAME_IS}.`);
  }
  const { travel } = context;
  context.print(given['remove'] === true ? travel.unname(name) : travel.name(name, context.unsaved));
  return Promise.resolve();
}

function snapshots({ given }: Parsed, context: PageContext): Promise<void> {
  const { text, html } = context.travel.list(given['all'] === true);
  context.display({ 'text/plain': text, 'text/html': html });
  return Promise.resolve();
}

async function diff({ given }: Parsed, context: PageContext): Promise<void> {
  requireState(context);
  const second = given['second'];
  const found = await context.travel.diff(String(given['first']), typeof second === 'string' ? second : null);
  const { added, changed, removed, unknown } = found.variables;
  const is = (value: string): string => (value === '' ? '' : ` = ${value}`);
  const became = (old: string, now: string): string =>
    old === now ? (old === '' ? '' : ' (changed inside)') : ` = ${old} -> ${now}`;
  const rows = [
    ...added.sort(byName).map(([name, value]) => `+ ${name}${is(value)}`),
    ...changed.sort(byName).map(([name, old, now]) => `~ ${name}${became(old, now)}`),
    ...removed.sort(byName).map(([name, value]) => `- ${name}${is(value)}`),
    ...unknown.sort().map(name => `? ${name} (cannot be compared)`),
    ...described(found.files)
  ];
  context.print(rows.join('\n') || 'No variable, environment variable or file differs.');
}

function byName([one]: readonly string[], [other]: readonly string[]): number {
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

async function reset({ given }: Parsed, context: PageContext): Promise<void> {
  if (given['force'] !== true && (await context.confirm(RESET_QUESTION)) !== true) {
    context.print('Nothing was cleared. %reset -f clears without asking.');
    return;
  }
  await context.begin();
}

// Earlier sessions

async function sessions({ given }: Parsed, context: PageContext): Promise<void> {
  if (given['all'] === true) {
    throw new UsageError('%sessions -a: a page sees the sessions of its own notebook only. %sessions lists them.');
  }
  const rows = (await context.travel.earlier.sessions()).map(info => {
    const states = `${String(info.states).padStart(5)} state${info.states === 1 ? ' ' : 's'}`;
    return `${info.id}  ${clock(info.started)}  ${states}${info.running ? '  runs in another tab' : ''}`;
  });
  context.print(rows.join('\n') || 'There is no earlier session of this notebook.');
}

async function resume({ given }: Parsed, context: PageContext): Promise<void> {
  requireState(context);
  const wanted = given['session'];
  const chosen = await context.travel.choose(typeof wanted === 'string' ? wanted : null);
  if (typeof chosen === 'string') throw new UsageError(`%resume: ${chosen}`);
  if (chosen.kernel !== context.kernel) await requireConsent(chosen, context);
  const { report, last, cells } = await context.travel.resume(chosen.id, context.go);
  context.resumed(last, cells);
  context.print(report);
}

// a page knows the path of its notebook, but not whose file is there now: a stranger's must not get what the person's had
async function requireConsent(info: EarlierSession, context: PageContext): Promise<void> {
  const states = `${thousands(info.states)} state${info.states === 1 ? '' : 's'}`;
  const used = clock(info.used);
  const why = 'Another tab or visit ran it, and the file at that path may be another one by now.';
  const answer = await context.confirm(
    sessionQuestion(
      `let this notebook have everything in session ${info.id}, last used ${used}, with ${states}? ${why}`,
      [
        { name: 'session', text: info.id },
        { name: 'last used', text: used },
        { name: 'states', text: thousands(info.states) }
      ],
      why
    )
  );
  if (answer === true) return;
  throw new UsageError(
    answer === false
      ? '%resume: not resumed: you declined.'
      : '%resume: not resumed: another tab or visit left this session, and nobody answered the question. ' +
          'Use a front end that can ask you.'
  );
}

function clock(milliseconds: number): string {
  const local = new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16).replace('T', ' ');
}

// The rest

async function history({ given }: Parsed, context: PageContext): Promise<void> {
  const lines = await historyLines(given, context.history, () => context.confirm(HISTORY_QUESTION));
  if (lines.length > 0) context.print(lines.join('\n'));
}

async function granted(name: MountMagic, given: Given, context: PageContext): Promise<unknown> {
  const { text, told } = await context.mounting(name, given);
  if (text !== '') context.print(text);
  return told;
}

/** The name of a magic that nothing here does, for an error. */
export function unknownMagic(name: string): UsageError {
  return new UsageError(`The magic ${repr(name)} has nothing to do in a page.`);
}
