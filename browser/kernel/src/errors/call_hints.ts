/** Hints about calls: of what asks the host, of functions that give lists, and of options that are not there. */

import errors from '../generated/errors.json';
import { fullMatch, pythonPattern } from '../source/python_pattern';
import { rpartition } from '../source/python_text';
import { walk } from '../source/walk';
import { failingText, lineOf, parse } from './cell_code';
import { hasParameter, hostType, isEncoding, readsTime } from './host_python';
import { say, sayOf } from './sentences';
import type { Expr } from '../source/tree';
import type { Failure } from '../worker/messages';

const LISTS_IN_MONTY = ['map', 'zip', 'enumerate', 'filter', 'reversed'];
const SPECIAL = pythonPattern(String.raw`__\w+__`);
const NO_WORD = pythonPattern(String.raw`[^\w]`, { global: true });
const CALLING = [
  [pythonPattern(String.raw`\bmap\(`), 'instead_of_map'],
  [pythonPattern(String.raw`\bfilter\(`), 'instead_of_filter'],
  [pythonPattern(String.raw`\bkey\s*=`), 'instead_of_key'],
  [pythonPattern(String.raw`\biter\(`), 'instead_of_iter']
] as const;

/** For a function of the host that was called where Monty cannot suspend. */
export function askedInVain(failure: Failure, asked: string): string {
  if (asked === errors.of_the_host['os.urandom']) return say('no_seed');
  const method = failure.frames.find(frame => fullMatch(SPECIAL, frame.function) !== null)?.function;
  if (method !== undefined) return sayOf('no_waiting_in_method', { method, asked });
  const texts = failure.frames.map(frame => lineOf(frame) ?? '');
  const call = `${asked.replace(/\(\)$/, '')}(item)`;
  for (const [pattern, instead] of CALLING) {
    if (texts.some(text => pattern.test(text))) return say('no_waiting_in_builtin', say(instead, call));
  }
  return say('no_waiting', asked);
}

export function dataclassOption(_: Failure, maker: string, option: string): string {
  return say(option === 'order' ? 'no_dataclass_order' : 'no_dataclass_option', maker, option);
}

export function notAnIterator(failure: Failure): string | null {
  const [argument, values] = givenToNext(failure);
  const name = argument?._ === 'Name' ? argument.id : '';
  const use = name === '' ? say('iter_here') : say('iter_once', name);
  if (values.some(value => value._ === 'GeneratorExp' || callsListMaker(value))) return say('lists', use);
  return name !== '' && values.length === 0 ? say('perhaps_list', name, use) : null;
}

function callsListMaker(value: Expr): boolean {
  return value._ === 'Call' && value.func._ === 'Name' && LISTS_IN_MONTY.includes(value.func.id);
}

/** The argument of the failing `next(...)`, and what it may be: itself, or what the same cell assigned to it. */
function givenToNext(failure: Failure): [argument: Expr | null, values: Expr[]] {
  const [statement] = parse(failingText(failure))?.body ?? [];
  const call = statement?._ === 'Expr' ? statement.value : null;
  const argument = call?._ === 'Call' ? call.args[0] : undefined;
  if (argument === undefined) return [null, []];
  if (argument._ !== 'Name') return [argument, [argument]];
  const cell = failure.frames.at(-1)?.cell ?? null;
  const tree = cell === null ? null : parse(cell.text);
  const values: Expr[] = [];
  for (const node of tree === null ? [] : walk(tree)) {
    if (node._ !== 'Assign') continue;
    if (node.targets.some(target => target._ === 'Name' && target.id === argument.id)) values.push(node.value);
  }
  return [argument, values];
}

export function jsonOption(_: Failure, kind: string, option: string): string | null {
  const writes = kind === 'En';
  if (option === 'strict' && !writes) return say('no_argument', 'json.loads', option);
  const known = writes ? ['default', 'cls', 'check_circular'] : ['cls', 'object_hook', 'object_pairs_hook'];
  if (!known.includes(option)) return null;
  return say('no_json_option', writes ? 'dumps' : 'loads', option, writes ? 'before' : 'after');
}

export function encoding(_: Failure, name: string): string | null {
  const known = isEncoding(name.toLowerCase().replace(NO_WORD, '_'));
  return known ? say('few_encodings', errors.unsupported.encodings) : null;
}

// Arguments that Python's functions take, and Monty's do not ----------------------------------------------------------

const MOST_PARSED = 60; // characters of a date that is parsed here to see whether Python can
const DATE = [/%[dj]/, /%[mbBj]/, /%[Yy]/];
const SEARCHES = pythonPattern(String.raw`\.\s*(?:r?find|r?index|count)\s*\(`);
const OF_BYTES = pythonPattern(String.raw`\b(?:[bB]|[rR][bB]|[bB][rR])['"]`);
const CALLED = pythonPattern(String.raw`\A\s*([A-Za-z_]\w*(?:\.\w+)*)\s*\(`);
const FOREIGN_DIGIT = /(?![0-9])\p{Nd}/u;

/** For `strptime`, which wants a whole date in Monty. */
export function partialDate(_: Failure, text: string, form: string): string | null {
  if (Math.max(text.length, form.length) > MOST_PARSED || DATE.every(part => part.test(form))) return null;
  return readsTime(text, form) ? say('no_partial_date') : null;
}

/** For `int` and `float`, which know the digits of ASCII only in Monty. */
export function foreignDigits(_: Failure, text: string): string | null {
  const foreign = FOREIGN_DIGIT.test(text) || (/[^\0-\x7f]/.test(text) && /[0-9]/.test(text));
  return foreign ? say('foreign_digits') : null;
}

/** For `data.find(98)`. */
export function searchInBytes(failure: Failure): string | null {
  return SEARCHES.test(failingText(failure)) ? say('no_search_for_number') : null;
}

/** For `re.compile(b'a')`. Python says the same where the pattern is a number. */
export function patternOfBytes(failure: Failure): string | null {
  return OF_BYTES.test(failingText(failure)) ? say('no_patterns_of_bytes') : null;
}

/** For `csv.writer(sys.stdout)`. */
export function writerOfRows(failure: Failure): string | null {
  return failingText(failure).includes('sys.std') ? say('rows_into_files') : null;
}

/** For what Python takes as a key. */
export function unhashable(_: Failure, typeName: string): string | null {
  return hostType(typeName)?.hashable ? say('no_key', typeName) : null;
}

/** For a keyword that the function of the same name in Python has. */
export function unknownArgument(failure: Failure, name: string, option: string): string | null {
  const path = CALLED.exec(failingText(failure))?.[1] ?? name;
  if (rpartition(path, '.')[2] !== name) return null;
  const [module] = rpartition(path.includes('.') ? path : importedFrom(failure, name), '.');
  const full = `${module}.${name}`;
  return hasParameter(full, option) ? say('no_argument', full, option) : null;
}

/** Where the failing cell imports a name from, with a dot and the name; empty if it does not. */
function importedFrom(failure: Failure, name: string): string {
  const cell = failure.frames.at(-1)?.cell ?? null;
  const tree = cell === null ? null : parse(cell.text);
  for (const node of tree === null ? [] : walk(tree)) {
    if (node._ !== 'ImportFrom') continue;
    if (node.names.some(alias => alias.name === name && alias.asname === null))
      return `${node.module ?? 'None'}.${name}`;
  }
  return '';
}
