/**
 * What is rewritten in a cell that was parsed, in place: calls that mean something here that Monty does not do with them.
 *
 * All of it keeps lines and columns, through edits. What would need guessing is not rewritten.
 */

import rewriting from '../generated/rewriting.json';
import { madeBy, madeIn } from './asking';
import { callbackEdits, MAY_HOLD } from './callbacks';
import { exceptionEdits, mayHold as mayHoldExceptions } from './exceptions';
import { pythonPattern } from './python_pattern';
import { Outline } from './scopes';
import { edit, enclosing } from './source_map';
import { madeReadable } from './unread';
import type { SessionNames } from './index';
import type { CallIn } from './scopes';
import type { Edit, Rewritten } from './source_map';
import type { Expr, Module, Stmt } from './tree';

const NEVER_UNKNOWN = new Set(rewriting.never_unknown);
const KEYWORDS = new Set(rewriting.keywords);

const CALLED = pythonPattern(String.raw`(?<![\w.])([^\W\d]\w*)[ \t]*\(`, { global: true });
const DEFINED = pythonPattern(String.raw`\b(?:def|class)[ \t]+(\w+)`, { global: true });
const IN_FUNCTIONS = pythonPattern(String.raw`\b(?:def|lambda)\b`);

/** What to change in a text. The places of the tree are the text's. head: what the cell holds before it. */
export function rewritten(text: string, tree: Module, names: SessionNames, head = ''): Rewritten {
  const functions = IN_FUNCTIONS.test(text) && mayCallUnknown(text);
  const exceptions = mayHoldExceptions(text, names.remembersErrors);
  const scope = text.includes('locals()');
  const callbacks = MAY_HOLD.test(text);
  const { edits, parts } = madeReadable(text, tree, names);
  if (!(functions || exceptions || scope || callbacks)) return { edits, parts };
  const outline = new Outline(tree);
  const unknown = functions ? [...callsOfUnknown(outline, surelyBound(tree))] : [];
  const asked = new Set(unknown.map(called));
  const undefinedNames = asked.size > 0 ? names.undefinedOf(asked) : asked;
  for (const call of unknown) if (undefinedNames.has(called(call))) edits.push(...lookedUp(text, call.node.func));
  const add = (part: string, found: Iterable<Edit>): void => {
    const before = edits.length;
    if (edits.push(...found) > before) parts.add(part);
  };
  if (exceptions) add('exceptions', exceptionEdits(text, tree, outline, names.remembersErrors));
  if (callbacks)
    add(
      'callbacks',
      callbackEdits(
        text,
        outline,
        once(() => askingNames(tree, names, head))
      )
    );
  if (scope) for (const call of outline.calls) add('variables', locals(text, call));
  return { edits, parts };
}

/** The same, called once at most. */
function once<Given>(give: () => Given): () => Given {
  let given: { value: Given } | null = null;
  return () => (given ??= { value: give() }).value;
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

// locals() -------------------------------------------------------------------------------------------------------------

function* locals(text: string, call: CallIn): Generator<Edit> {
  const { node, scope } = call;
  if (called(call) !== 'locals' || node.args.length > 0 || node.keywords.length > 0 || scope.kind !== 'module') return;
  if (scope.owner('locals') !== null || text.slice(node.s, node.e) !== 'locals()') return;
  yield* enclosing([node.s, node.e], '__mk_locals(', ')');
}
