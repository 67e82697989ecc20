/** What the session holds now: asked anew with each new state, one question at a time. */

import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Current } from './current';
import type { KernelTimeline } from './kernel_timeline';
import type { Variable } from './protocol';

export class CurrentVariables {
  /** By name. */
  all: readonly Variable[] = [];
  /** Why it is not known what the session holds; empty if it is. */
  why = '';

  #timeline: KernelTimeline | null = null;
  #known = ''; // what was asked about last
  #isAsking = false;
  readonly #changed = new Signal<this, void>(this);

  constructor(private readonly current: Current) {}

  get changed(): ISignal<this, void> {
    return this.#changed;
  }

  /** There may be another state, or another notebook. */
  async look(): Promise<void> {
    if (this.#isAsking) return; // it looks again when it has its answer
    this.#isAsking = true;
    try {
      while (this.#isNews()) await this.#ask();
    } finally {
      this.#isAsking = false;
    }
  }

  #isNews(): boolean {
    const { timeline } = this.current;
    return timeline !== this.#timeline || (timeline !== null && keyOf(timeline) !== this.#known);
  }

  async #ask(): Promise<void> {
    const { timeline } = this.current;
    if (timeline !== this.#timeline) this.#set([], '');
    this.#timeline = timeline;
    if (timeline === null) return;
    this.#known = keyOf(timeline);
    if (timeline.here === undefined) {
      this.#set([], ''); // before the first cell
      return;
    }
    const found = await timeline.variables();
    if (this.current.timeline !== timeline) return;
    if (found.status === 'error') this.#set([], found.evalue);
    else this.#set(found.variables, found.compared ? '' : found.why);
  }

  #set(all: readonly Variable[], why: string): void {
    this.all = all;
    this.why = why;
    this.#changed.emit();
  }
}

/** Another one stands for other variables: of another state, or of one that has been looked into meanwhile. */
function keyOf({ present, here }: KernelTimeline): string {
  return `${present} ${here?.time} ${here?.changes != null}`;
}

export type Column = 'name' | 'type' | 'length' | 'text';

export interface Order {
  readonly by: Column;
  readonly isDescending: boolean;
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true });

/** The variables whose name or type has the text of the filter, in this order; those that are equal by name. */
export function arranged(all: readonly Variable[], filter: string, { by, isDescending }: Order): Variable[] {
  const wanted = filter.trim().toLowerCase();
  const found = all.filter(
    ({ name, type }) => name.toLowerCase().includes(wanted) || type.toLowerCase().includes(wanted)
  );
  const compare = (one: Variable, other: Variable): number =>
    by === 'length' ? (one.length ?? -1) - (other.length ?? -1) : COLLATOR.compare(one[by], other[by]);
  const sign = isDescending ? -1 : 1;
  return found.sort((one, other) => sign * compare(one, other) || COLLATOR.compare(one.name, other.name));
}
