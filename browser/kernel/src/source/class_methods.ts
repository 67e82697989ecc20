/**
 * `@staticmethod` and `@classmethod`: Monty takes no decorators of methods.
 *
 * The decorator goes, and after the class a function of the prelude puts a callable object in the method's place, which
 * gets no `self`, or the class.
 */

import { pythonPattern } from './python_pattern';
import { repr } from './python_text';
import { binds } from './scopes';
import { edit } from './source_map';
import { children } from './walk';
import type { Edit } from './source_map';
import type { ClassDef, Module, Node } from './tree';

const KINDS = ['staticmethod', 'classmethod'];

/** What a text contains that has something to rewrite. */
export const MAY_DECORATE = pythonPattern(String.raw`@[ \t]*(?:${KINDS.join('|')})\b`);

const DECORATOR = pythonPattern(String.raw`@[ \t]*(?:${KINDS.join('|')})(?=[ \t]*(?:#.*)?\n)`, { sticky: true });

/** The edits. A class in a class, and a method with other decorators beside, are left as they are. */
export function* classMethodEdits(text: string, tree: Module): Generator<Edit> {
  const kinds = KINDS.filter(kind => !binds(tree, kind));
  const waiting: Node[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const each of children(node)) {
      if (each._ !== 'ClassDef') {
        waiting.push(each);
      } else if (node._ !== 'ClassDef') {
        yield* ofClass(text, each, kinds);
        waiting.push(...each.body);
      }
    }
  }
}

function* ofClass(text: string, node: ClassDef, kinds: string[]): Generator<Edit> {
  const found = new Map<string, string>();
  const indent = text.slice(text.lastIndexOf('\n', node.s - 1) + 1, node.s);
  if (indent.trim() !== '') return; // it does not begin its line
  for (const each of node.body) {
    if ((each._ !== 'FunctionDef' && each._ !== 'AsyncFunctionDef') || each.decorator_list.length !== 1) continue;
    const [decorator] = each.decorator_list;
    if (decorator?._ !== 'Name' || !kinds.includes(decorator.id)) continue;
    DECORATOR.lastIndex = text.lastIndexOf('@', decorator.s);
    const match = DECORATOR.exec(text);
    if (match === null) continue;
    found.set(each.name, decorator.id);
    yield edit(match.index, match.index + match[0].length, '');
  }
  if (found.size === 0) return;
  const methods = [...found].map(([name, kind]) => `${repr(name)}: ${repr(kind)}`).join(', ');
  yield edit(node.e, node.e, `\n${indent}__mk_unbound_methods(${node.name}, {${methods}})`);
}
