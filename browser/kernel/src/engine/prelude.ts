/** The prelude: source that runs inside Monty, as the native kernel's build gives it. */

import shared from '../generated/prelude.json';

/** What every session is fed first. */
export const RECORD = 'record';
/** The part that shows what is more than a number or a short text. */
export const SHOWING = 'showing';

/** All parts, in an order in which each finds those before it. */
export const PARTS: readonly string[] = shared.order;

const SOURCES: Readonly<Record<string, string>> = shared.sources;

/**
 * The source of one part.
 *
 * @throws Error - There is no such part.
 */
export function source(part: string): string {
  const text = SOURCES[part];
  if (text === undefined) throw new Error(`the prelude has no part ${part}`);
  return text;
}
