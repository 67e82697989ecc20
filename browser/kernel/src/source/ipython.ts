/** What IPython allows in a cell and Monty does not: prompts of pasted code, names such as `_3`, imports of IPython. */

import ipython from '../generated/ipython.json';
import { pythonPattern } from './python_pattern';
import { format, repr } from './python_text';
import { edit, lineStarts, moved, SourceMap } from './source_map';
import { logicalLines } from './statements';
import { treeOf } from './syntax_trees';
import { walk } from './walk';
import type { Edit } from './source_map';
import type { Alias, ImportFrom, Stmt } from './tree';

const INDENT = pythonPattern(String.raw`\A(?:[ \t]*\n)*(?P<indent>[ \t]+)\S`);
const LINES = { multiline: true, sticky: true };
const PROMPTS: readonly (readonly [first: RegExp, every: RegExp])[] = [
  [pythonPattern(String.raw`\A\s*>>> ?`), pythonPattern(String.raw`^[ \t]*(?:>>>|\.\.\.)(?: |$)`, LINES)],
  [
    pythonPattern(String.raw`\A\s*In \[\d+\]: ?`),
    pythonPattern(String.raw`^[ \t]*(?:In \[\d+\]:|\.\.\.+:)(?: |$)`, LINES)
  ]
];

const LARGE = 1 << 17; // UTF-16 units: nobody pastes more, and each line would be an edit

const DISPLAY_NAMES = new Set([...ipython.names, ...ipython.media]);
const PACKAGE_NAMES = new Set([...ipython.package, 'display']);
const MODULES = new Set(ipython.modules);

const IMPORT = pythonPattern(
  String.raw`[ \t]*+(?P<line>(?:import|from)[ \t]+(?=[^#\n]{0,999}IPython)(?s:.){1,9999})\Z`,
  {
    sticky: true
  }
);
const MOST = 1_000;
const MOST_RECALLED = 1_000; // names such as `_1` and `_i2` in one cell; more are ordinary names
const RECALLED = pythonPattern(String.raw`(?<![\w.])(_i?)([1-9]\d{0,6})\b`, { global: true });
const RECALL: Readonly<Record<string, string>> = ipython.recall;

/** The text without the prompts or the common indentation of a paste; null if it has none, or is longer than any. */
export function unpasted(text: string): SourceMap | null {
  if (text.length > LARGE) return null;
  for (const [first, every] of PROMPTS) {
    if (!first.test(text)) continue;
    const edits: Edit[] = [];
    for (const at of lineStarts(text)) {
      every.lastIndex = at;
      const prompt = every.exec(text);
      if (prompt !== null) edits.push(edit(at, at + prompt[0].length, ''));
    }
    return new SourceMap(text, edits);
  }
  const indent = INDENT.exec(text)?.groups?.['indent'];
  if (indent === undefined) return null;
  const indented = lineStarts(text).filter(at => text.startsWith(indent, at));
  return new SourceMap(
    text,
    indented.map(at => edit(at, at + indent.length, ''))
  );
}

/** The edits that replace imports of IPython in a parsed text by assignments from the prelude, which stands in for it. */
export function* importEdits(body: Iterable<Stmt>): Generator<Edit> {
  for (const statement of body) {
    for (const node of walk(statement)) {
      if (node._ === 'ImportFrom' && (node.module ?? '').split('.')[0] === 'IPython' && node.level === 0) {
        yield edit(node.s, node.e, from(node));
      } else if (node._ === 'Import' && node.names.some(alias => alias.name.split('.')[0] === 'IPython')) {
        yield edit(node.s, node.e, node.names.map(plain).join('; '));
      }
    }
  }
}

/** The same for a text that is too long to parse: the first thousand imports that have lines of their own. */
export function* lineEdits(text: string): Generator<Edit> {
  let found = 0;
  for (const [start, end] of logicalLines(text)) {
    IMPORT.lastIndex = 0;
    const row = text.slice(start, end);
    const line = IMPORT.exec(row)?.groups?.['line'];
    if (line === undefined) continue;
    found += 1;
    if (found > MOST) return;
    for (const each of importEdits(treeOf(line)?.body ?? [])) yield moved(each, start + row.length - line.length);
  }
}

function plain(alias: Alias): string {
  if (alias.name === 'IPython' || (MODULES.has(alias.name) && alias.asname === null)) {
    return `${alias.asname ?? 'IPython'} = __mk_ipython`;
  }
  if (MODULES.has(alias.name)) return `${alias.asname ?? ''} = __mk_names`;
  return `import ${alias.name}` + (alias.asname === null ? '' : ` as ${alias.asname}`);
}

function from(node: ImportFrom): string {
  const module = node.module ?? '';
  const ofPackage = module === 'IPython';
  if (!ofPackage && !MODULES.has(module)) return `raise ModuleNotFoundError("No module named ${repr(module)}")`;
  const known = ofPackage ? PACKAGE_NAMES : DISPLAY_NAMES;
  const owner = ofPackage ? '__mk_ipython' : '__mk_names';
  const star = node.names.length === 1 && node.names[0]?.name === '*';
  const names = star
    ? [...known].sort().map((name): [string, string] => [name, name])
    : node.names.map((alias): [string, string] => [alias.name, alias.asname ?? alias.name]);
  const missing = names.find(([name]) => !known.has(name));
  if (missing !== undefined) {
    return `raise ImportError(${repr(`cannot import name ${repr(missing[0])} from ${repr(module)}`)})`;
  }
  return names.map(([name, target]) => `${target} = ${owner}.${name}`).join('; ');
}

/** The code that binds the names of earlier inputs and outputs that a cell uses. */
export function recalled(text: string): string[] {
  const names = new Map<string, RegExpExecArray>();
  for (const match of text.matchAll(RECALLED)) names.set(match[0], match);
  const few = [...names.keys()].sort().slice(0, MOST_RECALLED);
  return few.map(name => {
    const match = names.get(name);
    return format(RECALL[match?.[1] ?? ''] ?? '', { name, number: match?.[2] ?? '' });
  });
}
