/**
 * Syntax errors in CPython's words, where they are certain.
 *
 * The parser is another's: of what it only says in general, CPython looks on for a string without an end, brackets that do
 * not match, or a character that no code has, and names that.
 */

import { repr } from '../source/python_text';
import { LineTable } from '../source/source_map';
import { stringFrom } from '../source/statements';
import type { NotPython } from '../source/syntax_trees';

/** What is wrong with a text. Offsets count UTF-16 units. */
export interface Wrong {
  readonly ename: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

const GENERAL =
  /^(?:Simple statements|Compound statements|Expected(?! an indented)|Unexpected token|Got unexpected|unexpected EOF|missing closing)/;
const TOKEN =
  /(?<![\p{L}\p{N}_.])\d[\d_]*(?:\.[\d_]*)?(?=[A-Za-z_])|[^\0-\x7f]|[\x01-\x08\x0e-\x1f\x7f]|"""|'''|["'#()[\]{}]/gu;
/** What may follow a number at once, and makes another of it, or is an operator. */
const AFTER_NUMBERS = /(?:[eE][+-]?\d|[jJ](?![\p{L}\p{N}_])|0?[xXoObB]|and|else|for|if|in|is|not|or)/uy;
const PREFIX = /(?<![\p{L}\p{N}_])(?:[rR]?[fFbBtT]|[fFbBtT][rR]|[rRuU])$/u;
const IN_NAMES = /\p{ID_Continue}/u;
const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
const PRINTED = /(?:^|[;:\n])[ \t]*(?<name>print|exec)[ \t]+$/;
const INDENTATION = /^[ \t\f]*/;
const BLOCK = /^Expected an indented block after (?<what>.+)$/;

/** The error as CPython would put it; as the parser does where that is not known. */
export function inPythonsWords(text: string, error: NotPython): Wrong {
  const { message, start, end } = error;
  if (GENERAL.test(message)) {
    return printed(text, error) ?? wrongToken(text) ?? { ename: 'SyntaxError', message: shortly(message), start, end };
  }
  const block = BLOCK.exec(message)?.groups?.['what'];
  if (block !== undefined) {
    const what = block
      .replaceAll('`', "'")
      .replace(/ clause$/, ' statement')
      .replace(/^'class' def/, 'class def');
    const line = new LineTable(text).place(text.slice(0, start).trimEnd().length)[0];
    const said = `expected an indented block after ${what} on line ${line}`;
    return { ename: 'IndentationError', message: said, start, end };
  }
  const indented = message === 'Unexpected indentation';
  if (!indented && !message.startsWith('unindent ')) return { ename: 'SyntaxError', message, start, end };
  const [from, to] = lineAround(text, end);
  const at = indented ? from + Math.max(0, (INDENTATION.exec(text.slice(from, to))?.[0].length ?? 0) - 1) : to;
  return { ename: 'IndentationError', message: indented ? 'unexpected indent' : message, start: at, end: at + 1 };
}

/** Where the line begins and ends that has this place. */
function lineAround(text: string, place: number): [number, number] {
  const from = text.lastIndexOf('\n', place - 1) + 1;
  const to = text.indexOf('\n', place);
  return [from, to < 0 ? text.length : to];
}

function shortly(message: string): string {
  return message === 'Expected `:`, found newline' ? "expected ':'" : 'invalid syntax';
}

/** `print "text"`, as Python 2 had it. */
function printed(text: string, { message, start }: NotPython): Wrong | null {
  if (!message.startsWith('Simple statements')) return null;
  const before = text.slice(0, start);
  const name = PRINTED.exec(before)?.groups?.['name'];
  if (name === undefined) return null;
  const rest = /^[^\n;#]*/.exec(text.slice(start))?.[0].trimEnd() ?? '';
  const said = `Missing parentheses in call to '${name}'. Did you mean ${name}(...)?`;
  return { ename: 'SyntaxError', message: said, start: before.lastIndexOf(name), end: start + rest.length };
}

/** The first thing in a text that is no token, or whose bracket is missing. */
function wrongToken(text: string): Wrong | null {
  const open: { bracket: string; at: number }[] = [];
  const lines = new LineTable(text);
  const wrong = (message: string, start: number, length = 1): Wrong => {
    return { ename: 'SyntaxError', message, start, end: start + length };
  };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match;
    const at = match.index;
    if (/^\d/.test(token)) {
      AFTER_NUMBERS.lastIndex = at + token.length;
      if (!AFTER_NUMBERS.test(text)) return wrong('invalid decimal literal', at + token.length - 1);
    } else if ('([{'.includes(token)) {
      open.push({ bracket: token, at });
    } else if (OPENING[token] !== undefined) {
      const last = open.pop();
      if (last === undefined) return wrong(`unmatched '${token}'`, at);
      if (last.bracket === OPENING[token]) continue;
      const [line, there] = [lines.place(at)[0], lines.place(last.at)[0]];
      const where = line === there ? '' : ` on line ${there}`;
      return wrong(`closing parenthesis '${token}' does not match opening parenthesis '${last.bracket}'${where}`, at);
    } else if (token === '#') {
      const end = text.indexOf('\n', at);
      TOKEN.lastIndex = end < 0 ? text.length : end;
    } else if (/^["']/.test(token)) {
      const { end, closed } = stringFrom(text, token, at + token.length);
      if (!closed) return unterminated(text, token, at, lines.place(end)[0] - (text.endsWith('\n', end) ? 1 : 0));
      TOKEN.lastIndex = end;
    } else if (!IN_NAMES.test(token)) {
      const code = (token.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      const shown = repr(token).length === token.length + 2;
      const said = shown ? `invalid character '${token}' (U+${code})` : `invalid non-printable character U+${code}`;
      return wrong(said, at, token.length);
    }
  }
  const last = open.at(-1);
  return last === undefined ? null : wrong(`'${last.bracket}' was never closed`, last.at);
}

function unterminated(text: string, quote: string, at: number, line: number): Wrong {
  const prefix = PREFIX.exec(text.slice(Math.max(0, at - 3), at))?.[0] ?? '';
  const kind = `${quote.length > 1 ? 'triple-quoted ' : ''}${/f/i.test(prefix) ? 'f-string' : 'string'}`;
  const start = at - prefix.length;
  return {
    ename: 'SyntaxError',
    message: `unterminated ${kind} literal (detected at line ${line})`,
    start,
    end: start + 1
  };
}
