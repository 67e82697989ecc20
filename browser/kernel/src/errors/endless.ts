/** Cells that end in Python and never in Monty, which makes lists of generator expressions, map(), filter(), enumerate(). */

import errors from '../generated/errors.json';
import { partition, words } from '../source/python_text';
import { walk } from '../source/walk';
import { parse } from './cell_code';
import { say } from './sentences';
import { cut } from './visible_text';
import type { Expr, Node } from '../source/tree';

const LONGEST = 60; // characters of the code that are quoted
const ENDLESS = ['count', 'cycle', 'repeat'];

/** What makes a list of its arguments, and the place of the first that it takes items from. */
const FIRST_ITEMS = new Map([
  ['map', 1],
  ['filter', 1],
  ['enumerate', 0]
]);

const ADVICE = partition(errors.sentences.endless, '`{}`')[2];

/** A line about the first code of a cell that takes all items of an `itertools.count()` and its kind; null for none. */
export function endless(text: string): string | null {
  if (!ENDLESS.some(name => text.includes(name))) return null;
  const tree = parse(text);
  for (const node of tree === null ? [] : walk(tree)) {
    if (!taken(node).some(neverEnds) || !('s' in node)) continue;
    return say('endless', cut(words(text.slice(node.s, node.e)).join(' '), LONGEST));
  }
  return null;
}

/** Whether a failure's note is this line. */
export function saysSo(note: string | null): boolean {
  return note?.endsWith(ADVICE) ?? false;
}

function taken(node: Node): Expr[] {
  if (node._ === 'GeneratorExp') return node.generators.map(each => each.iter);
  if (node._ !== 'Call' || node.func._ !== 'Name') return [];
  const first = FIRST_ITEMS.get(node.func.id);
  const items = first === undefined ? [] : node.args.slice(first);
  return items.every(neverEnds) ? items.slice(0, 1) : []; // the shortest ends a map()
}

function neverEnds(items: Expr): boolean {
  if (items._ !== 'Call') return false;
  const { func } = items;
  let name = func._ === 'Name' ? func.id : '';
  if (func._ === 'Attribute' && func.value._ === 'Name' && ['itertools', 'it'].includes(func.value.id))
    name = func.attr;
  return ENDLESS.includes(name) && !(name === 'repeat' && items.args.length + items.keywords.length > 1);
}
