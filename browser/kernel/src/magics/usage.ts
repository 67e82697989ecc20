/** What is wrong with a magic. */

import { firstCharacters } from '../source/python_text';
import type { Span } from '../source/source_map';

/** What the person asked of a magic cannot be done. The message says why, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A magic's code is not valid Python. */
export class BadCode extends Error {
  /**
   * @param span - Offsets in the magic's arguments or, with `inBody`, in the body.
   */
  constructor(
    message: string,
    readonly span: Span,
    readonly inBody = false
  ) {
    super(message);
  }
}

/** Text from a notebook, cut to fit an error message. */
export function shortened(text: string): string {
  const first = firstCharacters(text, 200);
  return first === text ? text : `${first} ...`;
}
