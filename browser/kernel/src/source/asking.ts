/**
 * Which names of a session may lead a call to the host: `input`, `sleep`, and the functions that call them.
 *
 * Too many names do no harm: what calls them is only rewritten where it need not be.
 */

import rewriting from '../generated/rewriting.json';
import { pythonPattern } from './python_pattern';
import { starNames } from './star_names';
import { treeOf } from './syntax_trees';
import { children, walk } from './walk';
import type { CellSource, Granted } from './index';
import type { Attribute, Import, ImportFrom, Module, Name, Node } from './tree';

/** Functions that are there without an import, or have one name wherever they come from. */
export const FUNCTIONS: ReadonlySet<string> = new Set(rewriting.asking.functions);

/** Attributes whose call may ask the host, whatever they are an attribute of. */
export const METHODS: ReadonlySet<string> = new Set(rewriting.asking.methods);

/** The module whose first call asks the host, for a seed. */
const SEEDED = rewriting.asking.seeded;

/** UTF-16 units of a cell that is parsed. Of a longer one, and of one that is not Python, all words count. */
const LONGEST = 65_536;

const MOST_WORDS = 1_000;
const ROUNDS = 5; // functions of one cell that call each other
const WORD = pythonPattern(String.raw`[^\W\d]\w*`, { global: true });
const NEVER_MADE = new Set(rewriting.asking.never_made);

type Names = ReadonlySet<string>;

/** The names that cells have made, as far as they may lead to the host. Cells are added as they run. */
export class AskingNames {
  private granted: Granted = new Map();
  private names: Names | null = new Set();
  private seen: readonly CellSource[] = [];

  /** The names that these cells made, oldest first; null if any may lead to the host. granted: the modules of tools. */
  of(cells: readonly CellSource[], granted: Granted): Names | null {
    let known = this.seen.length;
    const grants = (given: Granted): string => JSON.stringify([...given]);
    if (grants(granted) !== grants(this.granted) || !this.seen.every((cell, index) => cell === cells[index])) {
      this.granted = granted;
      this.names = new Set();
      known = 0;
    }
    for (const cell of cells.slice(known)) {
      if (this.names === null) break;
      const made = madeBy(cell.text, this.names, this.granted);
      this.names = made === null ? null : union(this.names, made);
    }
    this.seen = [...cells];
    return this.names;
  }
}

/** The names that a text makes, and that may lead to the host, beside those that do so already; null if any may. */
export function madeBy(text: string, names: Names, granted: Granted): Names | null {
  const leading = (word: string): boolean =>
    FUNCTIONS.has(word) || METHODS.has(word) || names.has(word) || word === SEEDED || granted.has(word);
  const words = new Set<string>();
  let leads = false;
  for (const [word] of text.matchAll(WORD)) {
    if (words.has(word)) continue;
    leads ||= leading(word);
    if (words.size <= MOST_WORDS) words.add(word);
    else if (leads && text.length > LONGEST) return null;
  }
  if (!leads) return new Set();
  const tree = text.length <= LONGEST ? treeOf(text) : null;
  if (tree !== null) return madeIn(tree, names, granted);
  return words.size <= MOST_WORDS ? new Set([...words].filter(word => !NEVER_MADE.has(word))) : null;
}

/** The names that a cell makes, and that may lead to the host, beside those that do so already. */
export function madeIn(tree: Module, names: Names, granted: Granted): Names {
  const known = new Set(names);
  const found = definitions(tree, known, granted).reverse(); // what is inside of one comes after it
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = known.size;
    for (const each of found) {
      if (!each.leads && ![...each.mentions].some(name => known.has(name))) continue;
      each.leads = true;
      for (const name of each.names) known.add(name);
      if (each.around !== null) each.around.leads = true;
    }
    if (known.size === before) break;
  }
  return new Set([...known].filter(name => !names.has(name)));
}

/** A function, a class or an assignment. mentions: the names in it; leads: whether it surely leads to the host. */
interface Definition {
  readonly names: readonly string[];
  readonly around: Definition | null;
  readonly mentions: Set<string>;
  leads: boolean;
}

/** The definitions in a cell, each before those inside it. What is imported becomes known at once. */
function definitions(tree: Module, known: Set<string>, granted: Granted): Definition[] {
  const found: Definition[] = [];
  const begin = (names: readonly string[], around: Definition | null): Definition => {
    const made = { names, around, mentions: new Set<string>(), leads: false };
    found.push(made);
    return made;
  };
  const waiting: [Node, Definition | null][] = [[tree, null]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node] = next;
    let around = next[1];
    if (node._ === 'Import' || node._ === 'ImportFrom') {
      for (const name of imports(node, granted)) known.add(name);
    } else if (node._ === 'FunctionDef' || node._ === 'AsyncFunctionDef' || node._ === 'ClassDef') {
      around = begin([node.name], around);
    } else if (node._ === 'Assign' && (node.value._ !== 'Call' || makesAsking(node.value))) {
      // what another call gives is data
      const targets = node.targets.flatMap(target => (target._ === 'Name' ? [target.id] : []));
      around = begin(targets, around);
    } else if (around !== null && (node._ === 'Name' || node._ === 'Attribute')) {
      around.leads ||= leads(node, new Set());
      around.mentions.add(node._ === 'Name' ? node.id : node.attr);
    } else if (around !== null && makesAsking(node)) {
      around.leads = true;
    }
    for (const child of children(node)) waiting.push([child, around]);
  }
  return found;
}

function* imports(node: Import | ImportFrom, granted: Granted): Generator<string> {
  const module = node._ === 'ImportFrom' ? (node.module ?? '') : '';
  const asks = node._ === 'ImportFrom' && (granted.has(module) || module === SEEDED);
  for (const alias of node.names) {
    const bound = alias.asname ?? alias.name;
    if (node._ === 'Import') {
      if (granted.has(alias.name) || alias.name === SEEDED) yield bound;
    } else if (alias.name === '*') {
      for (const name of starNames(module, granted) ?? []) if (asks || METHODS.has(name)) yield name;
    } else if (asks || METHODS.has(alias.name)) {
      yield bound;
    }
  }
}

/** Whether code names what may lead to the host. names: those of the session that do. */
export function leadsToHost(tree: Node, names: Names): boolean {
  for (const node of walk(tree)) {
    if (node._ === 'Name' || node._ === 'Attribute' ? leads(node, names) : makesAsking(node)) return true;
  }
  return false;
}

/** Whether a call makes a function that may ask the host: `methodcaller('read_text')`. */
function makesAsking(node: Node): boolean {
  if (node._ !== 'Call') return false;
  const { func, args } = node;
  const called = func._ === 'Name' ? func.id : func._ === 'Attribute' ? func.attr : '';
  const [first] = args;
  return called === 'methodcaller' && first?._ === 'Constant' && first.kind === 'str' && METHODS.has(first.value);
}

function leads(node: Name | Attribute, names: Names): boolean {
  if (node._ === 'Name') return node.ctx === 'Load' && (FUNCTIONS.has(node.id) || names.has(node.id));
  return METHODS.has(node.attr) || names.has(node.attr);
}

function union(one: Names, other: Names): Names {
  return new Set([...one, ...other]);
}
