/** The sessions that both kernels run, what the native one shows for them, and where the other one may differ. */

import listed from '../../../conformance/differences.json';
import type { CellOutput } from './notebook_outputs';

/** One notebook. Cells whose outputs are not the same in every run have null, and those that took too long are left out. */
export interface Session {
  name: string;
  cells: { source: string; outputs: CellOutput[] | null }[];
  leftOut: string[];
}

/** A cell for which the kernels show something else. */
export interface Difference {
  session: string;
  source: string;
  browser: unknown;
  native: unknown;
}

const WORDS = listed.words.map(({ native, browser }) => ({ native: new RegExp(native, 'g'), browser }));
const CELLS = listed.cells.map(({ session, pattern }) => ({
  session: new RegExp(session),
  source: new RegExp(pattern, 'm')
}));
const ADDRESS = / at 0x[0-9a-f]+/g; // of the heap, in which the two kernels keep different things

/** Compares the outputs of both kernels, and remembers what of the list it needed. */
export class Comparison {
  readonly different: Difference[] = [];
  /** Cells that were compared. */
  compared = 0;
  readonly #used = new Set<unknown>();
  /** Entries of the list for cells that this machine had no time for. */
  readonly #untried = new Set<unknown>();

  /** @param comparable - Whether outputs can be compared here. */
  constructor(private readonly comparable: (outputs: string) => boolean = () => true) {}

  compare({ name, cells, leftOut }: Session, outputs: readonly CellOutput[][]): void {
    for (const source of leftOut) for (const each of listedFor(name, source)) this.#untried.add(each);
    cells.forEach(({ source, outputs: expected }, index) => {
      if (expected === null) return;
      const [browser, native] = [text(outputs[index] ?? []), text(expected)];
      if (!this.comparable(browser) || !this.comparable(native)) return;
      this.compared += 1;
      if (browser === native || browser === this.#reworded(native)) return;
      const [allowed] = listedFor(name, source);
      if (allowed !== undefined) this.#used.add(allowed);
      else this.different.push({ session: name, source, browser: outputs[index], native: expected });
    });
  }

  /** Entries of the list that made no difference. */
  get unused(): unknown[] {
    const all = [...WORDS.map((entry, index) => [entry, listed.words[index]] as const)];
    const cells = CELLS.map((entry, index) => [entry, listed.cells[index]] as const);
    const known = (entry: unknown): boolean => this.#used.has(entry) || this.#untried.has(entry);
    return [...all, ...cells].filter(([entry]) => !known(entry)).map(([, written]) => written);
  }

  #reworded(native: string): string {
    return reworded(native, entry => this.#used.add(entry));
  }
}

function listedFor(name: string, source: string): (typeof CELLS)[number][] {
  return CELLS.filter(each => each.session.test(name) && each.source.test(source));
}

/** What the native kernel says, in the words of a page. @param used - Is told each entry of the list that it takes. */
export function reworded(native: string, used: (entry: unknown) => void = () => undefined): string {
  let found = native;
  for (const entry of WORDS) {
    const before = found;
    found = found.replace(entry.native, entry.browser);
    if (found !== before) used(entry);
  }
  return found;
}

function text(outputs: readonly CellOutput[]): string {
  return JSON.stringify(sorted(outputs)).replace(ADDRESS, ' at 0x0');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
