/**
 * The surroundings of the cursor, from the text alone: strings, comments, brackets, f-strings, statements.
 *
 * The code may be half-typed, so this is not a parser: it reads forward once and never fails.
 */

import { rstrip } from '../source/python_text';

export type Opening = '(' | '[' | '{' | 'f{' | 'spec' | 'string' | 'template' | 'comment';

/** An open bracket, string or comment, with its start (including a prefix) and its quotes. */
export interface Opened {
  /** `f{` is the expression in an f-string's braces, and `spec` the format after its colon. */
  readonly kind: Opening;
  readonly start: number;
  readonly quote: string;
  readonly prefix: string;
}

export interface Surroundings {
  readonly cursor: number;
  /** What is open at the cursor, outermost first. */
  readonly stack: readonly Opened[];
  /** The start of the simple statement. */
  readonly lineStart: number;
  /** The end of each closed bracket or string, and its start. */
  readonly pairs: ReadonlyMap<number, number>;
  /** Whether a bracket closes what is not open. */
  readonly isUnbalanced: boolean;
}

const IDENTIFIER = /[\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]/u;
const SIGNIFICANT = /[#"'()[\]{}\n;\\:]/g;
const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
const PREFIX = /(?<![\p{L}\p{N}_])(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])$/u;
const STRING_END: Readonly<Record<string, RegExp>> = {
  '"': /[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*(?:(")|(?=\n)|$(?![\s\S]))/y,
  "'": /[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*(?:(')|(?=\n)|$(?![\s\S]))/y,
  '"""': /[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*(?:(""")|$(?![\s\S]))/y,
  "'''": /[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*(?:(''')|$(?![\s\S]))/y
};
const TEMPLATE = /\\N\{[^}\n]*\}|\\[\s\S]|\{\{|\}\}|[{}\n"']/g;
const BEGINS_STATEMENT = /(?:def|class|import|from|for|while|with|if|try|return|async)\b|@/y;

/** Read `text` up to the cursor. */
export function surroundings(whole: string, cursor: number): Surroundings {
  return new Reading(whole.slice(0, cursor)).read();
}

class Reading {
  readonly #stack: Opened[] = [];
  readonly #pairs = new Map<number, number>();
  #lineStart = 0;
  #isUnbalanced = false;

  constructor(private readonly text: string) {}

  read(): Surroundings {
    for (let at = 0; at < this.text.length;) {
      const top = this.#top();
      at = top === 'template' || top === 'spec' ? this.#template(at) : this.#code(at);
    }
    return {
      cursor: this.text.length,
      stack: this.#stack,
      lineStart: this.#lineStart,
      pairs: this.#pairs,
      isUnbalanced: this.#isUnbalanced
    };
  }

  #top(): Opening | '' {
    return this.#stack.at(-1)?.kind ?? '';
  }

  #open(kind: Opening, start: number, quote = '', prefix = ''): void {
    this.#stack.push({ kind, start, quote, prefix });
  }

  #code(from: number): number {
    const { text } = this;
    SIGNIFICANT.lastIndex = from;
    const match = SIGNIFICANT.exec(text);
    if (match === null) return text.length;
    const [found] = match;
    const at = match.index;
    const top = this.#top();
    if (found === '"' || found === "'") return this.#string(at);
    if (found === '#') return this.#comment(at);
    if (found === '(' || found === '[' || found === '{') this.#open(found, at);
    else if (CLOSES[found] !== undefined) this.#close(found, at + 1);
    else if (found === '\\') return at + 2;
    else if (found === ':') {
      if (top === 'f{' && text[at + 1] !== '=') this.#open('spec', at, this.#stack.at(-1)?.quote);
    } else if (found === ';') {
      if (this.#stack.length === 0) this.#lineStart = at + 1;
    } else this.#newline(at + 1);
    return at + 1;
  }

  #comment(at: number): number {
    const end = this.text.indexOf('\n', at);
    if (end >= 0) return end;
    this.#open('comment', at);
    return this.text.length;
  }

  #close(found: string, end: number): void {
    const top = this.#top();
    if (top === CLOSES[found]) this.#pairs.set(end, this.#stack.pop()?.start ?? 0);
    else if (top === 'f{' && found === '}') this.#stack.pop();
    else this.#isUnbalanced = true;
  }

  #newline(position: number): void {
    BEGINS_STATEMENT.lastIndex = position;
    const oneLine = this.#top() === 'f{' && this.#stack.at(-1)?.quote.length === 1;
    // a bracket left open above is a mistake and must not swallow the rest
    if (this.#stack.length > 0 && (oneLine || BEGINS_STATEMENT.test(this.text))) this.#stack.length = 0;
    if (this.#stack.length === 0) this.#lineStart = position;
  }

  #string(at: number): number {
    const { text } = this;
    const one = text.charAt(at);
    const quote = text.startsWith(one.repeat(3), at) ? one.repeat(3) : one;
    const prefix = PREFIX.exec(text.slice(Math.max(0, at - 3), at))?.[0] ?? '';
    const start = at - prefix.length;
    const content = at + quote.length;
    if (/[ft]/i.test(prefix)) {
      this.#open('template', start, quote, prefix);
      return content;
    }
    const pattern = STRING_END[quote];
    if (pattern !== undefined) pattern.lastIndex = content;
    const match = pattern?.exec(text) ?? null;
    if (match === null) {
      this.#open('string', start, quote, prefix); // a backslash is the last character before the cursor
      return text.length;
    }
    const end = match.index + match[0].length;
    if (match[1] !== undefined) this.#pairs.set(end, start);
    else if (end >= text.length) this.#open('string', start, quote, prefix);
    return end;
  }

  /** Read the text of an f-string up to an expression, its end, or the cursor. */
  #template(from: number): number {
    const { text } = this;
    const { quote = '', kind = 'template' } = this.#stack.at(-1) ?? {};
    const inSpec = kind === 'spec';
    for (let at = from; ;) {
      TEMPLATE.lastIndex = at;
      const match = TEMPLATE.exec(text);
      if (match === null) return text.length;
      const doubled = match[0] === '{{' || match[0] === '}}';
      const found = inSpec && doubled ? match[0].charAt(0) : match[0];
      at = match.index + found.length;
      if (found === '{') {
        this.#open('f{', match.index, quote);
        return at;
      }
      if (found === '}' && inSpec) {
        this.#stack.length -= 2; // the format and its expression
        return at;
      }
      const ends = (found === '"' || found === "'") && text.startsWith(quote, match.index);
      if (ends || (found === '\n' && quote.length === 1)) {
        let opened = this.#stack.pop();
        while (opened !== undefined && opened.kind !== 'template') opened = this.#stack.pop();
        if (!ends) return match.index;
        this.#pairs.set(match.index + quote.length, opened?.start ?? 0);
        return match.index + quote.length;
      }
    }
  }
}

/** The start of the identifier that ends at a place; the place itself if there is none. */
export function identifierBefore(text: string, cursor: number): number {
  let start = cursor;
  while (start > 0) {
    const size = /[\udc00-\udfff]/.test(text.charAt(start - 1)) ? 2 : 1;
    if (!IDENTIFIER.test(text.slice(start - size, start))) break;
    start -= size;
  }
  return start;
}

/** The end of the identifier that goes on at a place. */
export function identifierAfter(text: string, cursor: number): number {
  let end = cursor;
  for (const character of text.slice(cursor, cursor + 1_000)) {
    if (!IDENTIFIER.test(character)) break;
    end += character.length;
  }
  return end;
}

/** The start of the expression that ends at a place: names, attributes, calls, subscripts, strings. */
export function primaryBefore(text: string, end: number, around: Surroundings): number {
  for (let position = end; ;) {
    const here = rstrip(text.slice(around.lineStart, position)).length + around.lineStart;
    if (here <= around.lineStart) return position;
    const opened = around.pairs.get(here);
    if (opened !== undefined) {
      position = opened;
      const before = text.charAt(opened - 1);
      const isTrailer = opened > around.lineStart && (/[)\]}"']/.test(before) || IDENTIFIER.test(before));
      if (/["'}]/.test(text.charAt(here - 1)) || !isTrailer) return position;
      continue;
    }
    const start = Math.max(identifierBefore(text, here), around.lineStart);
    if (start === here) return position;
    position = start;
    const before = rstrip(text.slice(around.lineStart, start)).length + around.lineStart;
    if (before <= around.lineStart || text[before - 1] !== '.' || text[before - 2] === '.') return position;
    position = before - 1;
  }
}
