/** The prelude: source that runs inside Monty, as the native kernel's build gives it, and modules that are written for it. */

import shared from '../generated/prelude.json';
import modules from '../generated/shipped_sources.json';
import { withNeeds } from '../source/shipped_names';

/** What every session is fed first. */
export const RECORD = 'record';
/** The part that shows what is more than a number or a short text. */
export const SHOWING = 'showing';

/** The parts beside modules, in an order in which each finds those before it. */
export const PARTS: readonly string[] = shared.order;

const SOURCES: ReadonlyMap<string, string> = new Map(Object.entries({ ...shared.sources, ...modules }));

/** The parts that a session is yet to be fed, each after those that it finds. `had` is what it has before. */
export function missing(wanted: ReadonlySet<string>, had: ReadonlySet<string>): string[] {
  const ofModules = [...wanted].filter(part => !PARTS.includes(part)).sort();
  const ordered = [...PARTS.filter(part => wanted.has(part)), ...ofModules.flatMap(part => [...withNeeds(part), part])];
  return [...new Set(ordered)].filter(part => !had.has(part));
}

/**
 * The source of one part.
 *
 * @throws Error - There is no such part.
 */
export function source(part: string): string {
  const text = SOURCES.get(part);
  if (text === undefined) throw new Error(`the prelude has no part ${part}`);
  return text;
}
