/** What sanitizing a text gives, and when it is too large for that. */

import { sizes } from './rules';
import { bytesOf } from './text';

/** How many of each thing were left out, by names that a person understands. */
export class Removed {
  readonly #counts = new Map<string, number>();

  add(what: string, often = 1): void {
    if (often > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + often);
  }

  addAll(others: Removed): void {
    for (const [what, often] of others.#counts) this.add(what, often);
  }

  get total(): number {
    let total = 0;
    for (const often of this.#counts.values()) total += often;
    return total;
  }

  /** Sorted by name. */
  entries(): [string, number][] {
    return [...this.#counts].sort(([first], [second]) => (first < second ? -1 : Number(first > second)));
  }
}

/** Text that may be shown, and what was taken out of it. */
export interface Sanitized {
  text: string;
  removed: Removed;
}

/** Sanitizing it would take too much time or memory. The message names the limit, such as `more than 4 MB`. */
export class TooLarge extends Error {}

/** @throws TooLarge - It is markup of more than the size that is sanitized. */
export function checkSize(text: string): void {
  const most = sizes.mostBytes;
  if (3 * text.length > most && (text.length > 2 * most || bytesOf(text) > most)) {
    throw new TooLarge(`more than ${most / 1_000_000} MB`);
  }
}
