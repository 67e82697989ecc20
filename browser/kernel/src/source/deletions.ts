/** `del` of names and items, which Monty does not read: other code certainly means the same. */

import rewriting from '../generated/rewriting.json';
import { pythonPattern } from './python_pattern';
import { bisectRight, edit, lineStarts } from './source_map';
import { continuationLines } from './statements';
import { statementsIn } from './walk';
import { repr } from './python_text';
import type { Edit, Span } from './source_map';
import type { Delete, Expr, Module, Node } from './tree';
import type { Statement } from './walk';

const BLANKS = /[ \t\f]*/y;
const TO_BRACKET = pythonPattern(String.raw`(?:[ \t\f\r\n)\\]|#[^\r\n]*)*`, { sticky: true });
const BUILTINS = new Set(rewriting.deleting.builtins);
const CALLABLE = new Set(rewriting.deleting.callable);
const MOST_ADDED = 1 << 20; // characters of indentation, of which a deletion of a name takes five times that of its line

/** The edits of a text, and whether they call the prelude's function that deletes items. */
export function deletionEdits(text: string, tree: Module): { edits: Edit[]; items: boolean } {
  const edits: Edit[] = [];
  let items = false;
  let added = 0;
  for (const suite of suites(tree, text)) {
    const deletions = suite.statements.flatMap(each => deletion(suite, each) ?? []);
    added += deletions.reduce((lines, each) => lines + each.lines, 0) * suite.indent.length;
    if (added > MOST_ADDED) break;
    for (const each of deletions) edits.push(...each.edits());
    items ||= deletions.some(each => each.hasItems);
    const first = suite.statements[0]?.s ?? 0;
    if (suite.inline && deletions.some(each => each.hasNames)) {
      const begins = deletions.some(each => each.start === first && each.hasNames);
      if (!begins) edits.push(edit(first, first, `\n${suite.indent}`));
    }
  }
  return { edits, items };
}

// Suites: the lists of statements in which a deletion may have to become several lines ------------------------------------

type ScopeKind = 'module' | 'function' | 'class';

/** The statements of a block. */
interface Suite {
  readonly text: string;
  /** Where the lines of the text begin. */
  readonly starts: readonly number[];
  readonly statements: readonly Statement[];
  /** What a new line in it begins with. */
  readonly indent: string;
  /** Whether it stands on the line of its head, as in `if x: del y`. */
  readonly inline: boolean;
  readonly scope: ScopeKind;
  /** The names that the function declares `global`. */
  readonly declared: ReadonlySet<string>;
  /** The offsets of the lines that go on with the one before. */
  readonly continued: ReadonlySet<number>;
}

function* suites(tree: Module, text: string): Generator<Suite> {
  const starts = lineStarts(text);
  const continued = continuationLines(text);
  const waiting: [Node, ScopeKind, ReadonlySet<string>][] = [[tree, 'module', new Set()]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, scope, declared] = next;
    for (const statements of blocks(node)) {
      if (!statements.some(each => each._ === 'Delete')) continue;
      const begin = statements[0]?.s ?? 0;
      const line = lineStart(starts, begin);
      const before = text.slice(line, begin);
      const inline = /[^ \t\f]/.test(before) || continued.has(line);
      const head = node._ === 'match_case' ? node.pattern.s : 's' in node ? node.s : 0;
      const indent = inline ? `${blanks(text, lineStart(starts, head))} ` : before;
      const suite = { text, starts, statements, indent, inline, scope, declared, continued };
      if (!afterBlankLines(suite, begin)) yield suite;
    }
    for (const below of statementsIn(node)) {
      if (below._ === 'FunctionDef' || below._ === 'AsyncFunctionDef') {
        waiting.push([below, 'function', declaredIn(below)]);
      } else if ('body' in below || 'cases' in below) {
        waiting.push([below, below._ === 'ClassDef' ? 'class' : scope, declared]);
      }
    }
  }
}

function blocks(node: Node): (readonly Statement[])[] {
  const fields = node as unknown as Record<string, unknown>;
  const found = ['body', 'orelse', 'finalbody'].map(field => fields[field]);
  return found.filter((each): each is Statement[] => Array.isArray(each) && each.length > 0);
}

function declaredIn(definition: Node): Set<string> {
  const names = new Set<string>();
  const waiting = [definition];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const node of statementsIn(next)) {
      if (node._ === 'Global') for (const name of node.names) names.add(name);
      else if (node._ !== 'FunctionDef' && node._ !== 'AsyncFunctionDef' && node._ !== 'ClassDef') waiting.push(node);
    }
  }
  return names;
}

function lineStart(starts: readonly number[], offset: number): number {
  return starts[bisectRight(starts, offset) - 1] ?? 0;
}

/** Whether a statement's line begins with lines that hold only a backslash, the first of which says how deep it is. */
function afterBlankLines({ text, starts, continued }: Suite, offset: number): boolean {
  let start = lineStart(starts, offset);
  if (!continued.has(start)) return false;
  while (continued.has(start)) start = lineStart(starts, start - 1);
  return !/[^ \t\f\r\n\\]/.test(text.slice(start, offset));
}

function blanks(text: string, start: number): string {
  BLANKS.lastIndex = start;
  return BLANKS.exec(text)?.[0] ?? '';
}

// Deletions ------------------------------------------------------------------------------------------------------------

/** The deletion that a statement is, if it can be written in another way. */
function deletion(suite: Suite, node: Statement): Deletion | null {
  if (node._ !== 'Delete' || suite.scope === 'class' || afterBlankLines(suite, node.s)) return null;
  const targets = [...flat(node.targets)];
  for (const target of targets) {
    if (target._ === 'Name') {
      // to look at it would not tell whether the session has that name
      if (suite.declared.has(target.id) && BUILTINS.has(target.id)) return null;
    } else if (target._ !== 'Subscript') {
      return null;
    }
  }
  return new Deletion(suite, node, targets);
}

function* flat(targets: readonly Expr[]): Generator<Expr> {
  for (const target of targets) {
    if (target._ === 'Tuple' || target._ === 'List') yield* flat(target.elts);
    else yield target;
  }
}

/**
 * A `del` statement of names and items.
 *
 * An item is deleted by a function of the prelude. A name is unbound as Python does it at the end of an `except` clause, so
 * the name is really gone, and what a builtin was called is a builtin again.
 */
class Deletion {
  readonly start: number;
  readonly hasNames: boolean;
  readonly hasItems: boolean;
  readonly lines: number;
  private readonly end: number;

  constructor(
    private readonly suite: Suite,
    node: Delete,
    private readonly targets: readonly Expr[]
  ) {
    this.start = node.s;
    this.end = node.e;
    this.hasNames = targets.some(target => target._ === 'Name');
    this.hasItems = targets.some(target => target._ === 'Subscript');
    this.lines = this.hasNames ? 6 * targets.length : 0;
  }

  /** The edits; what stands between the brackets of an item is kept as it is. */
  *edits(): Generator<Edit> {
    const { text, indent, starts, continued } = this.suite;
    if (this.targets.length === 0) {
      yield edit(this.start, this.end, 'pass');
      return;
    }
    const line = `\n${indent}`;
    const lineBegin = lineStart(starts, this.start);
    const beginsLine = lineBegin + indent.length === this.start && !continued.has(lineBegin);
    let before = this.hasNames && !beginsLine ? line : '';
    const between = this.hasNames ? line : '; ';
    let position = this.start;
    for (const target of this.targets) {
      const span: Span = [target.s, target.e];
      if (target._ === 'Subscript') {
        yield edit(position, target.s, `${before}__mk_delete_item(`, span);
        TO_BRACKET.lastIndex = target.value.e;
        const bracket = target.value.e + (TO_BRACKET.exec(text)?.[0].length ?? 0);
        yield edit(bracket, bracket, ', __mk_key', span);
        yield edit(target.e, target.e, ')', span);
      } else {
        yield edit(position, target.e, before + this.unbound(text.slice(...span)), span);
      }
      before = between;
      position = target.e;
    }
    const goesOn = this.targets.at(-1)?._ === 'Name' && text.startsWith(';', this.end + blanks(text, this.end).length);
    yield edit(position, this.end, goesOn ? `${line}pass` : '');
  }

  private unbound(name: string): string {
    const { indent, scope } = this.suite;
    if (scope !== 'function' && name === 'display') {
      // the kernel's own is a name of the session, and comes back like a built-in function
      return (
        `if display is __mk_display_function: raise NameError("name ${repr(name)} is not defined")\n` +
        `${indent}display = __mk_display_function`
      );
    }
    // in a function it raises what Python raises; elsewhere to name it would find a builtin, or ask the host
    const bound = scope === 'function' || !BUILTINS.has(name) ? name : unlessBound(name);
    return (
      `${bound}\n${indent}try:\n${indent} raise __mk_b_Exception\n` +
      `${indent}except __mk_b_Exception as ${name}:\n${indent} pass`
    );
  }
}

/** Code that raises if the session has no name like a builtin's. `locals()` takes as long as the session has names. */
function unlessBound(name: string): string {
  const unknown = `${repr(name)} not in __mk_b_locals()`;
  const kinds = '(__mk_b_type(__mk_b_len), __mk_b_type(__mk_b_int))';
  const test = CALLABLE.has(name) ? `__mk_b_type(${name}) in ${kinds} and ${unknown}` : unknown;
  return `if ${test}: raise NameError("name ${repr(name)} is not defined")`;
}
