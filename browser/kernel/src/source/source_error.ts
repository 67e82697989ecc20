/** Texts that cannot even be given to Monty, and how large a cell may be. */

import { thousands } from './python_text';
import { LineTable } from './source_map';
import { weight } from './statements';
import type { Lines4 } from './source_map';

/** UTF-16 units of code above which only a cell's last statement is parsed, or nothing if that is as long. */
export const LARGE = 1 << 17;

/** Bytes of a cell's text, in UTF-8: the session has to hold the several copies of it that there are while a cell starts. */
export const MOST_BYTES = 1 << 22;

/** A text is refused before anything of it runs. It becomes a syntax error. */
export class SourceError extends Error {
  constructor(
    message: string,
    /** Where, in lines and columns. */
    readonly place: Lines4
  ) {
    super(message);
    this.name = 'SourceError';
  }
}

export function refused(message: string, text: string, position: number): SourceError {
  const [line, column] = new LineTable(text).place(position);
  return new SourceError(message, [line, column, line, column + 1]);
}

/** Throws `SourceError` for a text that is too long, or that holds what Python source cannot. */
export function refuseImpossible(text: string): void {
  if (text.length * 3 > MOST_BYTES && new TextEncoder().encode(text).length > MOST_BYTES) {
    throw refused(
      `this cell has more than ${MOST_BYTES >> 20} MiB of text, the most that is read: split it, ` +
        'or read the data from a mounted file',
      text,
      0
    );
  }
  const lone = /(?<![\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])/.exec(text);
  if (lone !== null) {
    const code = lone[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    throw refused(`source code cannot contain a lone surrogate (U+${code})`, text, lone.index);
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) throw refused('source code cannot contain a NUL character', text, nul);
}

/** Whether too much of a text is code to parse all of it. */
export function isLarge(text: string): boolean {
  return text.length > LARGE && weight(text) > LARGE;
}

/** Throws `SourceError` for an expression that is too long. */
export function refuseLargeExpression(text: string): void {
  if (isLarge(text)) throw refused(`the expression is longer than ${thousands(LARGE)} characters`, text, 0);
}
