/** The sentences that hints and notes consist of. The native kernel's are shared; these are about what is only here. */

import errors from '../generated/errors.json';
import { format } from '../source/python_text';

export type Sentence = keyof typeof errors.sentences;

/** A sentence with its fields filled in. */
export function say(key: Sentence, ...values: (string | number)[]): string {
  return format(errors.sentences[key], ...values);
}

/** The same with named fields. */
export function sayOf(key: Sentence, values: Readonly<Record<string, string>>): string {
  return format(errors.sentences[key], values);
}

/** For a limit that the site sets, not a command line. */
export function moreAllowed(what: string): string {
  return `How much ${what} a cell may use is a setting of this kernel. %limits shows the limit.`;
}
