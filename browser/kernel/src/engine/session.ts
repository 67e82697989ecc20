/** One session in its interpreter: what it is fed, cell by cell, and what has to be known of it outside. */

import { say } from '../errors/sentences';
import { SourceError } from '../source/source_error';
import { NotPython } from '../source/syntax_trees';
import { expression } from '../source/cell';
import { Feed } from '../source/feed';
import { resultSize } from './budget';
import { resultOf } from './bundles';
import { CellLog } from './cell_log';
import { INTERRUPTED, raisedFailure, refusedFailure, unparsable } from './failures';
import { Refusal } from './frontend';
import { Interrupted } from './interrupts';
import { KnownNames } from './known_names';
import * as prelude from './prelude';
import { FeedError, WorkerLost } from './sandbox';
import type { Cell } from '../source/cell';
import type { Action, CellSource } from '../source/index';
import type { Raised } from '../wire/events';
import type { Value } from '../wire/values';
import type { Failure, Limits, Outcome, Result } from '../worker/messages';
import type { Budget } from './budget';
import type { Files, Written } from './files';
import type { Frontend } from './frontend';
import type { Interrupts } from './interrupts';
import type { SessionLimits } from './limits';
import type { Saved } from './saved';
import type { Sandbox } from './sandbox';

/** Bytes that the user expressions of one cell may give: one reply holds them all. */
const MOST_EXPRESSED = 4 << 20;

/** Bytes that a user expression which failed counts for, beside its message. */
const FAILED = 4_096;

const NOT_EVALUATED: Failure = {
  kind: 'limit',
  ename: 'OutputLimitExceeded',
  evalue: `not evaluated: the expressions before it gave ${MOST_EXPRESSED >> 20} MiB, all that one reply holds`,
  frames: [],
  note: null
};

/** One run of one cell: who takes its outputs, its number, and what it may use. */
export interface CellRun {
  frontend: Frontend;
  /** 0 leaves no record. */
  number: number;
  budget: Budget;
  interrupts: Interrupts;
  files: Files;
}

/** What makes failures clearer that Monty reports. */
export interface Explainer {
  /** The Failure in CPython's words for source that CPython refuses too; null for other source. */
  unparsed(feed: Feed): Failure | null;
  /** The failure at the place where it belongs. `sources`: what was fed, newest first. */
  located(failure: Failure, cell: CellSource, sources: Iterable<CellSource>): Failure;
  /** Code that imports what else a failed import names; its last line is the list of what it bound. Null for nothing. */
  restOfImport(failure: Failure): string | null;
}

/** After a `WorkerLost` it is of no use until `load` or `start`. */
export class Session {
  readonly names: KnownNames;
  /** Whether a cell ran since the last dump. */
  changed = false;
  cellLog = new CellLog();
  #nextFeed = 0;
  #parts = new Set<string>();
  #unrecorded = new Map<number, string>(); // cells whose source `In` in the sandbox lacks, by their numbers
  #recorded = new Map<number, string>(); // cells whose source it has and the last dump lacks

  constructor(
    readonly sandbox: Sandbox,
    private readonly limits: SessionLimits,
    private readonly explainer: Explainer
  ) {
    this.names = new KnownNames(
      text => this.evaluate(text, []),
      () => this.cellLog.cells,
      part => this.#parts.has(part)
    );
  }

  // A state, and back

  /** Be a new session, in a fresh interpreter. */
  async start(): Promise<void> {
    await this.sandbox.start();
    this.cellLog = new CellLog();
    this.#nextFeed = 0;
    this.#parts = new Set();
    this.#unrecorded = new Map();
    this.#recorded = new Map();
    this.names.forget();
    this.changed = false;
    await this.#feedParts([prelude.RECORD]);
  }

  /**
   * What it is now, to be loaded later.
   *
   * @throws StateRefused - It cannot be dumped.
   */
  async dump(files: Written): Promise<Saved> {
    const state = await this.sandbox.dump();
    this.cellLog.complete();
    this.#recorded = new Map();
    this.changed = false;
    const unrecorded = [...this.#unrecorded];
    return {
      state,
      nextFeed: this.#nextFeed,
      parts: [...this.#parts],
      unrecorded,
      steps: [...this.cellLog.steps],
      files
    };
  }

  /**
   * Be what it was when the state was dumped, in a fresh interpreter.
   *
   * @throws StateRefused - The state is damaged or of another Monty version, or larger than the limits allow.
   */
  async load(saved: Saved, limits: Limits): Promise<void> {
    await this.sandbox.start(saved.state, limits);
    this.#nextFeed = saved.nextFeed;
    this.#parts = new Set(saved.parts);
    this.cellLog = new CellLog(saved.steps);
    this.#unrecorded = new Map(saved.unrecorded);
    this.#recorded = new Map();
    this.names.forget();
    this.changed = false;
  }

  // Cells

  /**
   * Run a cell, then evaluate the user expressions. `act` does the actions between the cell's feeds.
   *
   * @throws WorkerLost - The session is gone.
   */
  async run(
    cell: Cell,
    run: CellRun,
    expressions: Readonly<Record<string, string>>,
    act: (action: Action) => Promise<void>
  ): Promise<Outcome> {
    let result: Result | null = null;
    try {
      for (const step of cell.steps) {
        if (step instanceof Feed) {
          result = await this.#feed(step, run);
        } else {
          await act(step);
          if (run.budget.over !== null) return failed(run.budget.over.failure);
        }
      }
    } catch (error) {
      if (error instanceof FeedError) return error.left ? succeeded(null) : failed(await this.#failure(error, run));
      if (error instanceof Refusal) return failed({ ...INTERRUPTED, ename: error.ename, evalue: error.message });
      if (error instanceof Interrupted) return failed(INTERRUPTED);
      throw error;
    }
    return { ...succeeded(result), expressions: await this.#expressions(expressions, run) };
  }

  /** Note that a cell of the history ran and stays. */
  addCell(cell: Cell): void {
    this.cellLog.addCell({ label: cell.source.label, text: cell.python });
  }

  /** Note a cell's source for `In`, unless the sandbox has it already. */
  missed(number: number, text: string): void {
    if (!this.#recorded.has(number)) this.#unrecorded.set(number, text);
  }

  /** Sources that `In` has, or is yet to have, and the last dump lacks, by number. */
  get newInputs(): [number, string][] {
    return [...new Map([...this.#recorded, ...this.#unrecorded])];
  }

  // What the kernel itself asks

  /**
   * The plain-data value of an expression over the prelude's functions; null if it fails. Runs no user code.
   *
   * @param parts - Further parts of the prelude, fed before.
   */
  async evaluate(text: string, parts: readonly string[]): Promise<Value> {
    if (!this.sandbox.isAlive) return null; // the next cell restores the session, and says so
    try {
      await this.#feedParts(parts);
      return await this.#feedText(text, null);
    } catch (error) {
      if (error instanceof FeedError || error instanceof WorkerLost) return null;
      throw error;
    }
  }

  /**
   * A session that is over its memory limit finds that out only when it next allocates.
   *
   * @throws WorkerLost - It is.
   */
  async allocate(): Promise<void> {
    await this.#feedText('[0] * 1000\nNone', null);
  }

  // Feeds

  async #feedText(text: string, run: CellRun | null, inputs: [string, Value][] = []): Promise<Value> {
    const number = this.#nextFeed;
    this.#nextFeed += 1;
    if (run === null) return this.sandbox.feed(text);
    const textOf = (filename: string): string | null => this.cellLog.named(filename)?.text ?? null;
    try {
      return await this.sandbox.feed(text, { ...run, inputs, textOf });
    } catch (error) {
      if (error instanceof Interrupted) this.#nextFeed = number; // it did not come to the interpreter
      throw error;
    }
  }

  async #feedParts(parts: Iterable<string>, run: CellRun | null = null): Promise<void> {
    for (const part of prelude.missing(new Set(parts), this.#parts)) {
      await this.#feedText(`${prelude.source(part)}\nNone`, run);
      this.#parts.add(part);
    }
  }

  async #feed(feed: Feed, run: CellRun): Promise<Result | null> {
    const number = run.number;
    await this.#feedParts(feed.parts, run);
    for (const [missed, text] of [...this.#unrecorded].sort(([one], [other]) => one - other)) {
      await this.#feedText(`__mk_begin(${missed})\nNone`, run, [['__mk_source', text]]);
      this.#unrecorded.delete(missed);
      this.#recorded.set(missed, text);
    }
    this.cellLog.addFeed(this.#nextFeed, feed);
    this.changed = true;
    if (feed.cell.text.includes('del')) this.names.forget();
    const source: [string, Value][] = number > 0 ? [['__mk_source', feed.cell.text]] : [];
    let bundle: Value;
    try {
      bundle = await this.#feedText(feed.text, run, source);
    } catch (error) {
      if (number > 0 && error instanceof FeedError && !unparsable(error.raised)) {
        this.#recorded.set(number, feed.cell.text);
      }
      throw error;
    }
    if (number > 0) this.#recorded.set(number, feed.cell.text);
    return resultOf(await this.#shown(bundle, feed, run));
  }

  /** What a feed gave to be shown, once the part of the prelude that its value needs is there. */
  async #shown(bundle: Value, feed: Feed, run: CellRun): Promise<Value> {
    if (bundle !== prelude.SHOWING || this.#parts.has(prelude.SHOWING)) return bundle;
    await this.#feedParts([prelude.SHOWING], run);
    const again = feed.lastLine();
    this.cellLog.addFeed(this.#nextFeed, again);
    return this.#feedText(again.text, run);
  }

  async #expressions(texts: Readonly<Record<string, string>>, run: CellRun): Promise<Outcome['expressions']> {
    const values: Outcome['expressions'] = {};
    let left = MOST_EXPRESSED;
    for (const [name, text] of Object.entries(texts)) {
      const value = left > 0 ? await this.#expression(text, run) : NOT_EVALUATED;
      left -= 'ename' in value ? FAILED + value.evalue.length : resultSize(value);
      values[name] = value;
    }
    return values;
  }

  async #expression(text: string, run: CellRun): Promise<Result | Failure> {
    try {
      const feed = expression({ label: '<user expression>', text });
      await this.#feedParts(feed.parts, run);
      this.cellLog.addFeed(this.#nextFeed, feed);
      const shown = resultOf(await this.#shown(await this.#feedText(feed.text, run), feed, run));
      return shown ?? { data: { 'text/plain': 'None' }, metadata: {} };
    } catch (error) {
      if (error instanceof SourceError || error instanceof NotPython) {
        return { kind: 'syntax', ename: 'SyntaxError', evalue: error.message, frames: [], note: null };
      }
      if (error instanceof FeedError) return raisedFailure(error.raised, name => this.cellLog.named(name));
      if (error instanceof Interrupted) return INTERRUPTED;
      throw error;
    }
  }

  // Failures

  async #failure(error: FeedError, run: CellRun): Promise<Failure> {
    let failure = this.#located(error.raised);
    if (failure.ename === 'RecursionError' && this.limits.now.recursion !== null) {
      failure = { ...failure, note: `Calls nest no deeper here than ${this.limits.inWords('recursion')}.` };
    }
    if (error.refusal !== null) return refusedFailure(error.refusal, failure);
    const isImport = failure.ename === 'ImportError' || failure.ename === 'ModuleNotFoundError';
    return isImport ? this.#withTheRest(failure, run) : failure;
  }

  #located(raised: Raised): Failure {
    const feed = this.cellLog.feed(this.#nextFeed - 1);
    const failure = raisedFailure(raised, name => this.cellLog.named(name));
    if (feed === null) return failure;
    if (failure.kind === 'syntax') {
      const said = this.explainer.unparsed(feed);
      if (said !== null) return said;
    }
    return this.explainer.located(failure, feed.cell, this.cellLog.sources());
  }

  /** The failure of an import, once the rest of that import is done; then a note says so. */
  async #withTheRest(failure: Failure, run: CellRun): Promise<Failure> {
    const code = this.explainer.restOfImport(failure);
    if (code === null) return failure;
    try {
      const bound = await this.#feedText(code, run);
      const names = Array.isArray(bound) ? bound.filter(name => typeof name === 'string') : [];
      if (names.length === 0) return failure;
      const there = say('rest_is_there', names.map(name => `\`${name}\``).join(', '));
      return { ...failure, note: failure.note === null ? there : `${failure.note}\n${there}` };
    } catch (error) {
      if (error instanceof FeedError || error instanceof Interrupted) return failure;
      throw error;
    }
  }
}

function succeeded(result: Result | null): Outcome {
  return { failure: null, result, expressions: {} };
}

/** The outcome of a cell that failed. */
export function failed(failure: Failure): Outcome {
  return { failure, result: null, expressions: {} };
}
