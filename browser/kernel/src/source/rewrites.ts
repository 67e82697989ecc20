/**
 * What is rewritten in a cell that was parsed, in place: calls that mean something here that Monty does not do with them.
 *
 * All of it keeps lines and columns, through edits. What would need guessing is not rewritten.
 */

import rewriting from '../generated/rewriting.json';
import { madeBy, madeIn } from './asking';
import { callbackEdits, MAY_HOLD } from './callbacks';
import { pythonPattern } from './python_pattern';
import { repr } from './python_text';
import { Outline } from './scopes';
import { edit, enclosing, opening } from './source_map';
import { madeReadable } from './unread';
import { walk } from './walk';
import type { SessionNames } from './index';
import type { CallIn } from './scopes';
import type { Edit, Rewritten, Span } from './source_map';
import type { Call, Expr, Module, Stmt } from './tree';

const NEVER_UNKNOWN = new Set(rewriting.never_unknown);
const EXCEPTIONS = new Set(rewriting.exceptions);
const OS_ERRORS = new Set(rewriting.os_errors);
const KEYWORDS = new Set(rewriting.keywords);

const CALLED = pythonPattern(String.raw`(?<![\w.])([^\W\d]\w*)[ \t]*\(`, { global: true });
const DEFINED = pythonPattern(String.raw`\b(?:def|class)[ \t]+(\w+)`, { global: true });
const IN_FUNCTIONS = pythonPattern(String.raw`\b(?:def|lambda)\b`);
const EXCEPTION = /(?:Error|Exception|Exit|Interrupt|Iteration|Warning)\(/;
const ATTRIBUTES = new Set(['args', 'code', 'errno', 'filename', 'strerror']);
const ASKED = pythonPattern(String.raw`\.(?:args|code|errno|filename|strerror)\b`);

/** What to change in a text. The places of the tree are the text's. head: what the cell holds before it. */
export function rewritten(text: string, tree: Module, names: SessionNames, head = ''): Rewritten {
  const functions = IN_FUNCTIONS.test(text) && mayCallUnknown(text);
  const exceptions = EXCEPTION.test(text);
  const handled = text.includes('except') && ASKED.test(text);
  const scope = text.includes('locals()');
  const callbacks = MAY_HOLD.test(text);
  const { edits, parts } = madeReadable(text, tree, names);
  if (!(functions || exceptions || handled || scope || callbacks)) return { edits, parts };
  const outline = new Outline(tree);
  const unknown = functions ? [...callsOfUnknown(outline, surelyBound(tree))] : [];
  const asked = new Set(unknown.map(called));
  const undefinedNames = asked.size > 0 ? names.undefinedOf(asked) : asked;
  for (const call of unknown) if (undefinedNames.has(called(call))) edits.push(...lookedUp(text, call.node.func));
  const add = (part: string, found: Iterable<Edit>): void => {
    const before = edits.length;
    if (edits.push(...found) > before) parts.add(part);
  };
  if (exceptions) for (const call of callsOfExceptions(outline)) add('exceptions', made(text, call.node));
  if (handled) add('exceptions', attributes(text, tree, outline)); // also if another cell's function raised it
  if (callbacks) add('callbacks', callbackEdits(text, outline, askingNames(tree, names, head)));
  if (scope) for (const call of outline.calls) add('variables', locals(text, call));
  return { edits, parts };
}

function askingNames(tree: Module, names: SessionNames, head: string): ReadonlySet<string> | null {
  const known = names.asking();
  if (known === null) return null;
  const before = head === '' ? new Set<string>() : madeBy(head, known, names.granted);
  if (before === null) return null;
  const all = new Set([...known, ...before]);
  return new Set([...all, ...madeIn(tree, all, names.granted)]);
}

/** The name that is called; empty if something else is. */
function called(call: CallIn): string {
  return call.node.func._ === 'Name' ? call.node.func.id : '';
}

// A name that is not defined -------------------------------------------------------------------------------------------
// Monty takes a call of an unknown name for a call of the host, also where it cannot suspend: in a `key=`, a `map`, a
// `__repr__`. It looks the name up, and raises NameError, if anything but the bare name is called.

/** Whether a text seems to call what it does not define itself: to walk its tree takes much longer than this. */
function mayCallUnknown(text: string): boolean {
  const defined = new Set(Array.from(text.matchAll(DEFINED), match => match[1]));
  for (const [, name = ''] of text.matchAll(CALLED)) {
    if (!NEVER_UNKNOWN.has(name) && !KEYWORDS.has(name) && !defined.has(name)) return true;
  }
  return false;
}

function* callsOfUnknown(outline: Outline, bound: ReadonlySet<string>): Generator<CallIn> {
  for (const call of outline.calls) {
    const name = called(call);
    if (name === '' || NEVER_UNKNOWN.has(name) || bound.has(name) || name.startsWith('__mk_')) continue;
    const owner = call.scope.owner(name);
    if (call.scope.function !== null && (owner === null || owner === outline.top)) yield call;
  }
}

/** The names that the cell binds when it gets that far, whatever conditions it meets. */
function surelyBound(tree: Module): ReadonlySet<string> {
  return new Outline({ _: 'Module', body: tree.body.flatMap(node => binding(node) ?? []) }).top.bound;
}

/** A statement that surely binds names; of a definition not what is inside of it, which binds other names. */
function binding(node: Stmt): Stmt | null {
  if (node._ === 'FunctionDef' || node._ === 'AsyncFunctionDef' || node._ === 'ClassDef') {
    return { _: 'Global', s: node.s, e: node.e, names: [node.name] };
  }
  return ['Assign', 'AnnAssign', 'Import', 'ImportFrom'].includes(node._) ? node : null;
}

function* lookedUp(text: string, node: Expr): Generator<Edit> {
  if (node._ !== 'Name' || text.slice(node.s, node.e) !== node.id) return; // as Python normalizes it, it may be another
  yield edit(node.s, node.e, `(${node.id} if 1 else 0)`);
}

// Exceptions with other arguments than one text ------------------------------------------------------------------------

function* callsOfExceptions(outline: Outline): Generator<CallIn> {
  for (const call of outline.calls) {
    const name = called(call);
    if (EXCEPTIONS.has(name) && call.scope.owner(name) === null && !isOneText(call.node)) yield call;
  }
}

/**
 * Whether a call surely gives one text or nothing, as Monty demands; or what nothing can be made of: keywords, or a
 * generator, which has no brackets of its own.
 */
function isOneText(call: Call): boolean {
  const [first, ...more] = call.args;
  if (call.keywords.length > 0 || first === undefined) return true;
  return more.length === 0 && (isText(first) || first._ === 'GeneratorExp');
}

function isText(given: Expr): boolean {
  let node = given;
  while (node._ === 'BinOp' && (node.op === 'Add' || node.op === 'Mod')) {
    if (node.op === 'Add' && isLiteral(node.right)) return true;
    node = node.left;
  }
  if (node._ !== 'Call') return isLiteral(node);
  const { func } = node;
  if (func._ === 'Name') return func.id === 'str' || func.id === 'repr';
  return func._ === 'Attribute' && (func.attr === 'format' || func.attr === 'join') && isText(func.value);
}

function isLiteral(node: Expr): boolean {
  return node._ === 'JoinedStr' || (node._ === 'Constant' && node.kind === 'str');
}

/** `ValueError(1, 2)` becomes `__mk_made(ValueError, 1, 2)`. */
function* made(text: string, call: Call): Generator<Edit> {
  const { func } = call;
  if (func._ !== 'Name' || text.slice(func.s, func.e + 1) !== `${func.id}(`) return; // something stands between the two
  const maker = OS_ERRORS.has(func.id) ? '__mk_made_of_errno' : '__mk_made';
  yield edit(func.s, func.e + 1, `${maker}(${func.id}, `, [call.s, call.e]);
}

/** Where the cell asks what its handlers caught for arguments. */
function* attributes(text: string, tree: Module, outline: Outline): Generator<Edit> {
  const caught = new Set(outline.handlers.flatMap(handler => handler.name ?? []));
  for (const node of caught.size > 0 ? walk(tree) : []) {
    if (node._ !== 'Attribute' || node.ctx !== 'Load' || !ATTRIBUTES.has(node.attr) || node.value._ !== 'Name')
      continue;
    const span: Span = [node.s, node.e];
    if (!caught.has(node.value.id) || text.slice(...span) !== `${node.value.id}.${node.attr}`) continue;
    yield opening(span, '__mk_of_error(');
    yield edit(node.value.e, node.e, `, ${repr(node.attr)})`, span);
  }
}

// locals() -------------------------------------------------------------------------------------------------------------

function* locals(text: string, call: CallIn): Generator<Edit> {
  const { node, scope } = call;
  if (called(call) !== 'locals' || node.args.length > 0 || node.keywords.length > 0 || scope.kind !== 'module') return;
  if (scope.owner('locals') !== null || text.slice(node.s, node.e) !== 'locals()') return;
  yield* enclosing([node.s, node.e], '__mk_locals(', ')');
}
