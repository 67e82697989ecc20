/** How IPython shows classes and functions. The sandbox knows only their names: signatures come from the cells' sources. */

import table from '../generated/shown.json';
import { parse } from '../errors/cell_code';
import { pythonPattern } from '../source/python_pattern';
import { characters, rstrip } from '../source/python_text';
import { Lines, LineTable } from '../source/source_map';
import { unparse } from '../source/unparse';
import { children, walk } from '../source/walk';
import type { CellSource } from '../source/index';
import type { Arg, Arguments, ClassDef, Expr, Module, Node } from '../source/tree';
import type { SourceFrame } from '../worker/messages';

const CLASS = pythonPattern(String.raw`\A<class '([\w.]+)'>\Z`);
const FUNCTION = pythonPattern(String.raw`\A<function '(\w+|<lambda>)' (?:at 0x[0-9a-f]+|(external))>\Z`);
const BUILTIN = pythonPattern(String.raw`\A<built-in function (\w+)>\Z`);
const OF_MODULE = pythonPattern(String.raw`\A<function (\w+) at 0x[0-9a-f]+>\Z`);

/** Cells that define a function of one name: each is parsed. */
const MOST_CELLS = 50;

function told(names: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(names, name) ? (names[name] ?? null) : null;
}

/**
 * How IPython shows the class or function whose `repr` in Monty is `text`; null if that is unknown. A signature is left
 * out where the cells leave it open.
 *
 * @param own - Whether a class comes from a cell, or a function still has the name that it was defined under.
 * @param cells - Those of the session, oldest first.
 */
export function shownAs(text: string, own: boolean, cells: readonly CellSource[]): string | null {
  const kind = CLASS.exec(text)?.[1];
  if (kind !== undefined) return own ? `__main__.${kind}` : (told(table.homes, kind) ?? kind);
  const [, name, external] = FUNCTION.exec(text) ?? [];
  if (name !== undefined) return external === undefined ? ofCells(name, cells, own) : `<function ${name}>`;
  const builtin = BUILTIN.exec(text)?.[1];
  if (builtin !== undefined) return told(table.builtins, builtin) ?? `<function ${builtin}>`;
  const member = OF_MODULE.exec(text)?.[1];
  return member === undefined ? null : (told(table.functions, member) ?? `<function ${member}>`);
}

// Functions of cells --------------------------------------------------------------------------------------------------

interface Definition {
  label: string;
  /** Whether it stands at the top level of its cell, so that it was certainly reached if the cell ran on. */
  sure: boolean;
}

function ofCells(name: string, cells: readonly CellSource[], own: boolean): string {
  const word = pythonPattern(name === '<lambda>' ? String.raw`\blambda\b` : String.raw`\bdef\s+${name}\b`);
  const holding = cells.filter(cell => word.test(cell.text));
  if (holding.length === 0) return `<function ${name}>`;
  const found: Definition[][] = [];
  for (const { text } of holding.slice(-MOST_CELLS)) {
    const tree = parse(text);
    const definitions = tree === null ? [] : [...definitionsOf(tree, name, text)];
    if (definitions.length > 0) found.push(definitions);
  }
  const [label, ...others] = new Set(found.flat().map(each => each.label));
  if (label !== undefined && others.length === 0 && holding.length <= MOST_CELLS) return `<function __main__.${label}>`;
  const last = found.at(-1) ?? [];
  const [only] = last;
  const sure = own && last.length === 1 && only?.sure === true;
  return `<function __main__.${sure ? only.label : name}>`;
}

function* definitionsOf(tree: Module, name: string, text: string): Generator<Definition> {
  const pending: [node: Node, path: string, top: boolean][] = tree.body.map(each => [each, '', true]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, path, top] = next;
    let inner = path;
    if (node._ === 'FunctionDef' || node._ === 'AsyncFunctionDef') {
      if (node.name === name) {
        const label = path + name + signature(node.args, node.returns, text);
        yield { label, sure: top && node.decorator_list.length === 0 };
      }
      inner = `${path}${node.name}.<locals>.`;
    } else if (node._ === 'ClassDef') {
      inner = `${path}${node.name}.`;
    } else if (node._ === 'Lambda') {
      if (name === '<lambda>') yield { label: path + name + signature(node.args, null, text), sure: false };
      inner = `${path}<lambda>.<locals>.`;
    }
    for (const child of children(node)) pending.push([child, inner, false]);
  }
}

/** As `inspect.Signature` writes it. */
function signature(args: Arguments, returns: Expr | null, text: string): string {
  const plain = [...args.posonlyargs, ...args.args];
  const first = plain.length - args.defaults.length;
  const parameters = plain.map((arg, index) => parameter(arg, args.defaults[index - first] ?? null, text));
  if (args.posonlyargs.length > 0) parameters.splice(args.posonlyargs.length, 0, '/');
  if (args.vararg !== null) parameters.push(`*${parameter(args.vararg, null, text)}`);
  else if (args.kwonlyargs.length > 0) parameters.push('*');
  args.kwonlyargs.forEach((arg, index) => parameters.push(parameter(arg, args.kw_defaults[index] ?? null, text)));
  if (args.kwarg !== null) parameters.push(`**${parameter(args.kwarg, null, text)}`);
  return `(${parameters.join(', ')})${returns === null ? '' : ` -> ${unparse(returns, text)}`}`;
}

function parameter({ arg, annotation }: Arg, preset: Expr | null, text: string): string {
  const typed = annotation === null ? arg : `${arg}: ${unparse(annotation, text)}`;
  if (preset === null) return typed;
  return `${typed}${annotation === null ? '=' : ' = '}${unparse(preset, text)}`;
}

// Methods of cells ----------------------------------------------------------------------------------------------------

/**
 * Where the last class of that name has the method: its only statement, or else its head; and whether it is the former.
 * Null if no cell has it.
 */
export function placeOfMethod(
  kind: string,
  method: string,
  cells: readonly CellSource[]
): { frame: SourceFrame; exact: boolean } | null {
  const word = pythonPattern(String.raw`\bclass\s+${kind.replace(/[^\p{L}\p{N}_]/gu, '')}\b`);
  const holding = [...cells].reverse().filter(cell => word.test(cell.text));
  for (const cell of holding.slice(0, MOST_CELLS)) {
    const tree = parse(cell.text);
    const classes = tree === null ? [] : [...walk(tree)].filter((node): node is ClassDef => node._ === 'ClassDef');
    for (const node of classes.filter(each => each.name === kind).reverse()) {
      const found = [...node.body].reverse().find(each => {
        return (each._ === 'FunctionDef' || each._ === 'AsyncFunctionDef') && each.name === method;
      });
      if (found === undefined || !('body' in found)) continue;
      const [only, ...more] = found.body as readonly Node[];
      const table = LineTable.of(cell.text);
      const [line, column] = table.place(found.s);
      const exact = only !== undefined && more.length === 0 && !('body' in only) && isAscii(cell.text);
      const head = characters(rstrip(Lines.of(cell.text).at(line) ?? ''));
      const span =
        exact && 's' in only ? [...table.place(only.s), ...table.place(only.e)] : [line, column, line, head + 1];
      const [from = line, start = column, to = line, end = column] = span;
      return {
        frame: { cell, line: from, column: start, endLine: to, endColumn: end, function: method },
        exact
      };
    }
  }
  return null;
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text); // where it is not, the native kernel shows the head too
}
