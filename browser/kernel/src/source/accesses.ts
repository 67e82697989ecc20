/** Attributes and calls of methods that become calls of functions of the prelude, with what stands between kept as it is. */

import { pythonPattern } from './python_pattern';
import { repr } from './python_text';
import { edit, opening } from './source_map';
import type { Edit, Span } from './source_map';
import type { Attribute, Call } from './tree';

const CALLED = pythonPattern(String.raw`(?P<brackets>(?:\s*\))*)\s*\.\s*(?P<name>\w+)\s*\(`, { sticky: true });

/** `X.name(…)` becomes `function('name', X, …)`. There are none where a comment stands in between. */
export function* callEdits(text: string, call: Call, method: Attribute, callee: string): Generator<Edit> {
  const valueEnd = method.value.e;
  CALLED.lastIndex = valueEnd;
  const between = CALLED.exec(text);
  if (between?.groups?.['name'] !== method.attr || method.e >= valueEnd + between[0].length) return;
  const blame: Span = [method.s, method.e];
  yield opening([call.s, call.e], `${callee}(${repr(method.attr)}, `, blame);
  const comma = call.args.length > 0 || call.keywords.length > 0 ? ', ' : '';
  yield edit(valueEnd + (between.groups['brackets']?.length ?? 0), valueEnd + between[0].length, comma, blame);
}

/** The bare name that an attribute is read of, with nothing in between: `name.attr`; null for anything else. */
export function nameRead(text: string, node: Attribute): string | null {
  if (node.value._ !== 'Name' || node.ctx !== 'Load') return null;
  return text.slice(node.s, node.e) === `${node.value.id}.${node.attr}` ? node.value.id : null;
}

/** `name.attr`, of which `nameRead` gives the name, becomes `function(name, 'attr')`. */
export function* attributeEdits(node: Attribute, callee: string): Generator<Edit> {
  const span: Span = [node.s, node.e];
  yield opening(span, `${callee}(`);
  yield edit(node.value.e, node.e, `, ${repr(node.attr)})`, span);
}
