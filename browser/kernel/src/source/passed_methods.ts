/** Methods of built-in values that are passed on, as in `sorted(words, key=str.lower)`: Monty can only call them. */

import rewriting from '../generated/rewriting.json';
import { fullMatch, pythonPattern } from './python_pattern';
import { repr } from './python_text';
import { edit, opening } from './source_map';
import { walk } from './walk';
import type { Edit, Span } from './source_map';
import type { Attribute, Call, Module } from './tree';

/** How the function begins that calls the method; it is no frame of the person's. */
export const CALL = rewriting.passed.call;

/** What a text contains that has something to rewrite. */
export const MAY_HOLD = pythonPattern(
  String.raw`\bkey\s*=[^=]|\b(?:map|filter|reduce|starmap|filterfalse|takewhile|dropwhile)\(`
);

const CALLING = new Set(['map', 'filter', 'reduce', 'starmap', 'filterfalse', 'takewhile', 'dropwhile']);
const KINDS = new Map<string, string>(Object.entries(rewriting.passed.kinds));
const METHOD = pythonPattern(String.raw`\s*\.\s*(\w+)`);

/** The edits. What they call looks at the value: an attribute of anything else is what it was. */
export function* methodEdits(text: string, tree: Module): Generator<Edit> {
  for (const call of walk(tree)) if (call._ === 'Call') for (const node of passed(call)) yield* edits(text, node);
}

/** The attributes that a call will call. */
function* passed(call: Call): Generator<Attribute> {
  const name = call.func._ === 'Name' ? call.func.id : call.func._ === 'Attribute' ? call.func.attr : '';
  const [first] = call.args;
  if (CALLING.has(name) && call.args.length > 1 && first?._ === 'Attribute') yield first;
  for (const each of call.keywords) if (each.arg === 'key' && each.value._ === 'Attribute') yield each.value;
}

function* edits(text: string, node: Attribute): Generator<Edit> {
  const name = node.attr;
  const kinds = KINDS.get(name);
  if (kinds === undefined) return;
  const span: Span = [node.s, node.e];
  const written = fullMatch(METHOD, text.slice(node.value.e, node.e));
  if (node.value.s !== node.s || written?.[1] !== name) return; // in brackets
  yield opening(span, '__mk_passed(');
  const code = `, ${repr(name)}, ${repr(kinds)}, ${CALL}${name}(*a, **k), lambda v: v.${name})`;
  yield edit(node.value.e, node.e, code, span);
}
