/**
 * Finds where an error stands in the cells' source, where Monty gives no place or a wrong one.
 *
 * - A call with wrong arguments is placed at the function's definition, without any other frame.
 * - An exception that is made with two arguments has no frame at all.
 * - An error that passes `finally`, a bare `raise` or an `except` of another type is placed at the expression that was
 *   evaluated last, and the frames inside are gone.
 * - What comes out of `asyncio.gather` lacks the frames around it.
 */

import { escapedPattern, pythonPattern } from '../source/python_pattern';
import { children, isExpression, walk } from '../source/walk';
import { fits, signatureOf } from './arguments';
import { failingText, NOT_AN_EXCEPTION, parse, placeOf } from './cell_code';
import { isException } from './host_python';
import { calledName, frameOf, framesTo, nodesOf, one } from './ways';
import { say } from './sentences';
import type { CellSource } from '../source/index';
import type { Call, Expr, Node, Stmt, Try } from '../source/tree';
import type { Failure, SourceFrame } from '../worker/messages';
import type { Signature } from './arguments';
import type { Found } from './ways';

const ARITY = pythonPattern(
  String.raw`\A(?P<name>\w+|<lambda>)\(\) (?:missing \d+ required|takes (?:from )?\d+|takes no|got multiple values)`
);
const EXCEPTION_ARGUMENTS = 'Internal error in monty: exceptions can only be called with zero or one string argument';
const MAKES_ONE = pythonPattern(String.raw`\b[A-Z]\w+\s*\(`);
const TRIES = pythonPattern(String.raw`\b(?:except|finally)\b`);
const CELLS_SEARCHED = 50; // the newest

/** Whether an error says that a call's arguments do not fit. Monty places it like a syntax error. */
export function isArityError(name: string, message: string): boolean {
  return name === 'TypeError' && ARITY.test(message);
}

/**
 * The failure with frames as CPython would have them, as far as they can be found.
 *
 * cell: the one that was running; cells: those that ran before, newest first.
 */
export function locate(failure: Failure, cell: CellSource, cells: Iterable<CellSource>): Failure {
  if (failure.kind !== 'raised') return failure;
  if (failure.frames.length === 1 && isArityError(failure.ename, failure.evalue)) return ofCall(failure, cell, cells);
  if (failure.frames.length === 0 && failure.evalue === EXCEPTION_ARGUMENTS) return ofException(failure, cell, cells);
  const found = reraised(failure);
  const [outermost] = found.frames;
  if (outermost !== undefined && outermost.function !== '<module>') {
    const [around, ...more] = nodesOf(cell, 'Await').filter(each => each.function === '<module>');
    if (around !== undefined && more.length === 0) {
      return { ...found, frames: [frameOf(cell, around), ...found.frames] };
    }
  }
  return found;
}

/** The running cell, then the others that contain the pattern, newest first. */
function* holding(pattern: RegExp, cell: CellSource, cells: Iterable<CellSource>): Generator<CellSource> {
  yield cell;
  let searched = 0;
  for (const each of cells) {
    if (each === cell || !pattern.test(each.text)) continue;
    searched += 1;
    if (searched > CELLS_SEARCHED) return;
    yield each;
  }
}

// Calls ----------------------------------------------------------------------------------------------------------------

function ofCall(failure: Failure, cell: CellSource, cells: Iterable<CellSource>): Failure {
  const [place] = failure.frames;
  const match = ARITY.exec(failure.evalue);
  const name = match?.groups?.['name'] ?? '';
  if (place === undefined || match === null) return failure;
  const text = failingText(failure);
  // Monty knows the place, as for keyword-only arguments
  if (text !== name && !(name === '<lambda>' && text.startsWith('lambda'))) return failure;
  const found = definition(place, name);
  if (found !== null) {
    const { names, signature } = found;
    const few = match[0].includes('missing');
    const wanted = names.map(escapedPattern).join('|');
    const pattern = names.length > 0 ? pythonPattern(String.raw`\b(?:${wanted})\s*\(`) : /\(/;
    for (const source of holding(pattern, cell, cells)) {
      const calls = nodesOf(source, 'Call').filter(each => isCallOf(each.node, names, place, source));
      const fitting = (wish: boolean | null): Found<Call>[] =>
        calls.filter(each => fits(each.node, signature, few) === wish);
      const frames = framesTo(source, one(fitting(false)) ?? (source === cell ? one(fitting(null)) : null), cell);
      if (frames.length > 0) return { ...failure, frames };
    }
  }
  return { ...failure, frames: [{ ...place, function: name }], note: say('defined_here', name) };
}

/** The names by which the function is called, and its signature. */
function definition(place: SourceFrame, name: string): { names: string[]; signature: Signature } | null {
  const tree = place.cell === null ? null : parse(place.cell.text);
  for (const owner of tree === null ? [] : walk(tree)) {
    for (const node of children(owner)) {
      if (node._ === 'Lambda' && name === '<lambda>' && startsAt(node, place)) {
        const targets = owner._ === 'Assign' ? owner.targets : [];
        const names = targets.flatMap(target => (target._ === 'Name' ? [target.id] : []));
        return { names, signature: signatureOf(node.args, 0) };
      }
      const defines = node._ === 'FunctionDef' || node._ === 'AsyncFunctionDef';
      if (!defines || node.name !== name || placeOf(place.cell?.text ?? '', node)[0] !== place.line) continue;
      if (owner._ !== 'ClassDef') return { names: [name], signature: signatureOf(node.args, 0) };
      return { names: [name === '__init__' ? owner.name : name], signature: signatureOf(node.args, 1) };
    }
  }
  return null;
}

function isCallOf(call: Call, names: readonly string[], place: SourceFrame, source: CellSource): boolean {
  if (call.func._ === 'Lambda') return isSame(source, place.cell) && startsAt(call.func, place);
  return names.includes(calledName(call) ?? '');
}

function isSame(one: CellSource, other: CellSource | null): boolean {
  return one.label === other?.label && one.text === other.text;
}

function startsAt(node: Expr, frame: SourceFrame): boolean {
  if (frame.cell === null) return false;
  const [line, column] = placeOf(frame.cell.text, node);
  return line === frame.line && column === frame.column;
}

// Exceptions -----------------------------------------------------------------------------------------------------------

function ofException(failure: Failure, cell: CellSource, cells: Iterable<CellSource>): Failure {
  for (const source of holding(MAKES_ONE, cell, cells)) {
    const calls = nodesOf(source, 'Call').filter(({ node }) => node.func._ === 'Name' && isException(node.func.id));
    const fitting = (wish: boolean | null): Found<Call>[] => calls.filter(each => isOneText(each.node) === wish);
    const frames = framesTo(source, one(fitting(false)) ?? (source === cell ? one(fitting(null)) : null), cell);
    if (frames.length > 0) return { ...failure, frames };
  }
  return failure;
}

/** Whether the call gives one string or nothing, as Monty demands; null if unknown. */
function isOneText(call: Call): boolean | null {
  if (call.args.length > 1 || call.keywords.length > 0) return false;
  const [given] = call.args;
  if (given === undefined) return true;
  if (given._ === 'Constant') return given.kind === 'str';
  if (['Tuple', 'List', 'Dict', 'Set', 'ListComp'].includes(given._)) return false;
  return given._ === 'JoinedStr' ? true : null;
}

// try ------------------------------------------------------------------------------------------------------------------

function reraised(failure: Failure): Failure {
  const place = failure.frames.at(-1);
  if (place === undefined || place.cell === null || !TRIES.test(place.cell.text)) return failure;
  if (failure.evalue === NOT_AN_EXCEPTION || failure.evalue.startsWith('catching classes')) return failure;
  const tree = parse(place.cell.text);
  const blocks = tree === null ? [] : [...walk(tree)].filter(node => node._ === 'Try').reverse();
  for (const block of blocks) {
    const last = passed(block, place);
    if (last === null) continue;
    const own = isOwn(last, failure);
    if (own === false) return movedTo(failure, place, place.cell, block);
    return own ? failure : { ...failure, note: say('perhaps_above', say('loses_place')) };
  }
  return failure;
}

/** The expression that was evaluated last before the error went on, if the frame is placed there. */
function passed(block: Try, place: SourceFrame): Expr | null {
  for (const handler of block.handlers) {
    const bare = handler.body.some(node => node._ === 'Raise' && node.exc === null);
    for (const part of [handler.type, ...(bare ? handler.body : [])]) {
      const found = part === null ? null : expressionAt(part, place);
      if (found !== null) return found;
    }
  }
  for (const part of block.finalbody) {
    const found = expressionAt(part, place);
    if (found !== null) return found;
  }
  return null;
}

/** The expression in a part of the tree that has exactly the place of the frame. */
function expressionAt(part: Node, place: SourceFrame): Expr | null {
  const text = place.cell?.text ?? '';
  const { line, column, endLine, endColumn } = place;
  const wanted = [line, column, endLine, endColumn].join();
  for (const node of walk(part)) {
    if (isExpression(node) && placeOf(text, node).join() === wanted) return node;
  }
  return null;
}

/** Whether the expression itself raised the error; null if that is unknown. */
function isOwn(node: Expr, failure: Failure): boolean | null {
  if (node._ === 'Name') return failure.evalue.includes(`'${node.id}'`);
  if (node._ === 'Attribute') return failure.evalue.includes(`'${node.attr}'`) || null;
  if (node._ === 'Call') return node.func._ === 'Name' && node.func.id === 'print' ? false : null;
  return ['Constant', 'List', 'Tuple', 'Dict', 'JoinedStr'].includes(node._) ? false : null;
}

function movedTo(failure: Failure, place: SourceFrame, cell: CellSource, around: Try): Failure {
  let block = around;
  for (let [only] = block.body; block.body.length === 1 && only?._ === 'Try'; [only] = block.body) block = only;
  const [only] = block.body;
  if (only === undefined) return failure;
  const target = culprit(only);
  let [line, column, endLine, endColumn] = placeOf(cell.text, target);
  let note: string | null;
  if (block.body.length === 1 && !('body' in only) && !('cases' in only)) {
    const calls = [...walk(target)].some(node => node._ === 'Call');
    note = calls ? say('calls_not_shown', say('loses_place')) : null;
  } else {
    [line, column] = placeOf(cell.text, block);
    [endLine, endColumn] = [line, column + 'try'.length];
    note = say('from_this_block', say('loses_place'));
  }
  const frame = { cell, line, column, endLine, endColumn, function: place.function };
  return { ...failure, frames: [...failure.frames.slice(0, -1), frame], note: failure.note ?? note };
}

/** What in a statement raises when it does. */
function culprit(node: Stmt): Stmt | Expr {
  if (node._ === 'Raise') return node.exc ?? node;
  if (node._ === 'Assert') return node.test;
  return 'value' in node ? (node.value ?? node) : node;
}
