/**
 * Exceptions that are given something else than one text, which Monty's do not take: where cells make them, and where they
 * ask for what those were given.
 */

import rewriting from '../generated/rewriting.json';
import { pythonPattern } from './python_pattern';
import { repr } from './python_text';
import { edit, enclosing, opening } from './source_map';
import { children, walk } from './walk';
import type { Outline } from './scopes';
import type { Edit, Span } from './source_map';
import type { Call, Expr, Module, Node } from './tree';

const EXCEPTIONS = new Set(rewriting.exceptions);
const OS_ERRORS = new Set(rewriting.os_errors);

const MADE = /(?:Error|Exception|Exit|Interrupt|Iteration|Warning)\(/;
const ASKED = pythonPattern(String.raw`\.(?:args|errno|strerror)\b`);
const MAY_ASK = pythonPattern(String.raw`\.(?:args|errno|strerror|code|filename|value|__class__)\b`);
/** Attributes that hardly anything but exceptions has, and the objects of a cell's own classes. */
const EVERYWHERE = new Set(['args', 'errno', 'strerror']);
const ATTRIBUTES = new Set([...EVERYWHERE, 'code', 'filename', 'value', '__class__']);
const OWN = new Set(['self', 'cls']);
const SAYING = new Set(['print', 'str', 'repr', 'format']);

type Names = ReadonlySet<string>;
type Calls = ReadonlySet<Expr>;

/** Whether there may be something to rewrite. remembered: see `exceptionEdits`. */
export function mayHold(text: string, remembered: boolean): boolean {
  return MADE.test(text) || ASKED.test(text) || (text.includes('except') && (remembered || MAY_ASK.test(text)));
}

/**
 * The edits. What they call looks at the value: for all but such exceptions it does what was written.
 *
 * remembered: whether the session may have exceptions that the prelude remembers.
 */
export function* exceptionEdits(text: string, tree: Module, outline: Outline, remembered: boolean): Generator<Edit> {
  const made = MADE.test(text) ? [...calls(outline)] : [];
  const others = made.filter(call => !isOneText(call));
  for (const call of others) yield* maker(text, call);
  const known = new Set(names(tree, outline));
  if (MAY_ASK.test(text)) yield* attributes(text, tree, known, new Set(made));
  if ((remembered && known.size > 0) || others.length > 0) yield* said(text, tree, known, new Set(others));
}

// Where they are made -------------------------------------------------------------------------------------------------

function* calls(outline: Outline): Generator<Call> {
  for (const { node, scope } of outline.calls) {
    const { func } = node;
    if (func._ === 'Name' && EXCEPTIONS.has(func.id) && scope.owner(func.id) === null) yield node;
  }
}

/** Whether a call surely gives one text or nothing, as Monty demands. */
function isOneText(call: Call): boolean {
  const [first, ...more] = call.args;
  if (call.keywords.length > 0 || first === undefined) return call.keywords.length === 0;
  return more.length === 0 && isText(first);
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
function* maker(text: string, call: Call): Generator<Edit> {
  const { func } = call;
  if (func._ !== 'Name' || text.slice(func.s, func.e + 1) !== `${func.id}(`) return; // something stands between the two
  const made = OS_ERRORS.has(func.id) ? '__mk_made_of_errno' : '__mk_made';
  const [first, ...more] = call.args;
  const bare = more.length === 0 && first?._ === 'GeneratorExp' && first.s === func.e; // without brackets of its own
  const whole: Span = [call.s, call.e];
  yield edit(func.s, func.e + 1, `${made}(${func.id}, ${bare ? '(' : ''}`, whole);
  if (bare) yield { ...edit(call.e, call.e, ')', whole), closes: call.s };
}

// Where they are looked at --------------------------------------------------------------------------------------------

/** The names of a cell that may hold an exception: those of handlers, and those that are given one. */
function* names(tree: Module, outline: Outline): Generator<string> {
  const found = new Set(outline.handlers.flatMap(handler => handler.name ?? []));
  yield* found;
  for (const node of walk(tree)) {
    if (node._ !== 'Assign') continue;
    const { value } = node;
    const isMade = value._ === 'Call' && value.func._ === 'Name' && EXCEPTIONS.has(value.func.id);
    if (!isMade && !(value._ === 'Name' && found.has(value.id))) continue;
    for (const target of node.targets) if (target._ === 'Name') yield target.id;
  }
}

/** `e.args` becomes `__mk_of_error(e, 'args')`. */
function* attributes(text: string, tree: Module, known: Names, made: Calls): Generator<Edit> {
  const done = new Set<number>();
  for (const [node, inText] of nodes(tree)) {
    if (node._ !== 'Attribute' || node.ctx !== 'Load' || !ATTRIBUTES.has(node.attr)) continue;
    const { value } = node;
    const name = value._ === 'Name' ? value.id : '';
    if (inText && name === '') continue;
    const asked = EVERYWHERE.has(node.attr) ? !OWN.has(name) : known.has(name) || made.has(value);
    const plain = value.s === node.s && text.slice(value.e, node.e) === `.${node.attr}`; // no brackets around the value
    if (!asked || !plain || (name !== '' && text.slice(value.s, value.e) !== name) || done.has(value.e)) continue;
    done.add(value.e);
    const span: Span = [node.s, node.e];
    yield opening(span, '__mk_of_error(');
    yield edit(value.e, node.e, `, ${repr(node.attr)})`, span);
  }
}

/** `print(e)` becomes `print(__mk_as_made(e))`. */
function* said(text: string, tree: Module, known: Names, made: Calls): Generator<Edit> {
  const done = new Set<number>();
  for (const [node, inText] of nodes(tree)) {
    for (const value of written(node)) {
      const isKnown = value._ === 'Name' && known.has(value.id) && text.slice(value.s, value.e) === value.id;
      if (!(isKnown || (made.has(value) && !inText)) || done.has(value.s)) continue;
      done.add(value.s);
      yield* enclosing([value.s, value.e], '__mk_as_made(', ')');
    }
  }
}

/** The nodes, and whether each is inside an f-string: the native kernel may not know their places there. */
function* nodes(tree: Module): Generator<[node: Node, inText: boolean]> {
  const waiting: [Node, boolean][] = [[tree, false]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    const [node, inText] = next;
    for (const child of children(node)) waiting.push([child, inText || node._ === 'JoinedStr']);
  }
}

/** The expressions of which a node only uses the text. */
function written(node: Node): readonly Expr[] {
  if (node._ === 'FormattedValue') return [node.value];
  if (node._ === 'BinOp' && node.op === 'Mod' && isLiteral(node.left)) {
    return node.right._ === 'Tuple' ? node.right.elts : [node.right];
  }
  if (node._ !== 'Call') return [];
  const { func } = node;
  const isBuiltin = func._ === 'Name' && SAYING.has(func.id);
  return isBuiltin || (func._ === 'Attribute' && func.attr === 'format' && isLiteral(func.value)) ? node.args : [];
}
