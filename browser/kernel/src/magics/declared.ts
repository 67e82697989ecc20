/** The declarations of magics, which both kernels share, and how a line of arguments is read by them. */

import table from '../generated/magics.json';
import { lstrip, rstrip, thousands, characters } from '../source/python_text';
import { BadArguments, BadValue, parseArguments, readInt } from './arguments';
import { shellWords } from './shell_words';
import { shortened, UsageError } from './usage';
import type { Argument, Given, Reader } from './arguments';
import type { Span } from '../source/source_map';

const LONG = 10_000; // characters
const MANY = 500; // words
const MOST_LOOPS = 10 ** 15;
const MOST_DIGITS = 17;

/** What else arguments may be, which only the session knows. */
export type Kin = '' | 'states' | 'names';

/** A declared magic; for the fields see `Magic` in `monty_kernel/magics/declare.py`. */
export interface Declared {
  readonly name: string;
  readonly kind: 'line' | 'cell' | 'host' | 'action';
  readonly code: string;
  readonly changes: boolean;
  readonly words: readonly string[];
  readonly kin: Kin;
  readonly midCell: boolean;
  readonly looks: boolean;
  readonly takesPython: boolean;
  readonly summary: string;
  readonly usage: string;
  readonly help: string;
  readonly arguments: readonly Argument[];
}

/** Magics that belong together, and names that are refused with a reason. */
export interface Family {
  readonly title: string;
  readonly magics: readonly Declared[];
  readonly refused: Readonly<Record<string, string>>;
}

export const FAMILIES = table.families as unknown as readonly Family[];

/** What people call some magics elsewhere. */
export const MEANT: ReadonlyMap<string, string> = new Map(Object.entries(table.meant));

/** The page that `?` shows. */
export const ABOUT: string = table.about;

/** The person's code on a magic's line, verbatim. `start` is its offset in the line's arguments. */
export interface Code {
  readonly text: string;
  readonly start: number;
}

/** What a magic was given. */
export interface Parsed {
  readonly given: Given;
  /** Empty where the magic takes no code. */
  readonly code: Code;
}

/** The magic as it is typed, `%time` or `%%time`. */
export function typed(magic: Declared): string {
  return (magic.kind === 'cell' ? '%%' : '%') + magic.name;
}

/** The options as they are typed. */
export function optionsOf(magic: Declared): string[] {
  return magic.arguments.flatMap(each => each.flags);
}

export function spanOf(code: Code): Span {
  return [code.start, code.start + code.text.length];
}

/** The arguments on a line. Throws UsageError where they do not match the declaration. */
export function parse(magic: Declared, args: string): Parsed {
  if (magic.code === '') return { given: parseWords(magic, wordsOf(magic, args)), code: { text: '', start: 0 } };
  const [words, start] = leadingOptions(magic, args);
  const given = parseWords(magic, words);
  const code = { text: rstrip(args.slice(start)), start };
  if (code.text === '' && !magic.code.startsWith('[')) throw refusal(magic, `${magic.code} is missing`);
  return { given, code };
}

/** Why a magic cannot be used like this, with its usage line. */
export function refusal(magic: Declared, why: string): UsageError {
  return new UsageError(`${typed(magic)}: ${shortened(why)}\n${magic.usage}`);
}

function wordsOf(magic: Declared, args: string): string[] {
  if (characters(args) > LONG) throw refusal(magic, `more than ${thousands(LONG)} characters of arguments`);
  let words: string[];
  try {
    words = shellWords(args);
  } catch (error) {
    throw refusal(magic, error instanceof Error ? error.message : String(error));
  }
  if (words.length > MANY) throw refusal(magic, `more than ${MANY} arguments`);
  return words;
}

function parseWords(magic: Declared, words: readonly string[]): Given {
  try {
    return parseArguments(magic.arguments, words, READERS);
  } catch (error) {
    if (error instanceof BadArguments) throw refusal(magic, error.message);
    throw error;
  }
}

const WORD = /\s*(\S+)/y;

/** The words of the options before the code, and where the code begins. */
function leadingOptions(magic: Declared, args: string): [words: string[], start: number] {
  const takes = new Map(magic.arguments.flatMap(each => each.flags.map(flag => [flag, each.nargs !== 0] as const)));
  const words: string[] = [];
  let position = 0;
  const next = (): string | undefined => {
    WORD.lastIndex = position;
    const match = WORD.exec(args);
    return match?.[1];
  };
  for (let word = next(); word !== undefined; word = next()) {
    const end = WORD.lastIndex;
    if (word === '--') {
      position = end;
      break;
    }
    const flag = word.startsWith('--') ? (word.split('=')[0] ?? '') : word.slice(0, 2);
    const takesValue = takes.get(flag);
    if (takesValue === undefined) break; // not an option: the code may begin with a minus sign
    if (position > LONG || words.length > MANY) {
      throw refusal(magic, `more than ${thousands(LONG)} characters or ${MANY} words of options`);
    }
    words.push(word);
    position = end;
    const value = takesValue && word === flag ? next() : undefined;
    if (value !== undefined) {
      words.push(value);
      position = WORD.lastIndex;
    }
  }
  return [words, args.length - lstrip(args.slice(position)).length];
}

const READERS: Readonly<Record<string, Reader>> = {
  int: readInt,
  loops: word => within(word, 1, MOST_LOOPS),
  digits: word => within(word, 1, MOST_DIGITS)
};

function within(word: string, low: number, high: number): number {
  const number = readInt(word);
  if (number >= low && number <= high) return number;
  throw new BadValue(`${BigInt(word.trim().replaceAll('_', '').replace(/^\+/, ''))} is not between ${low} and ${high}`);
}
