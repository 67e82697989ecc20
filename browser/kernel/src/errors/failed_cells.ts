/** The cells that failed, so that what fails because of them can say so. */

import { fullMatch, pythonPattern } from '../source/python_pattern';
import { firstCharacters, strip } from '../source/python_text';
import { Outline } from '../source/scopes';
import { Lines, LineTable } from '../source/source_map';
import { walk } from '../source/walk';
import { failingText, parse, PARSE_LIMIT, raisedByHand } from './cell_code';
import { endless } from './endless';
import { hint } from './hints';
import { say } from './sentences';
import { cut } from './visible_text';
import type { CellSource } from '../source/index';
import type { Stmt } from '../source/tree';
import type { Failure } from '../worker/messages';

/** Failed cells that are remembered, the newest: a notebook's first failure is what most others come from. */
const MOST = 200;

const LONGEST = 60; // characters of the failing line that are quoted
const LONGEST_KEPT = 16_384; // UTF-16 units of a cell that succeeded: of longer ones, any name is taken to be bound anew
const TRAVELS = pythonPattern(String.raw`^[ \t]*%(?:undo|redo|restore|resume|revert|reset)\b`, { multiline: true });

const UNKNOWN = pythonPattern(String.raw`name '(\w+)' is not defined(?:\. Did you .*)?`);

/** What binds a name, on a line of its own, in a cell that does not parse. */
const BINDS = pythonPattern(
  String.raw`^[ \t]*(?:(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]+)?=(?!=)|` +
    String.raw`(?:from[ \t]+\S+[ \t]+)?import[ \t]+(\w+)(?:[ \t]+as[ \t]+(\w+))?)`,
  { multiline: true, global: true }
);

/** Statements that bind all of their names when they have succeeded, and none before. */
const AT_ONCE = new Set(['FunctionDef', 'AsyncFunctionDef', 'ClassDef', 'Assign', 'AnnAssign']);

/** A cell that failed, or that was passed over since another had. */
class Failed {
  constructor(
    /** Its label is empty if it was passed over. */
    readonly cell: CellSource,
    /** Where it failed, from 1; 0 if that is unknown. */
    readonly line: number,
    readonly ename: string,
    readonly nothingRan: boolean,
    /** The failed cell that it failed because of, or was passed over. */
    readonly root: Failed | null,
    readonly number: number
  ) {}

  /** What it would have bound from there on; `*` if that is all of a module. */
  names(): ReadonlySet<string> {
    const { text } = this.cell;
    const tree = parse(text);
    if (tree === null)
      return new Set(Array.from(text.matchAll(BINDS)).flatMap(match => match.slice(1).filter(Boolean)));
    const first = this.nothingRan ? 0 : this.line;
    return boundBy(tree.body.filter(node => lastLine(text, node) >= first));
  }

  /** Whether it would have bound the name anew, and certainly has not; null if that cannot be known. */
  keptFromBinding(name: string): boolean | null {
    const tree = parse(this.cell.text);
    if (tree === null || this.nothingRan) return this.names().has(name);
    if (this.line === 0) return null;
    for (const node of tree.body) {
      if (!boundBy([node]).has(name)) continue;
      return lastLine(this.cell.text, node) >= this.line && AT_ONCE.has(node._) ? true : null;
    }
    return false;
  }

  /** How it failed, after "which". */
  get how(): string {
    const interrupted = this.ename === 'KeyboardInterrupt';
    const line = this.line > 0 ? Lines.of(this.cell.text).at(this.line) : undefined;
    if (line === undefined) return interrupted ? say('was_interrupted') : say('failed_with', this.ename);
    return say('at_line', say(interrupted ? 'was_interrupted' : 'failed'), cut(strip(line), LONGEST));
  }

  /** It, and how it failed. */
  get told(): string {
    const { root, cell } = this;
    if (root === null) return say('cell_which', cell.label, this.how);
    if (cell.label === '') return say('not_run_because', root.cell.label, root.how);
    return say('cell_because', cell.label, root.cell.label, root.how);
  }
}

function boundBy(body: readonly Stmt[]): ReadonlySet<string> {
  return new Outline({ _: 'Module', body }).top.bound;
}

function lastLine(text: string, node: Stmt): number {
  return LineTable.of(text).place(node.e)[0];
}

/** The cells of one session that failed. */
export class FailedCells {
  private readonly failed: Failed[] = [];
  private readonly passedCells: { number: number; text: string | null }[] = [];
  private number = 0;

  /** The failure of a cell, with a note if an earlier failure explains it. The cell is remembered. */
  explained(failure: Failure, cell: CellSource): Failure {
    this.number += 1;
    const message = firstCharacters(failure.evalue, 1_000);
    const name = failure.ename === 'NameError' ? (fullMatch(UNKNOWN, message)?.[1] ?? null) : null;
    const { cause, certain } = name === null ? { cause: null, certain: false } : this.cause(name);
    let note: string | null = null;
    if (name !== null && cause !== null) {
      note = certain ? say('came_from', name, cause.told) : say('may_come_from', name, unsure(cause));
    } else if (['interrupted', 'time', 'memory'].includes(failure.kind)) {
      note = endless(cell.text);
    } else if (failure.kind === 'raised' && name === null) {
      note = this.outdated(failure, cell);
    }
    const told = note === null ? failure : withNote(failure, note);
    if (cell.text.length <= PARSE_LIMIT) {
      keep(this.failed, failedOf(told, cell, cause !== null && certain ? (cause.root ?? cause) : null, this.number));
    }
    return told;
  }

  /** Note a cell that succeeded. */
  passed(text: string): void {
    this.number += 1;
    keep(this.passedCells, { number: this.number, text: text.length <= LONGEST_KEPT ? text : null });
  }

  /** Note a cell that did not run, since the one before it failed. */
  passedOver(text: string): void {
    const last = this.failed.at(-1);
    if (last === undefined || text.length > PARSE_LIMIT) return;
    const root = last.cell.label === '' ? last.root : last;
    keep(this.failed, new Failed({ label: '', text }, 0, '', true, root, last.number));
  }

  /** The failed cell that a name was to come from, and whether that is certain. */
  private cause(name: string): { cause: Failed | null; certain: boolean } {
    let perhaps: Failed | null = null;
    for (const failed of [...this.failed].reverse()) {
      if (!failed.cell.text.includes(name) && !failed.cell.text.includes('*')) continue;
      const names = failed.names();
      if (names.has(name)) return { cause: failed, certain: true };
      if (names.has('*') && perhaps === null && failed.cell.label !== '') perhaps = failed;
    }
    return { cause: perhaps, certain: false };
  }

  /** A note, if the cell failed with a name that an earlier one was to bind anew. */
  private outdated(failure: Failure, cell: CellSource): string | null {
    const [place] = failure.frames;
    if (this.failed.length === 0 || place?.cell?.label !== cell.label) return null;
    if (raisedByHand(failure) || hint(failure) !== null) return null;
    const tree = parse(strip(failingText({ ...failure, frames: [place] })));
    for (const node of tree === null ? [] : walk(tree)) {
      if (node._ !== 'Name' || node.ctx !== 'Load') continue;
      const cause = this.keptOld(node.id);
      if (cause !== null) return say('still_before', node.id, cause.told);
    }
    return null;
  }

  /** The failed cell that was to bind the name anew, if none has since. */
  private keptOld(name: string): Failed | null {
    for (const failed of [...this.failed].reverse()) {
      const kept = failed.cell.text.includes(name) ? failed.keptFromBinding(name) : false;
      if (kept === false) continue;
      const later = this.passedCells.filter(({ number }) => number > failed.number);
      return kept && !later.some(({ text }) => mayBind(text, name)) ? failed : null;
    }
    return null;
  }
}

function unsure(cause: Failed): string {
  return say('cell_which', cause.cell.label, cause.how);
}

function withNote(failure: Failure, note: string): Failure {
  return { ...failure, note: failure.note === null ? note : `${failure.note}\n${note}` };
}

function keep<T>(kept: T[], each: T): void {
  kept.push(each);
  if (kept.length > MOST) kept.shift();
}

function mayBind(text: string | null, name: string): boolean {
  if (text !== null && !text.includes(name) && !text.includes('*') && !text.includes('%')) return false;
  const tree = text === null || TRAVELS.test(text) ? null : parse(text);
  if (tree === null) return true;
  const { bound } = new Outline(tree).top;
  if (bound.has(name) || bound.has('*')) return true;
  for (const node of walk(tree)) if (node._ === 'Global' && node.names.includes(name)) return true;
  return false;
}

function failedOf(failure: Failure, cell: CellSource, root: Failed | null, number: number): Failed {
  const [place] = failure.frames;
  const line = place?.cell?.label === cell.label ? place.line : 0;
  const lost = failure.kind !== 'raised' && failure.kind !== 'syntax'; // the session is as it was before the cell
  return new Failed(cell, line, failure.ename, failure.kind === 'syntax' || lost, root, number);
}
