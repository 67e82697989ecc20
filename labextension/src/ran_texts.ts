/** The texts that cells had when they ran, as far as somebody asked: a state's text is asked for once. */

import type { KernelTimeline } from './kernel_timeline';
import type { State } from './protocol';

export class RanTexts {
  readonly #texts = new Map<string, string | null>(); // null where it is not known, or not yet

  /** The text that the cell of a state had; null if it is not known. */
  of(state: State): string | null {
    return this.#texts.get(keyOf(state)) ?? null;
  }

  /** Ask for it, unless that was done; whether it is known now and was not before. */
  async ask(timeline: KernelTimeline, state: State): Promise<boolean> {
    const key = keyOf(state);
    if (this.#texts.has(key)) return false;
    this.#texts.set(key, null);
    const found = await timeline.source(state.number);
    if (found.status === 'error')
      this.#texts.delete(key); // the next time, perhaps
    else this.#texts.set(key, found.source);
    return this.of(state) !== null;
  }
}

/** After a restart, there are other states with the same numbers. */
function keyOf({ number, time }: State): string {
  return `${number} ${time}`;
}

/** Whether a cell's text is another one than what ran. Blank lines at the end say nothing. */
export function isEdited(text: string, ran: string | null): boolean {
  return ran !== null && text.trimEnd() !== ran.trimEnd();
}
