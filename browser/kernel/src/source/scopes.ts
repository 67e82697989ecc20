/** Which names each function of a cell binds, and what it calls and awaits: one walk over the tree. */

import { children, walk } from './walk';
import type {
  AsyncFunctionDef,
  Await,
  AsyncFor,
  AsyncWith,
  Call,
  Comprehension,
  DictComp,
  ExceptHandler,
  Expr,
  For,
  FunctionDef,
  GeneratorExp,
  Import,
  ImportFrom,
  Lambda,
  ListComp,
  Module,
  Node,
  SetComp
} from './tree';

type AnyFunction = FunctionDef | AsyncFunctionDef | Lambda;
type AnyComprehension = ListComp | SetComp | DictComp | GeneratorExp;

/** Scopes around one that is still looked at: whose a name is, is searched from the inside out. */
const DEEPEST = 50;

export type Kind = 'module' | 'class' | 'function' | 'async' | 'comprehension';

/** The top level of a cell, a class, a function, a lambda or a comprehension. */
export class Scope {
  /** The names that it binds. */
  readonly bound = new Set<string>();
  /** Those that it declares as `global` or `nonlocal`. */
  readonly elsewhere = new Set<string>();
  /** The function or lambda that it is, or that is around it; null at the top level. */
  readonly function: Scope | null;
  /** Whether it is a generator expression, or a comprehension inside one. */
  readonly lazy: boolean;
  /** How many scopes are around it. */
  readonly depth: number;

  constructor(
    readonly kind: Kind,
    readonly around: Scope | null = null,
    lazy = false
  ) {
    this.function = kind === 'function' || kind === 'async' ? this : (around?.function ?? null);
    this.lazy = lazy || (kind === 'comprehension' && (around?.lazy ?? false));
    this.depth = around === null ? 0 : around.depth + 1;
  }

  /** The scope whose name it is when code here says it; null if it is the session's, and no scope of the cell binds it. */
  owner(name: string): Scope | null {
    if (this.has(name)) return this;
    for (let scope = this.around; scope !== null; scope = scope.around) {
      if (scope.kind !== 'class' && scope.has(name)) return scope;
    }
    return null;
  }

  private has(name: string): boolean {
    return this.bound.has(name) && !this.elsewhere.has(name);
  }
}

/** A call, and the scope that it stands in. */
export interface CallIn {
  readonly node: Call;
  readonly scope: Scope;
}

/** An `await`, `async for` or `async with`, and the scope that it stands in. */
export interface AwaitIn {
  readonly node: Await | AsyncFor | AsyncWith | AnyComprehension;
  readonly scope: Scope;
}

/** What one walk over the tree of a cell found. */
export class Outline {
  /** The scope of the cell's top level. */
  readonly top = new Scope('module');
  /** The calls, in no order. */
  readonly calls: CallIn[] = [];
  /** What waits, in no order. */
  readonly awaits: AwaitIn[] = [];
  /** The `except … as name` clauses. */
  readonly handlers: ExceptHandler[] = [];
  /** The `for` loops, each with its scope. */
  readonly loops: (readonly [For, Scope])[] = [];

  private readonly waiting: [Node, Scope][] = [];

  constructor(tree: Node) {
    this.add([tree], this.top);
    for (let next = this.waiting.pop(); next !== undefined; next = this.waiting.pop()) {
      if (next[1].depth <= DEEPEST) this.look(...next);
    }
  }

  private add(nodes: Iterable<Node | null>, scope: Scope): void {
    for (const node of nodes) if (node !== null) this.waiting.push([node, scope]);
  }

  private look(node: Node, scope: Scope): void {
    if (node._ === 'FunctionDef' || node._ === 'AsyncFunctionDef' || node._ === 'Lambda') {
      this.lookAtFunction(node, scope);
    } else if ('generators' in node) {
      this.lookAtComprehension(node, scope);
    } else if (node._ === 'ClassDef') {
      scope.bound.add(node.name);
      this.add([...node.decorator_list, ...node.bases, ...node.keywords], scope);
      this.add(node.body, new Scope('class', scope));
    } else if (node._ === 'Name') {
      if (node.ctx !== 'Load') scope.bound.add(node.id);
    } else {
      this.note(node, scope);
      this.add(children(node), scope);
    }
  }

  private lookAtFunction(node: AnyFunction, scope: Scope): void {
    const { args } = node;
    const inside = new Scope(node._ === 'AsyncFunctionDef' ? 'async' : 'function', scope);
    for (const arg of [...args.posonlyargs, ...args.args, ...args.kwonlyargs, args.vararg, args.kwarg]) {
      if (arg !== null) inside.bound.add(arg.arg);
    }
    this.add([...args.defaults, ...args.kw_defaults], scope);
    if (node._ === 'Lambda') {
      this.add([node.body], inside);
      return;
    }
    scope.bound.add(node.name);
    this.add(node.decorator_list, scope);
    this.add(node.body, inside);
  }

  private lookAtComprehension(node: AnyComprehension, scope: Scope): void {
    const inside = new Scope('comprehension', scope, node._ === 'GeneratorExp');
    for (const each of children(node)) {
      if (each._ === 'comprehension') this.lookAtClause(node, each, scope, inside);
      else this.add([each], inside);
    }
  }

  private lookAtClause(node: AnyComprehension, clause: Comprehension, scope: Scope, inside: Scope): void {
    for (const name of namesIn(clause.target)) inside.bound.add(name);
    if (clause.is_async) this.awaits.push({ node, scope: inside });
    this.add([clause.iter], clause === node.generators[0] ? scope : inside);
    this.add(clause.ifs, inside);
  }

  private note(node: Node, scope: Scope): void {
    if (node._ === 'Call') {
      this.calls.push({ node, scope });
    } else if (node._ === 'NamedExpr') {
      let outer = scope;
      while (outer.kind === 'comprehension' && outer.around !== null) outer = outer.around;
      for (const name of namesIn(node.target)) outer.bound.add(name);
    } else if (node._ === 'Import' || node._ === 'ImportFrom') {
      for (const name of imported(node)) scope.bound.add(name);
    } else if (node._ === 'Global' || node._ === 'Nonlocal') {
      for (const name of node.names) scope.elsewhere.add(name);
      if (node._ === 'Global') for (const name of node.names) this.top.bound.add(name);
    } else if (node._ === 'MatchMapping') {
      if (node.rest !== null) scope.bound.add(node.rest);
    } else if (node._ === 'ExceptHandler' || node._ === 'MatchAs' || node._ === 'MatchStar') {
      if (node._ === 'ExceptHandler') this.handlers.push(node);
      if (node.name !== null) scope.bound.add(node.name);
    } else if (node._ === 'For') {
      this.loops.push([node, scope]);
    } else if (node._ === 'Await' || node._ === 'AsyncFor' || node._ === 'AsyncWith') {
      this.awaits.push({ node, scope });
    }
  }
}

/** The names that an import binds; `*` for all of a module. */
export function imported(node: Import | ImportFrom): string[] {
  if (node._ === 'Import') return node.names.map(alias => alias.asname ?? alias.name.split('.')[0] ?? '');
  return node.names.map(alias => alias.asname ?? alias.name);
}

/** The names that a target of an assignment binds. */
export function namesIn(target: Expr): string[] {
  const found: string[] = [];
  for (const node of walk(target)) if (node._ === 'Name' && node.ctx !== 'Load') found.push(node.id);
  return found;
}

/** Whether a text gives the name a value of its own. */
export function binds(tree: Module, name: string): boolean {
  for (const node of walk(tree)) {
    if (node._ === 'Name' && node.id === name && node.ctx !== 'Load') return true;
    if (node._ === 'alias' && (node.asname ?? node.name) === name) return true;
    if ('name' in node && node._ !== 'alias' && node.name === name) return true;
    if ('arg' in node && node.arg === name) return true;
  }
  return false;
}
