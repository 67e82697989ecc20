/** What magics do in the worker: they tell of the session and of its limits. Those that travel are left to the page. */

import { parsedLimits, table, tightened } from './limits_table';
import { SYNTAX, USAGE } from './magics';
import { partition } from '../source/python_text';
import { BadCode, shortened, UsageError } from './usage';
import type { Change } from '../source/rewritten_lines';
import type { MountSpec } from '../worker/messages';
import type { Called, Magics } from './magics';
import type { LimitsOfSession } from './limits_table';

/** The session as a magic in the worker sees it. */
export interface WorkerContext {
  /** Print to the cell's stdout. */
  print(text: string): void;
  /** Let the page do it; the value of the line. */
  page(name: string, args: string): Promise<unknown>;
  /** Let cells see a folder that the person granted, or no more. */
  mount(spec: MountSpec): void;
  unmount(place: string): void;
  readonly limits: LimitsOfSession;
  /** What the lines of a cell became, by its number; null for the cell before this one. Null if there is none. */
  rewrites(number: number | null): { label: string; changes: Iterable<Change> } | null;
  /** Why the cell before this one failed; null if it did not. */
  readonly lastFailure: string | null;
}

/** The code of a magic is not valid Python: the cell gets a SyntaxError. */
export class CodeError extends Error {
  override readonly name = 'SyntaxError';
}

type Act = (called: Called, context: WorkerContext, magics: Magics) => unknown;

/** What a magic answers to that makes no sense here. */
const HERE: Readonly<Record<string, string>> = {
  typecheck: 'Cells are not type-checked here: the checker is too large for a page. The kernel on a computer has it.',
  tools: 'This session has no tools: a page has no functions of a computer to give to cells.',
  audit: 'Nothing is logged here: cells reach nothing but their own files, and folders of this site that you mounted.',
  autoreload: '%autoreload has nothing to do here: cells import no files.',
  colors: '%colors has no effect here.',
  pprint: '%pprint has no effect here.',
  precision: '%precision has no effect here.',
  xmode: '%xmode has no effect here.'
};

/** What follows in the worker when the page has done a magic. */
const THEN: Readonly<Record<string, (told: string, context: WorkerContext) => void>> = {
  mount: (told, context) => {
    context.mount(JSON.parse(told) as MountSpec);
  },
  unmount: (told, context) => {
    context.unmount(told);
  }
};

const ACTS: Readonly<Record<string, Act>> = {
  lsmagic,
  rewrites,
  limits,
  config,
  matplotlib,
  load_ext: loadExt,
  ...Object.fromEntries(Object.entries(HERE).map(([name, text]) => [name, says(text)]))
};

/** Run a host magic that a cell reached; its value is plain data. Throws UsageError and CodeError. */
export async function runHostMagic(
  magics: Magics,
  name: string,
  args: string,
  context: WorkerContext
): Promise<unknown> {
  if (name === USAGE) throw new UsageError(args);
  if (name === SYNTAX) throw new CodeError(args);
  if (name === '!last') return context.lastFailure;
  if (name === '!cell') return calledCell(magics, args);
  const called = name === '!line' ? magics.calledLine(args) : magics.host(name, args);
  const text = name === '!line' ? partition(args, '\n')[2] : args;
  return act(magics, called, text, context);
}

/** Do what a magic on a line of its own does between two feeds. Throws UsageError. */
export async function runAction(magics: Magics, name: string, args: string, context: WorkerContext): Promise<void> {
  await act(magics, magics.action(name, args), args, context);
}

async function act(magics: Magics, called: Called, args: string, context: WorkerContext): Promise<unknown> {
  const here = Object.hasOwn(ACTS, called.magic.name) ? ACTS[called.magic.name] : undefined;
  if (here === undefined) {
    const told = (await context.page(called.magic.name, args)) ?? null;
    const then = THEN[called.magic.name];
    if (then === undefined) return told;
    if (typeof told === 'string') then(told, context);
    return null;
  }
  return (await here(called, context, magics)) ?? null;
}

function calledCell(magics: Magics, text: string): string {
  try {
    return magics.calledCell(text);
  } catch (error) {
    if (error instanceof BadCode) throw new CodeError(error.message);
    throw error;
  }
}

const WIDTH = 12; // characters of a magic's name in a list

function lsmagic(_: Called, context: WorkerContext, magics: Magics): void {
  for (const [title, rows] of magics.groups()) {
    const lines = rows.map(([typed, summary]) => `  ${typed.padEnd(WIDTH)} ${summary}`);
    context.print(`${[title, ...lines].join('\n')}\n`);
  }
  context.print('%name? shows what a magic does.');
}

function rewrites({ parsed }: Called, context: WorkerContext): void {
  const number = parsed.given['cell'] as number | null;
  const found = context.rewrites(number);
  if (found === null) {
    throw new UsageError(
      number === null
        ? '%rewrites: there is no cell before this one.'
        : `%rewrites: this session has no cell In[${number}].`
    );
  }
  const indented = (lines: readonly string[]): string => lines.map(line => `    ${line}`).join('\n');
  let any = false;
  for (const change of found.changes) {
    any = true;
    context.print(`${found.label}, line ${change.first}:`);
    context.print(`${indented(change.typed)}\nbecame`);
    context.print(`${indented(change.became)}\n`);
  }
  if (!any) context.print(`Monty was given ${found.label} as it was typed.`);
}

function limits({ parsed }: Called, context: WorkerContext): void {
  const wanted = parsedLimits(parsed.given['limits'] as readonly string[]);
  try {
    if (parsed.given['of_cell'] === true) {
      context.limits.tightenCell(wanted);
      return;
    }
    context.limits.tighten(wanted);
  } catch (error) {
    if (!(error instanceof context.limits.Bad)) throw error;
    throw new UsageError(`%limits: ${error.message}.`);
  }
  const text = wanted.size > 0 ? tightened(wanted.keys(), context.limits) : table(context.limits);
  context.limits.tell(`${text}\n`);
  context.print(text);
}

function config({ parsed }: Called, context: WorkerContext): void {
  const setting = parsed.code.text.split('=')[0]?.trim();
  // front ends set the first without being asked to; the others say how matplotlib draws
  if (setting === 'Completer.use_jedi' || setting?.startsWith('InlineBackend.')) return;
  context.print('%config has no effect here: this kernel is configured where its site is made. See %limits.');
}

function matplotlib({ parsed }: Called): void {
  if (['', 'inline'].includes(parsed.code.text.trim())) return;
  throw new UsageError('%matplotlib: figures show below their cell. Write %matplotlib inline, or leave the line out.');
}

function loadExt({ parsed }: Called, context: WorkerContext): void {
  const extension = String(parsed.given['extension']);
  if (extension !== 'autoreload') {
    const name = shortened(extension);
    throw new UsageError(`%load_ext: ${name} is a program for the stock kernel, so its magics are missing here.`);
  }
  context.print('%load_ext: autoreload has nothing to do here: cells import no files.');
}

function says(text: string): Act {
  return (_, context) => {
    context.print(text);
  };
}
