/** `argparse` of Python, as far as declarations of magics use it: the same values, and the same words for what is wrong. */

import { repr } from '../source/python_text';

/** One argument, as Python's `argparse` describes it. */
export interface Argument {
  readonly flags: readonly string[];
  readonly dest: string;
  readonly nargs: string | number | null;
  readonly const: Value;
  readonly default: Value;
  /** The name of what reads a word; null for text. */
  readonly type: string | null;
  readonly choices: readonly string[] | null;
  readonly required: boolean;
  /** What the usage line calls it. */
  readonly name: string;
}

export type Value = string | number | boolean | null | readonly Value[];

/** The arguments that were given, by name. */
export type Given = Readonly<Record<string, Value>>;

/** What is wrong with the arguments, in argparse's words. */
export class BadArguments extends Error {}

/** A word is no value; the message says why. */
export class BadValue extends Error {}

/** Makes a value of a word. Throws BadValue, or RangeError for what is no number at all. */
export type Reader = (word: string) => Value;

interface Option {
  argument: Argument | null;
  flag: string;
  /** What is written behind it in the same word. */
  explicit: string | null;
}

/** Read words by their declaration. Throws BadArguments. */
export function parseArguments(
  declared: readonly Argument[],
  words: readonly string[],
  readers: Readonly<Record<string, Reader>>
): Given {
  return new Parse(declared, words, readers).run();
}

class Parse {
  readonly #given: Record<string, Value>;
  readonly #seen = new Set<Argument>();
  readonly #extras: string[] = [];
  readonly #options = new Map<number, Option>();
  #pattern = '';
  #positionals: Argument[];

  constructor(
    private readonly declared: readonly Argument[],
    private readonly words: readonly string[],
    private readonly readers: Readonly<Record<string, Reader>>
  ) {
    this.#given = Object.fromEntries(declared.map(each => [each.dest, each.default]));
    this.#positionals = declared.filter(each => each.flags.length === 0);
  }

  run(): Given {
    this.#readPattern();
    const last = Math.max(-1, ...this.#options.keys());
    let at = 0;
    while (at <= last) {
      const next = Math.min(...[...this.#options.keys()].filter(index => index >= at));
      if (at !== next) {
        const end = this.#takePositionals(at);
        if (end > at) {
          at = end;
          continue;
        }
      }
      if (!this.#options.has(at)) {
        this.#extras.push(...this.words.slice(at, next));
        at = next;
      }
      at = this.#takeOption(at);
    }
    at = this.#takePositionals(at);
    this.#extras.push(...this.words.slice(at));
    const missing = this.declared.filter(each => each.required && !this.#seen.has(each)).map(named);
    if (missing.length > 0) {
      throw new BadArguments(`the following arguments are required: ${missing.join(', ')}`);
    }
    if (this.#extras.length > 0) throw new BadArguments(`unrecognized arguments: ${this.#extras.join(' ')}`);
    return this.#given;
  }

  /** One letter for each word: `O` for an option, `A` for an argument, `-` for the first `--`. */
  #readPattern(): void {
    const bare = this.words.indexOf('--');
    this.words.forEach((word, index) => {
      const option = bare >= 0 && index >= bare ? null : this.#optionOf(word);
      if (option !== null) this.#options.set(index, option);
      this.#pattern += index === bare ? '-' : option === null ? 'A' : 'O';
    });
  }

  #optionOf(word: string): Option | null {
    if (!word.startsWith('-')) return null;
    const known = this.#flag(word);
    if (known !== undefined) return { argument: known, flag: word, explicit: null };
    if (word.length === 1) return null;
    const equals = word.indexOf('=');
    const before = equals < 0 ? undefined : this.#flag(word.slice(0, equals));
    if (before !== undefined) {
      return { argument: before, flag: word.slice(0, equals), explicit: word.slice(equals + 1) };
    }
    const short = word.startsWith('--') ? undefined : this.#flag(word.slice(0, 2));
    if (short !== undefined) return { argument: short, flag: word.slice(0, 2), explicit: word.slice(2) };
    if (/^-\d+$|^-\d*\.\d+$/.test(word) || word.includes(' ')) return null;
    return { argument: null, flag: word, explicit: null };
  }

  #flag(text: string): Argument | undefined {
    return this.declared.find(each => each.flags.includes(text));
  }

  #takeOption(at: number): number {
    const found = this.#options.get(at);
    if (found === undefined) throw new RangeError(`no option at ${at}`);
    let { argument, flag, explicit } = found;
    const taken: [Argument, string[]][] = [];
    let stop = at + 1;
    for (;;) {
      if (argument === null) {
        this.#extras.push(this.words[at] ?? '');
        return at + 1;
      }
      if (explicit === null) {
        stop = at + 1 + matched(argument, this.#pattern.slice(at + 1));
        taken.push([argument, this.words.slice(at + 1, stop)]);
        break;
      }
      const count = matched(argument, 'A');
      if (count === 1) {
        taken.push([argument, [explicit]]);
        break;
      }
      const ignored = `ignored explicit argument ${repr(explicit)}`;
      if (count !== 0 || flag.startsWith('--') || explicit === '') throw failed(argument, ignored);
      taken.push([argument, []]);
      flag = `-${explicit.charAt(0)}`;
      const next = this.#flag(flag);
      if (next === undefined) throw failed(argument, ignored);
      argument = next;
      explicit = explicit.length > 1 ? explicit.slice(1) : null;
    }
    for (const [each, words] of taken) this.#take(each, words);
    return stop;
  }

  #takePositionals(at: number): number {
    const waiting = this.#positionals;
    for (let most = waiting.length; most > 0; most -= 1) {
      const pattern = waiting.slice(0, most).map(patternOf).join('');
      const match = new RegExp(`^${pattern}`).exec(this.#pattern.slice(at));
      if (match === null) continue;
      let position = at;
      waiting.slice(0, most).forEach((each, index) => {
        const end = position + (match[index + 1] ?? '').length;
        this.#take(each, this.words.slice(position, end));
        position = end;
      });
      this.#positionals = waiting.slice(most);
      return position;
    }
    return at;
  }

  #take(argument: Argument, given: readonly string[]): void {
    this.#seen.add(argument);
    const bare = given.indexOf('--');
    const words = bare < 0 ? given : given.filter((_, index) => index !== bare);
    this.#given[argument.dest] = this.#values(argument, words);
  }

  #values(argument: Argument, words: readonly string[]): Value {
    const { nargs, flags } = argument;
    if (nargs === 0) return argument.const;
    if (words.length === 0 && nargs === '?') {
      const value = flags.length > 0 ? argument.const : argument.default;
      return typeof value === 'string' ? this.#value(argument, value) : value;
    }
    if (words.length === 0 && nargs === '*' && flags.length === 0) return argument.default ?? [];
    if (nargs === null || nargs === '?') return this.#value(argument, words[0] ?? '');
    return words.map(word => this.#value(argument, word));
  }

  #value(argument: Argument, word: string): Value {
    const value = this.#read(argument, word);
    const { choices } = argument;
    if (choices !== null && !choices.includes(word)) {
      const known = choices.map(repr).join(', ');
      throw failed(argument, `invalid choice: ${repr(word)} (choose from ${known})`);
    }
    return value;
  }

  #read(argument: Argument, word: string): Value {
    if (argument.type === null) return word;
    const reader = this.readers[argument.type];
    if (reader === undefined) throw new Error(`nothing reads ${argument.type}`);
    try {
      return reader(word);
    } catch (error) {
      if (error instanceof BadValue) throw failed(argument, error.message);
      if (error instanceof RangeError) throw failed(argument, `invalid ${argument.type} value: ${repr(word)}`);
      throw error;
    }
  }
}

/** A whole number as `int()` reads it. Throws RangeError. */
export function readInt(word: string): number {
  const text = word.trim();
  if (!/^[+-]?\d+(?:_\d+)*$/.test(text) || text.length > 4_300) throw new RangeError(word);
  return Number(text.replaceAll('_', ''));
}

function matched(argument: Argument, pattern: string): number {
  const match = new RegExp(`^${patternOf(argument)}`).exec(pattern);
  if (match !== null) return (match[1] ?? '').length;
  const wanted = { '?': 'at most one argument', '+': 'at least one argument' }[String(argument.nargs)];
  throw failed(argument, `expected ${wanted ?? 'one argument'}`);
}

function patternOf(argument: Argument): string {
  const patterns: Record<string, string> = { '?': '(-*A?-*)', '*': '(-*[A-]*)', '+': '(-*A[A-]*)', 0: '(-*-*)' };
  const pattern = patterns[String(argument.nargs)] ?? '(-*A-*)';
  return argument.flags.length > 0 ? pattern.replaceAll('-*', '').replaceAll('-', '') : pattern;
}

function failed(argument: Argument, why: string): BadArguments {
  return new BadArguments(`argument ${named(argument)}: ${why}`);
}

function named(argument: Argument): string {
  return argument.flags.length > 0 ? argument.flags.join('/') : argument.name;
}
