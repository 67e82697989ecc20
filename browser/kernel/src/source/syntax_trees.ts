/** Trees of texts, from the parser that Monty itself uses. */

import type { Module, Reply } from './tree';

/** The instance's `syntax`: a tree, or what is wrong. */
export type Parser = (text: string) => Reply;

/** What a text is not Python for, in the parser's words. Offsets count UTF-16 units. */
export class NotPython extends Error {
  constructor(
    message: string,
    readonly start: number,
    readonly end: number
  ) {
    super(message);
    this.name = 'NotPython';
  }
}

let parser: Parser = () => {
  throw new Error('no parser was given');
};

/** Parse with this from now on. A worker has one WebAssembly instance at a time. */
export function parseWith(given: Parser): void {
  parser = given;
}

/** The tree of a text. Throws `NotPython`. */
export function syntaxTree(text: string): Module {
  // the parser takes it for the mark of a file's encoding, but a cell follows what the kernel puts before it
  if (text.startsWith('\ufeff')) throw new NotPython('invalid non-printable character U+FEFF', 0, 1);
  const reply = parser(text);
  if ('error' in reply) throw new NotPython(reply.error, reply.s, reply.e);
  return reply;
}

/** The tree of a text; null if it is not Python. */
export function treeOf(text: string): Module | null {
  try {
    return syntaxTree(text);
  } catch (error) {
    if (error instanceof NotPython) return null;
    throw error;
  }
}

/** Do nothing if a text without blanks around it is one expression. Throws `NotPython`. */
export function requireExpression(text: string): void {
  const [only, ...more] = syntaxTree(text).body;
  const refused = new NotPython('invalid syntax', 0, text.length);
  if (only?._ !== 'Expr' || more.length > 0 || /^[ \t\f]*;/.test(text.slice(only.e))) throw refused;
  const { value } = only;
  const bare = value._ === 'Tuple' && !(text.startsWith('(') && text.endsWith(')'));
  // a statement may consist of these, an expression may not
  if (value._ === 'Starred' || value._ === 'Yield' || value._ === 'YieldFrom') throw refused;
  if (bare && value.elts.some(each => each._ === 'Starred')) throw refused;
}
