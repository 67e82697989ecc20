/** What a cell prints while it redirects a stream: it goes to the cell instead of to the person. */

import { Raises } from './frontend';
import type { Budget } from './budget';
import type { Value } from '../wire/values';

export interface Printed {
  name: 'stdout' | 'stderr';
  text: string;
}

/** The redirections of one feed. What is captured counts as if it were shown, so that no more of it is held. */
export class Captures {
  #open: { name: string; pieces: string[] }[] = []; // the innermost last

  constructor(private readonly budget: Budget) {}

  /**
   * Capture a stream from now on; the number by which `take` knows it.
   *
   * @throws Raises - There is no such stream.
   */
  begin(name: string): bigint {
    if (name !== 'stdout' && name !== 'stderr') {
      throw new Raises('ValueError', `only stdout and stderr can be redirected, not ${name}`);
    }
    this.#open.push({ name, pieces: [] });
    return BigInt(this.#open.length);
  }

  /** What was captured; it ends this redirection, and those in it that were never ended. */
  take(number: Value): string {
    if (typeof number !== 'bigint' || number < 1n) return '';
    const found = this.#open[Number(number) - 1];
    if (found === undefined) return ''; // of another cell, or ended already
    this.#open = this.#open.slice(0, Number(number) - 1);
    return found.pieces.join('');
  }

  /** Take what is printed to a stream. Whether it is redirected. */
  catch({ name, text }: Printed): boolean {
    const found = this.#open.findLast(each => each.name === name);
    if (found === undefined) return false;
    const admitted = this.budget.admit({ type: 'stream', name, text });
    if (admitted?.type === 'stream') found.pieces.push(admitted.text);
    return true;
  }
}
