/** Makes a Cell of source text: magics are expanded, imports of IPython led to the prelude, the last expression caught. */

import { CELL_OPTIONS, Feed, feed } from './feed';
import { unpasted } from './ipython';
import { around, isQuestion, magicLines } from './magic_lines';
import { needed } from './needs';
import { pythonPattern } from './python_pattern';
import { count, lstrip, rstrip, strip, thousands } from './python_text';
import { bisectRight, edit, lineStarts, shifted, SourceMap } from './source_map';
import { isLarge, refused, refuseImpossible, refuseLargeExpression } from './source_error';
import { linesInsideStrings } from './statements';
import { requireExpression, treeOf } from './syntax_trees';
import { walk } from './walk';
import type { CellOptions } from './feed';
import type { Action, CellSource, MagicTable } from './index';
import type { Cut } from './magic_lines';
import type { Edit } from './source_map';

const MOST_INDENTED = 100_000; // lines below a magic that indents them: each needs an edit
const CELL_MAGIC = pythonPattern(String.raw`\A\s*(?:%%(?P<name>[\w.!]+)|(?P<shell>!!))`);

/** A cell ready to run: its feeds, and the actions between them. `python` is its source without magics. */
export interface Cell {
  readonly source: CellSource;
  readonly steps: readonly (Feed | Action)[];
  readonly python: string;
}

/**
 * Make a cell of what the person typed. What is not Python is left for Monty to refuse.
 *
 * magics: gives the table of magics, when the cell may hold one. Throws `SourceError` for a text that holds what Python
 * source cannot, that is too long, or that holds too many magics.
 */
export function parse(source: CellSource, magics: () => MagicTable, options: Partial<CellOptions> = {}): Cell {
  const wanted = { ...CELL_OPTIONS, ...options };
  refuseImpossible(source.text);
  const pasted = unpasted(source.text);
  if (pasted === null) return parsed(source, magics, wanted);
  const cell = parsed({ label: source.label, text: pasted.text }, magics, wanted);
  const steps = cell.steps.map(step =>
    step instanceof Feed ? new Feed(source, step.text, [...step.maps, pasted], step.parts) : step
  );
  return { source, steps, python: cell.python };
}

function parsed(source: CellSource, magics: () => MagicTable, options: CellOptions): Cell {
  const { text } = source;
  const head = text.includes('%%') || text.includes('!!') ? cellMagicHead(text) : null;
  if (head !== null) return cellMagic(source, head, magics, options);
  const { edits, parts, cuts } = magicLines(text, 0, magics);
  const steps: (Feed | Action)[] = [];
  let position = 0;
  let passed = 0; // of the edits, which are in the order of the text, as the cuts are
  for (const cut of [...cuts, null] as (Cut | null)[]) {
    const start = cut === null ? text.length : cut.start;
    const first = passed;
    while (passed < edits.length && (edits[passed]?.end ?? 0) <= start) passed += 1;
    if (strip(text.slice(position, start)) !== '' || (cut === null && steps.length === 0)) {
      const outside = [edit(0, position, ''), edit(start, text.length, '')];
      const now = { ...options, show: options.show && cut === null, begin: options.begin && steps.length === 0 };
      steps.push(feed(source, [...outside, ...edits.slice(first, passed)], parts, now));
    }
    if (cut === null) break;
    steps.push(cut.action);
    position = cut.end;
  }
  const gone = cuts.map(cut => edit(cut.start, cut.end, ''));
  return { source, steps, python: new SourceMap(text, [...edits.map(each => blank(text, each)), ...gone]).text };
}

/** A feed that shows the value of one expression, as `user_expressions` asks for. Throws `SourceError`, `NotPython`. */
export function expression(source: CellSource): Feed {
  refuseImpossible(source.text);
  const text = strip(source.text);
  refuseLargeExpression(text);
  requireExpression(text);
  const end = source.text.length;
  const wrapped = new SourceMap(source.text, [edit(0, 0, '__mk_value = (\n'), edit(end, end, '\n)\n__mk_show(0)')]);
  return new Feed(source, wrapped.text, [wrapped], new Set(needed(text)));
}

function blank(text: string, each: Edit): Edit {
  // a statement that is kept stays on its line; what is put around it goes
  const kept = each.blame !== null && (each.blame[0] >= each.end || each.blame[1] <= each.start);
  const lines = '\n'.repeat(count(text, '\n', each.start, each.end));
  return edit(each.start, each.end, kept || each.start === each.end ? lines : `None${lines}`);
}

// Cell magics ------------------------------------------------------------------------------------------------------------

/** The first line of a cell that is a cell magic. */
interface Head {
  readonly name: string;
  readonly args: string;
  /** Where the magic's sign stands. */
  readonly start: number;
  readonly argsAt: number;
  readonly argsEnd: number;
  readonly bodyAt: number;
}

function cellMagicHead(text: string): Head | null {
  const match = CELL_MAGIC.exec(text);
  if (match === null) return null;
  const argsAt = match[0].length;
  const end = text.indexOf('\n', argsAt);
  const argsEnd = end < 0 ? text.length : end;
  const line = text.slice(0, argsEnd);
  if (isQuestion(strip(line))) return null;
  const start = line.length - lstrip(line).length;
  const args = text.slice(argsAt, argsEnd);
  return { name: match.groups?.['name'] ?? '!', args, start, argsAt, argsEnd, bodyAt: end < 0 ? argsEnd : end + 1 };
}

function cellMagic(source: CellSource, head: Head, table: () => MagicTable, options: CellOptions): Cell {
  const { text } = source;
  const { args, bodyAt } = head;
  const magics = table();
  const rewrite = magics.cell(head.name, strip(args), text.slice(bodyAt));
  const headSpan = [head.start, head.argsEnd] as const;
  const argsAt = head.argsAt + args.length - lstrip(args).length;
  const before = rewrite.before ?? '';
  const indent = rewrite.indent ?? '';
  const parts = rewrite.parts ?? [];
  if (rewrite.keepBody === false) {
    const blame = shifted(rewrite.blameArgs, argsAt) ?? shifted(rewrite.blameBody, bodyAt) ?? headSpan;
    const only = edit(0, text.length, before, blame);
    return { source, steps: [feed(source, [only], parts, { ...options, show: false })], python: '' };
  }
  const lines = magicLines(text, bodyAt, table, indent);
  const { edits } = lines;
  for (const { start, end, action } of lines.cuts) {
    edits.push(...around(magics.line('alone', action.name), start, end, start, indent));
  }
  const blanked = new SourceMap(text, [edit(0, bodyAt, ''), ...edits.map(each => blank(text, each))]).text;
  if (rewrite.keep) {
    const kept = [argsAt + rewrite.keep[0], argsAt + rewrite.keep[1]] as const;
    edits.push(edit(0, kept[0], before, kept), edit(kept[1], bodyAt, rewrite.between ?? '', kept));
  } else {
    edits.push(edit(0, bodyAt, before, headSpan));
  }
  if (indent !== '') edits.push(...indented(text, bodyAt, blanked, edits, indent));
  const stop = rstrip(text).length;
  const behind = [Math.max(bodyAt, stop - 1), Math.max(bodyAt, stop)] as const;
  edits.push(edit(text.length, text.length, rewrite.after ?? '', behind));
  const only = feed(source, edits, [...lines.parts, ...parts], options, rewrite.finish);
  return { source, steps: [only], python: blanked };
}

function indented(text: string, bodyAt: number, blanked: string, edits: readonly Edit[], indent: string): Edit[] {
  if (count(text, '\n') > MOST_INDENTED) {
    throw refused(`a cell with this magic can have at most ${thousands(MOST_INDENTED)} lines`, text, 0);
  }
  const inside = insideStrings(blanked);
  const replaced = edits
    .filter(each => each.end > bodyAt)
    .map(each => [each.start, each.end] as const)
    .sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const found: Edit[] = [];
  let passed = 0;
  lineStarts(text.slice(bodyAt)).forEach((start, index) => {
    const at = bodyAt + start;
    while (passed < replaced.length && (replaced[passed]?.[1] ?? 0) <= at) passed += 1;
    const within = passed < replaced.length && (replaced[passed]?.[0] ?? 0) < at; // a magic with continuation lines
    if (!inside.has(index + 1) && at < text.length && text[at] !== '\n' && !within) found.push(edit(at, at, indent));
  });
  return found;
}

/** The numbers, from 1, of the lines that begin inside a string: they are not indented, since they are data. */
function insideStrings(text: string): Set<number> {
  if (isLarge(text)) return linesInsideStrings(text);
  const tree = treeOf(text);
  const inside = new Set<number>();
  if (tree === null) return inside; // Monty reports what is wrong with it
  const lines = lineStarts(text);
  for (const node of walk(tree)) {
    if (node._ !== 'Constant' && node._ !== 'JoinedStr') continue;
    const last = bisectRight(lines, node.e - 1);
    for (let line = bisectRight(lines, node.s) + 1; line <= last; line += 1) inside.add(line);
  }
  return inside;
}
