/**
 * Methods and attributes that Monty's built-in values lack, as in `text.translate(table)` and `match.lastgroup`.
 *
 * What the value is, is looked at when the cell runs: an object of a class that has the name itself is asked for it.
 */

import rewriting from '../generated/rewriting.json';
import { callEdits } from './accesses';
import { pythonPattern } from './python_pattern';
import { repr } from './python_text';
import { binds } from './scopes';
import { edit, opening } from './source_map';
import { walk } from './walk';
import type { SessionNames } from './index';
import type { Edit, Span } from './source_map';
import type { Attribute, Call, Expr, Module } from './tree';

/** Methods that Monty lacks, with the part of the prelude that knows each. */
const METHODS = new Map<string, string>(Object.entries(rewriting.lacking.methods));

/** The same of methods that do less in Monty than in CPython. */
const PARTLY = new Map<string, string>(Object.entries(rewriting.lacking.partly));

/** The same of attributes. */
const ATTRIBUTES = new Map<string, string>(Object.entries(rewriting.lacking.attributes));

/** Built-in functions that Monty lacks, and this part has. */
const NAMES = rewriting.lacking.names;
const NAMING = 'naming';

/** What a text contains that has something to rewrite. */
export const MAY_LACK = pythonPattern(rewriting.lacking.may_lack);

const MAY_BE_VERBOSE = pythonPattern(rewriting.lacking.may_be_verbose);
const WHOLE_DATE = pythonPattern(String.raw`\A(?:${rewriting.lacking.whole_date})\Z`, { dotAll: true });
const READ = pythonPattern(String.raw`\A(?:${rewriting.lacking.read})\Z`, { dotAll: true });
const NAMED = pythonPattern(String.raw`\A(?P<brackets>(?:\s*\))*)\s*\.\s*(?P<name>\w+)\Z`);

/** The edits, and the parts of the prelude that they need. */
export function lackingEdits(text: string, tree: Module, names: SessionNames): { edits: Edit[]; parts: Set<string> } {
  const verbose = MAY_BE_VERBOSE.test(text);
  const edits: Edit[] = [];
  const parts = new Set<string>();
  for (const node of walk(tree)) {
    let part: string | undefined;
    let found: Edit[] = [];
    if (node._ === 'Call' && node.func._ === 'Attribute') {
      part = METHODS.get(node.func.attr) ?? doesLess(node, node.func, verbose);
      if (part !== undefined) found = [...callEdits(text, node, node.func, `__mk_of_${part}`)];
    } else if (node._ === 'Attribute' && node.ctx === 'Load') {
      part = ATTRIBUTES.get(node.attr);
      if (part === NAMING && node.value._ === 'Call') continue; // `type(x).__name__` is there
      if (part !== undefined) found = [...ofAttribute(text, node, part)];
    }
    if (part === undefined || found.length === 0) continue;
    edits.push(...found);
    parts.add(part);
  }
  const named = NAMES.some(name => text.includes(name)) ? [...ofNames(text, tree, names)] : [];
  if (named.length > 0) {
    edits.push(...named);
    parts.add(NAMING);
  }
  if (parts.has(NAMING)) parts.add('shipped');
  return { edits, parts };
}

/** Built-in functions by their names, which neither the cell nor the session has for something else. */
function* ofNames(text: string, tree: Module, names: SessionNames): Generator<Edit> {
  const free = NAMES.filter(name => !binds(tree, name));
  const found = [...walk(tree)].filter(node => node._ === 'Name').filter(node => free.includes(node.id));
  if (found.length === 0) return;
  const undefinedNames = names.undefinedOf(new Set(found.map(node => node.id)));
  for (const node of found) {
    const { id, s, e } = node;
    if (undefinedNames.has(id) && text.slice(s, e) === id) yield edit(s, e, `__mk_${id}`, [s, e]);
  }
}

/** The part of the prelude for a call that asks for what Monty's method does not do. */
function doesLess(call: Call, method: Attribute, verbose: boolean): string | undefined {
  const name = method.attr;
  let needs: boolean;
  if (name === 'sub' || name === 'subn') {
    needs = verbose || name === 'subn' || !replacesByText(call);
  } else if (name === 'strptime') {
    const form = call.args.length === 2 ? constantOf(call.args[1]) : null;
    needs = form === null || !WHOLE_DATE.test(form);
  } else if (name === 'read_text' || name === 'write_text') {
    needs = call.keywords.some(each => each.arg === 'encoding');
  } else if (name === 'update') {
    needs = call.args.length > 1;
  } else {
    needs = verbose && method.value._ === 'Name';
  }
  return needs ? PARTLY.get(name) : undefined;
}

/** Whether what `re.sub(pattern, text, …)` or `pattern.sub(text, …)` puts in place is a text that Monty reads as CPython. */
function replacesByText(call: Call): boolean {
  const text = constantOf(call.args[call.args.length > 2 ? 1 : 0]);
  return text !== null && READ.test(text);
}

/** A constant as text; null for anything else. */
function constantOf(node: Expr | undefined): string | null {
  return node?._ === 'Constant' ? node.value : null;
}

function* ofAttribute(text: string, node: Attribute, part: string): Generator<Edit> {
  const { value } = node;
  const between = NAMED.exec(text.slice(value.e, node.e));
  if (between?.groups?.['name'] !== node.attr) return;
  const span: Span = [node.s, node.e];
  yield opening(span, `__mk_at_${part}(${repr(node.attr)}, `);
  yield edit(value.e + (between.groups['brackets']?.length ?? 0), node.e, ')', span);
}
