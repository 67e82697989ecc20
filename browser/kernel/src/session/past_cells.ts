/** What became of a session's cells: the next worker explains failures by those that failed in the one before. */

import type { CellRequest, Failure, PastCell } from '../worker/messages';

/** Cells that are kept: an explanation looks back no further. */
const MOST = 400;

/** Characters of an error's message that are kept. */
const LONGEST = 1_000;

export class PastCells {
  #cells: PastCell[] = [];

  /** All, oldest first. */
  get all(): PastCell[] {
    return [...this.#cells];
  }

  /** The session is a new one. */
  clear(): void {
    this.#cells = [];
  }

  /** A cell ran. `line` is where it failed in itself; 0 if it did not, or nobody knows. */
  ran({ code, number, remember }: CellRequest, failure: Failure | null, line: number): void {
    if (!remember) return;
    if (failure === null) {
      this.add({ type: 'passed', code });
      return;
    }
    const { kind, ename, evalue } = failure;
    this.add({ type: 'failed', code, number, kind, ename, evalue: evalue.slice(0, LONGEST), line });
  }

  add<Kind extends PastCell>(cell: Kind): Kind {
    this.#cells.push(cell);
    if (this.#cells.length > MOST) this.#cells.shift();
    return cell;
  }
}
