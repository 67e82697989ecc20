/** What the rooms around the engine do for a session: magics, errors, help. */

import type { Engine } from '../engine/engine';
import type { Explainer } from '../engine/session';
import type { Cell } from '../source/cell';
import type { Action, CellSource, MagicTable } from '../source/index';
import type { Value } from '../wire/values';
import type { CellRequest, Failure, Outcome, Output, PastCell } from './messages';

/** The running cell, as magics see it. */
export interface CellContext {
  engine: Engine;
  /** Show an output among the cell's. */
  show(output: Output): void;
  /** Let the page run the magic: its work is the page's. Rejects with `Refusal`. */
  page(name: string, args: string): Promise<Value>;
  /** Why the cell before this one failed, in one line; null if it did not. */
  readonly lastFailure: string | null;
  /** What the cell's reply is to hold for the front end. */
  payload(payload: Record<string, unknown>): void;
}

export interface Services {
  /** What makes code of magics. */
  magics(): MagicTable;
  /** Run a magic of the host's; the value of its line. Rejects with `Refusal`. */
  magic(name: string, args: string, context: CellContext): Promise<Value>;
  /** Do a magic that stands on a line of its own. Rejects with `Refusal`. */
  act(action: Action, context: CellContext): Promise<void>;
  /** Why a cell that Monty would read wrongly is not run, if it is such a cell. */
  stray(cell: Cell): Failure | null;
  explainer: Explainer;
  /** The outcome with its failures laid out, and with what an earlier failed cell explains. */
  told(outcome: Outcome, request: CellRequest): Outcome;
  /** Know the cells that ran before this worker had the session, or that were passed over since. Null: it is a new one. */
  remember(past: readonly PastCell[] | null): void;
  /** The text that `help(topic)` prints. `kind`: the name of the value's class, if it is known; else empty. */
  help(topic: string, kind: string, context: CellContext): Promise<string>;
  /** How IPython shows a class or a function whose `repr` is `text`; null if it shows the same. */
  named(text: string, own: boolean, cells: readonly CellSource[]): string | null;
  /** The error to show for a method that raised while an object was shown; null if it is not found in the cells. */
  misshown(
    kind: string,
    method: string,
    ename: string,
    evalue: string,
    cells: readonly CellSource[]
  ): Extract<Output, { type: 'error' }> | null;
}
