/** A feed: the source that one turn of the session is given, with its last expression caught so that it is shown. */

import rewriting from '../generated/rewriting.json';
import { NOTHING_KNOWN } from './index';
import { importEdits, lineEdits, recalled } from './ipython';
import { needed, refreshed } from './needs';
import { fullMatch, pythonPattern } from './python_pattern';
import { characters, rpartition } from './python_text';
import { rewritten } from './rewrites';
import { edit, lineStarts, moved, SourceMap } from './source_map';
import { isLarge } from './source_error';
import { lastStatement } from './statements';
import { treeOf } from './syntax_trees';
import type { CellSource, SessionNames } from './index';
import type { Edit, Lines4, Rewritten } from './source_map';
import type { Module } from './tree';

const LEAVE = pythonPattern(String.raw`\s*(?:exit|quit)`); // people type it without brackets, as in IPython
const MAY_BE_REWRITTEN = pythonPattern(rewriting.may_be_rewritten);
const QUIET = pythonPattern(String.raw`(?:[ \t\f]|\\\r?\n)*+;`, { sticky: true });

/** How a cell is to run. */
export interface CellOptions {
  /** Its execution count; 0 leaves no record of it. */
  readonly number: number;
  /** Whether its last expression is shown. */
  readonly show: boolean;
  /** Whether this is the cell's first feed, which records its source. */
  readonly begin: boolean;
  /** What is known of the session's names. */
  readonly names: SessionNames;
}

export const CELL_OPTIONS: CellOptions = { number: 0, show: true, begin: true, names: NOTHING_KNOWN };

/** Source for one feed of the session. */
export class Feed {
  constructor(
    /** The cell that it belongs to. */
    readonly cell: CellSource,
    readonly text: string,
    /** They lead back to the cell, the first from `text`, the last to what the person typed. */
    readonly maps: readonly SourceMap[],
    /** The names of the prelude's parts that it needs. */
    readonly parts: ReadonlySet<string>
  ) {}

  /** The place in the cell that a place in `text` comes from. Lines and columns count from 1. */
  toCell(line: number, column: number, endLine: number, endColumn: number): Lines4 {
    let span: Lines4 = [line, column, endLine, endColumn];
    for (const map of this.maps) span = map.linesAndColumns(...span);
    return span;
  }

  /** A feed of the line that shows the value, to show it again; its place is that of the last expression. */
  lastLine(): Feed {
    const [wrapped, ...others] = this.maps;
    const last = wrapped?.edits.at(-1);
    if (wrapped === undefined || last === undefined) throw new Error('a feed without a last line');
    const line = rpartition(last.text, '\n')[2]; // the cell may go on behind it, with comments and empty lines
    const alone = new SourceMap(wrapped.original, [edit(0, wrapped.original.length, line, last.blame)]);
    return new Feed(this.cell, alone.text, [alone, ...others], new Set());
  }
}

/** The feed of a cell's text after some edits. finish: code that runs before the last expression is shown. */
export function feed(
  source: CellSource,
  edits: readonly Edit[],
  parts: Iterable<string>,
  options: CellOptions,
  finish = ''
): Feed {
  const changed = edits.some(each => each.text !== '' || each.end > each.start);
  const maps = changed ? [new SourceMap(source.text, edits)] : [];
  const text = maps[0]?.text ?? source.text;
  const caught = catchLast(text, options, finish === '' ? '' : `${finish}\n`);
  const wrapped = new SourceMap(text, caught.edits);
  return new Feed(source, wrapped.text, [wrapped, ...maps], new Set([...needed(text), ...parts, ...caught.parts]));
}

/**
 * Where the parsed end of the text begins, and its tree, or null if it does not parse.
 *
 * It is the whole text, or its last statement where parsing all of it would cost too much.
 */
function parsedEnd(text: string): [start: number, tree: Module | null] {
  if (!isLarge(text)) return [0, treeOf(text)];
  const start = lastStatement(text);
  const tail = text.slice(start);
  return [start, isLarge(tail) ? null : treeOf(tail)];
}

function catchLast(text: string, options: CellOptions, finish: string): Rewritten {
  let record = options.number > 0 && options.begin ? `__mk_begin(${options.number})\n` : '';
  if (text.includes('_')) record += recalled(text).join('') + refreshed(text, options.number);
  const edits = [edit(0, 0, record)];
  const nothing = edit(text.length, text.length, `\n${finish}None`);
  const [tailAt, tree] = parsedEnd(text);
  if (tailAt > 0 && text.includes('IPython')) edits.push(...lineEdits(text.slice(0, tailAt)));
  if (tree === null) return { edits: [...edits, nothing], parts: new Set() };
  if (fullMatch(LEAVE, text) !== null) {
    return { edits: [...edits, edit(text.length, text.length, '()\nNone')], parts: new Set() };
  }
  const tail = text.slice(tailAt);
  if (tail.includes('IPython')) edits.push(...[...importEdits(tree.body)].map(each => moved(each, tailAt)));
  const found: Rewritten = MAY_BE_REWRITTEN.test(tail)
    ? rewritten(tail, tree, options.names, text.slice(0, tailAt))
    : { edits: [], parts: new Set() };
  const inside = found.edits.map(each => moved(each, tailAt));
  const last = tree.body.at(-1);
  if (!options.show || last?._ !== 'Expr' || last.value._ === 'Starred' || isQuiet(tail, last.e)) {
    return { edits: [...edits, ...inside, nothing], parts: found.parts };
  }
  const lineStart = lineStarts(tail.slice(0, last.s)).at(-1) ?? 0;
  const span = [last.s + tailAt, last.e + tailAt] as const;
  const padding = ' '.repeat(characters(tail, lineStart, last.s));
  const opens = { ...edit(span[0], span[0], `__mk_value = (\n${padding}`, span), opens: text.length + 1 };
  const closes = { ...edit(span[1], span[1], `\n)\n${finish}__mk_show(${options.number})`, span), closes: -1 };
  return { edits: [...edits, ...inside, opens, closes], parts: found.parts };
}

/** Whether a semicolon stands behind the last expression. */
function isQuiet(text: string, end: number): boolean {
  QUIET.lastIndex = end;
  return QUIET.test(text);
}
