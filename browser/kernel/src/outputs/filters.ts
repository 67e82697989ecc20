/** What the steps of a filter cost. Each may use the result of the one before twice, so that a few become billions. */

import { drawings } from './rules';

const SOURCES = new Set(drawings.sources);
const WITHOUT_INPUT = new Set(drawings.withoutInput);
const WITH_TWO = new Set(drawings.withTwo);

export class Filter {
  /** Of the costliest step, all that it takes, counted as often as it is taken. */
  most = 0;

  readonly #results = new Map<string, number>();
  #result = '';
  #last = 0;
  #before = 0;

  /** The next one: a primitive, or a node of the last, which merges. */
  step(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name.startsWith('feFunc')) return;
    let cost: number;
    if (name === 'feMergeNode') cost = this.#last + this.#cost(attributes.get('in'));
    else {
      if (this.#result !== '') this.#results.set(this.#result, this.#last);
      this.#result = attributes.get('result') ?? '';
      this.#before = this.#last;
      const inputs = WITHOUT_INPUT.has(name) ? [] : WITH_TWO.has(name) ? ['in', 'in2'] : ['in'];
      cost = inputs.reduce((sum, input) => sum + this.#cost(attributes.get(input)), 1);
    }
    this.#last = Math.min(cost, drawings.mostDrawn);
    this.most = Math.max(this.most, this.#last);
  }

  /** Of what an input names. A name that nothing has means the step before, as does none. */
  #cost(name = ''): number {
    return this.#results.get(name) ?? (SOURCES.has(name) ? 0 : this.#before);
  }
}
