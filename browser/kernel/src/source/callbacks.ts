/**
 * Built-in functions that call back what may ask the host, such as `map(ask, names)`.
 *
 * Monty cannot suspend inside a built-in function, but it can inside one that is written in Python. So these become
 * functions of the prelude, where the callee may lead to the host, and stay as they are everywhere else.
 */

import { FUNCTIONS, leadsToHost, METHODS } from './asking';
import { pythonPattern } from './python_pattern';
import { strip } from './python_text';
import { edit, opening } from './source_map';
import { walk } from './walk';
import type { Outline, Scope } from './scopes';
import type { Edit, Span } from './source_map';
import type { Attribute, Call, Expr, For, Lambda, Node } from './tree';

/** What a text contains that has something to rewrite. */
export const MAY_HOLD = pythonPattern(String.raw`\b(?:map|filter|iter)\(|\bkey\s*=`);

/** Functions that take all of an iterator at once. */
const EAGER = new Set([
  'list',
  'tuple',
  'set',
  'frozenset',
  'sorted',
  'sum',
  'len',
  'min',
  'max',
  'dict',
  'any',
  'all'
]);

/** Scopes around a call that is still looked at: what it calls back is searched, and may hold other such calls. */
const DEEPEST = 10;

/** Nodes of the body of a loop that is rewritten. */
const MOST_NODES = 5_000;

const SORT = pythonPattern(String.raw`\s*\.\s*sort\s*\(`, { sticky: true });

type Names = ReadonlySet<string> | null;

/**
 * The edits. names: gives those of the session, and of this cell, that may lead to the host; null if any may. It may take
 * long, and is asked only where the answer matters.
 */
export function* callbackEdits(text: string, outline: Outline, names: () => Names): Generator<Edit> {
  const eager = new Set<Expr>();
  for (const { node } of outline.calls) if (EAGER.has(called(node)) && node.args[0]) eager.add(node.args[0]);
  const loops = new Map(outline.loops.map(loop => [loop[0].iter, loop]));
  for (const { node, scope } of outline.calls) {
    const name = called(node);
    if (scope.depth > DEEPEST) continue;
    if (node.args.some(each => each._ === 'Starred') || node.keywords.some(each => each.arg === null)) continue;
    const callee = calleeOf(node, name);
    if (callee === null || neverAsks(callee) || !mayAsk(callee, scope, names())) continue;
    const loop = loops.get(node);
    if (node.func._ === 'Attribute') yield* sort(text, node, node.func);
    else if (scope.owner(name) !== null) continue;
    else if (name !== 'iter' || eager.has(node)) yield* replaced(text, node);
    else if (loop !== undefined) yield* whileLoop(text, ...loop, node);
  }
}

/** The name that is called; empty if something else is. */
function called(node: Call): string {
  return node.func._ === 'Name' ? node.func.id : '';
}

/** What the call calls back; null if nothing. */
function calleeOf(node: Call, name: string): Expr | null {
  const { args } = node;
  if (name === 'map' || name === 'filter') {
    const enough = name === 'map' ? args.length >= 2 : args.length === 2;
    return enough && node.keywords.length === 0 ? (args[0] ?? null) : null;
  }
  if (name === 'iter') return args.length === 2 ? (args[0] ?? null) : null;
  if (['sorted', 'min', 'max'].includes(name) || (node.func._ === 'Attribute' && node.func.attr === 'sort')) {
    return node.keywords.find(each => each.arg === 'key')?.value ?? null;
  }
  return null;
}

/** Whether a callee cannot ask the host, whatever the names in it stand for: operators cannot suspend. */
function neverAsks(callee: Expr): boolean {
  if (callee._ !== 'Lambda') return callee._ === 'Constant';
  for (const node of walk(callee)) if (node._ === 'Call' || node._ === 'Attribute') return false;
  return true;
}

function mayAsk(callee: Expr, scope: Scope, names: Names): boolean {
  if (names === null || leadsToHost(callee, names)) return true;
  // a function that was passed on may be any, but only in a session that has one which asks
  const some = names.size > 0;
  if (callee._ === 'Attribute') return some || METHODS.has(callee.attr);
  if (callee._ === 'Name') {
    return some && (scope.owner(callee.id)?.function ?? null) !== null && !FUNCTIONS.has(callee.id);
  }
  return some && (callee._ === 'Lambda' ? callsSession(callee, scope) : callee._ === 'Call');
}

/** Whether a lambda calls a name of the cell beside its own. */
function callsSession(callee: Lambda, scope: Scope): boolean {
  const own = new Set(callee.args.args.map(arg => arg.arg));
  for (const node of walk(callee.body)) {
    if (node._ !== 'Call' || node.func._ !== 'Name' || own.has(node.func.id)) continue;
    if (scope.owner(node.func.id) !== null) return true;
  }
  return false;
}

/** `map(f, items)` becomes `__mk_map(map, f, items)`. */
function* replaced(text: string, call: Call): Generator<Edit> {
  const { s, e } = call.func;
  const name = called(call);
  // else something stands between the two
  if (text.slice(s, e + 1) === `${name}(`) yield edit(s, e + 1, `__mk_${name}(${name}, `, [call.s, call.e]);
}

/** `rows.sort(key=f)` becomes `__mk_sort(rows, key=f)`. */
function* sort(text: string, call: Call, method: Attribute): Generator<Edit> {
  const { e } = method.value;
  SORT.lastIndex = e;
  const between = SORT.exec(text);
  const behind = e + (between?.[0].length ?? 0);
  if (between === null || method.e >= behind) return;
  const blame: Span = [method.s, method.e];
  yield opening([call.s, call.e], '__mk_sort(', blame);
  yield edit(e, behind, ', ', blame);
}

/**
 * `for line in iter(f, ''):` becomes `while (__mk_next := (f)()) != ('') and [line := __mk_next]:`.
 *
 * Both parts are evaluated anew each time, so they have to be such that it makes no difference.
 */
function* whileLoop(text: string, loop: For, scope: Scope, node: Call): Generator<Edit> {
  const [callee, last] = node.args;
  if (callee === undefined || last?._ !== 'Constant' || loop.target._ !== 'Name' || scope.kind === 'class') return;
  if (!isLasting(callee)) return;
  const body: Node[] = [];
  for (const each of walk({ _: 'Module', body: loop.body })) {
    if (body.length === MOST_NODES) break;
    body.push(each);
  }
  const assigned = new Set([loop.target.id, ...namesOf(body, 'Store'), ...namesOf(body, 'Del')]);
  if (body.length === MOST_NODES || namesOf(walk(callee), 'Load').some(name => assigned.has(name))) return;
  const { s: start } = loop;
  const { e: end } = node;
  const colon = text.indexOf(':', end);
  if (colon < 0 || !text.startsWith('for', start) || strip(text.slice(end, colon)) !== '') return;
  if (!text.slice(start, callee.s).includes('(') || text[end - 1] !== ')') return;
  if ((text.slice(start, callee.s) + text.slice(callee.e, last.s) + text.slice(last.e, colon)).includes('#')) return;
  const whole: Span = [node.s, node.e];
  yield edit(start, callee.s, 'while (__mk_next := (', whole);
  yield edit(callee.e, last.s, ')()) != (', whole);
  yield edit(last.e, colon, `) and [${loop.target.id} := __mk_next]`, whole);
}

/** Whether it gives the same function each time: `open(path).readline` would open the file anew for each line. */
function isLasting(callee: Expr): boolean {
  if (callee._ === 'Lambda') {
    return callee.args.defaults.length === 0 && callee.args.kw_defaults.every(each => each === null);
  }
  let inner: Expr = callee;
  while (inner._ === 'Attribute') inner = inner.value;
  return inner._ === 'Name';
}

/** The names of variables and attributes that are used so, an attribute's with its dot. */
function namesOf(nodes: Iterable<Node>, context: 'Load' | 'Store' | 'Del'): string[] {
  const found: string[] = [];
  for (const node of nodes) {
    if (node._ === 'Name' && node.ctx === context) found.push(node.id);
    else if (node._ === 'Attribute' && node.ctx === context) found.push(`.${node.attr}`);
  }
  return found;
}
