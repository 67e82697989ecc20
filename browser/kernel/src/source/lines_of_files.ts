/** Where a cell wants all lines of a file at once, as in `list(open(path))`: Monty iterates a file only in a loop. */

import { enclosing } from './source_map';
import { children, walk } from './walk';
import type { Edit } from './source_map';
import type { AsyncWith, Expr, Module, Name, Node, With } from './tree';

const ALL_AT_ONCE = new Set(['list', 'tuple', 'set', 'frozenset', 'sorted', 'min', 'max']);

/**
 * From which of their arguments to which they take items. In CPython these leave the rest of the file unread when a loop over
 * them ends early. They read all of it here, so they are only given a file that nothing else can read.
 */
const ONE_BY_ONE = new Map<string, readonly [from: number, to?: number]>([
  ['enumerate', [0, 1]],
  ['filter', [1, 2]],
  ['map', [1]],
  ['zip', [0]]
]);

/** The edits that give such a place the lines, if the value is a file when it runs. */
export function* fileLineEdits(tree: Module): Generator<Edit> {
  const named = new Set(namesOfFiles(tree));
  const alone = new Set<Expr>(named.size > 0 ? readOnce(tree, named) : []);
  for (const node of outsideStrings(tree)) {
    for (const [value, consumer] of wanted(node)) {
      const read = value._ === 'Name' && (ONE_BY_ONE.has(consumer) ? alone.has(value) : named.has(value.id));
      if (read || opens(value)) {
        yield* enclosing([value.s, value.e], '__mk_lines(', consumer === '' ? ')' : `, ${consumer})`);
      }
    }
  }
}

/** The nodes outside of f-strings, in the native kernel's order. */
function* outsideStrings(tree: Module): Generator<Node> {
  const waiting: Node[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    if (node._ !== 'JoinedStr') for (const child of children(node)) waiting.push(child);
  }
}

/** What a node takes all items of, and the name of the function that takes them; empty for syntax. */
function* wanted(node: Node): Generator<[value: Expr, consumer: string]> {
  if (node._ === 'Call') {
    const name = node.func._ === 'Name' ? node.func.id : '';
    const [first] = node.args;
    const taken = ONE_BY_ONE.get(name);
    if (first === undefined) return;
    if (ALL_AT_ONCE.has(name) && node.args.length === 1) yield [first, name];
    else if (taken !== undefined) for (const value of node.args.slice(...taken)) yield [value, name];
    else if (joins(node.func) && node.args.length === 1) yield [first, ''];
  } else if (node._ === 'Assign') {
    const [target] = node.targets;
    if (node.targets.length === 1 && (target?._ === 'Tuple' || target?._ === 'List')) yield [node.value, ''];
  } else if (node._ === 'Starred' && node.ctx === 'Load') {
    yield [node.value, ''];
  }
}

function joins(method: Expr): boolean {
  if (method._ !== 'Attribute' || method.attr !== 'join' || method.value._ !== 'Constant') return false;
  return method.value.kind === 'str' || method.value.kind === 'bytes';
}

function opens(value: Expr): boolean {
  if (value._ !== 'Call') return false;
  const { func } = value;
  return (func._ === 'Attribute' ? func.attr : func._ === 'Name' ? func.id : '') === 'open';
}

function* namesOfFiles(tree: Module): Generator<string> {
  for (const node of walk(tree)) {
    if (node._ === 'withitem' && node.optional_vars?._ === 'Name' && opens(node.context_expr)) {
      yield node.optional_vars.id;
    } else if (node._ === 'Assign' && opens(node.value)) {
      for (const target of node.targets) if (target._ === 'Name') yield target.id;
    }
  }
}

/**
 * Uses of files that a `with` statement opens and closes, and that one statement in it reads, at its head.
 *
 * Other uses of the name have to be in other such `with` statements: then nothing else can read that file.
 */
function* readOnce(tree: Module, named: ReadonlySet<string>): Generator<Name> {
  const others = new Map<string, Set<Name>>();
  const opened: [With | AsyncWith, string][] = [];
  for (const node of walk(tree)) {
    if (node._ === 'Name' && named.has(node.id)) others.set(node.id, (others.get(node.id) ?? new Set()).add(node));
    if (node._ !== 'With' && node._ !== 'AsyncWith') continue;
    for (const { optional_vars: name, context_expr: context } of node.items) {
      if (name?._ === 'Name' && opens(context)) opened.push([node, name.id]);
    }
  }
  for (const [node, name] of opened) for (const use of uses(node, name, false)) others.get(name)?.delete(use);
  for (const [node, name] of opened) {
    const read: Name[] = [];
    for (const each of node.body) {
      if (each._ !== 'For' && 'body' in each) continue;
      for (const use of walk(each._ === 'For' ? each.iter : each))
        if (use._ === 'Name' && use.id === name) read.push(use);
    }
    const [only, ...more] = read;
    if (only === undefined || more.length > 0 || others.get(name)?.size !== 0) continue;
    if (uses(node, name, true).length === 2) yield only;
  }
}

/** Where a name is used in a statement. */
function uses(node: Node, name: string, inFunctions: boolean): Name[] {
  const found: Name[] = [];
  const waiting = [node];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    if (below._ === 'Name' && below.id === name) found.push(below);
    const defines = below._ === 'FunctionDef' || below._ === 'AsyncFunctionDef' || below._ === 'Lambda';
    if (inFunctions || !defines) waiting.push(...children(below));
  }
  return found;
}
