/** Makes edits of the line magics, shell lines and questions in a cell. */

import { pythonPattern } from './python_pattern';
import { lstrip, rstrip, strip, thousands } from './python_text';
import { edit, shifted } from './source_map';
import { refused } from './source_error';
import { logicalLines } from './statements';
import type { Action, MagicTable, Rewrite } from './index';
import type { Edit } from './source_map';

const MOST_MAGICS = 10_000;

const HEAD = String.raw`(?P<indent>[ \t]*)(?P<target>[A-Za-z_][\w, \t]*=[ \t]*)?`;
const MAGIC = pythonPattern(String.raw`\A${HEAD}%(?P<name>%?[\w.]+)[ \t]*`);
const SHELL = pythonPattern(String.raw`\A${HEAD}!!?`);
const ASKED = pythonPattern(String.raw`\A${HEAD}(?P<query>\?\??)[ \t]*+(?P<topic>[%*\w.]*+)[ \t]*+\Z`, {
  places: true
});
const QUERY = pythonPattern(
  String.raw`\A(?P<indent>[ \t]*)(?P<topic>%{0,2}[A-Za-z_*][\w.*]*)[ \t]*(?P<query>\?\??)[ \t]*\Z`,
  {
    places: true
  }
);

/** An action that stands between two feeds, and the span of its line. */
export interface Cut {
  readonly start: number;
  readonly end: number;
  readonly action: Action;
}

export interface MagicLines {
  readonly edits: Edit[];
  readonly parts: Set<string>;
  /** In the order of the text, as the edits are. */
  readonly cuts: Cut[];
}

/** Whether a line is a question, such as `str.join?`. */
export function isQuestion(line: string): boolean {
  return QUERY.test(line);
}

/** A line that is a magic: what the table is asked, and where in the line its arguments begin. */
interface Found {
  readonly indent: string;
  readonly target: string;
  readonly name: string;
  readonly args: string;
  readonly argsAt: number;
  /** What a value is asked of if it has none. */
  readonly called: string;
}

/** What stands for the magics of a text behind an offset. block: the indentation that they get beside their own. */
export function magicLines(text: string, offset: number, table: () => MagicTable, block = ''): MagicLines {
  const found: MagicLines = { edits: [], parts: new Set(), cuts: [] };
  const body = text.slice(offset);
  if (!/[%!?]/.test(body)) return found;
  const magics = table();
  for (const [from, to] of logicalLines(body)) {
    const start = from + offset;
    const end = to + offset;
    if (found.edits.length + found.cuts.length > MOST_MAGICS) {
      throw refused(`this cell holds more than ${thousands(MOST_MAGICS)} magics: split it`, text, start);
    }
    const line = read(text.slice(start, end));
    if (line !== null) expand(found, magics, line, start, end, block);
  }
  return found;
}

function read(line: string): Found | null {
  const stripped = strip(line);
  if (stripped === '' || stripped.startsWith('#')) return null;
  const asked = rstrip(line).endsWith('?') ? QUERY.exec(line) : null;
  if (asked !== null) return question(asked);
  return '%!?'.includes(lstrip(line).charAt(0)) || line.includes('=') ? magic(line) : null;
}

function magic(line: string): Found | null {
  const named = MAGIC.exec(line);
  if (named !== null) {
    const { indent = '', target = '', name = '' } = named.groups ?? {};
    const argsAt = named[0].length;
    return { indent, target, name, args: rstrip(line.slice(argsAt)), argsAt, called: name };
  }
  const shell = SHELL.exec(line);
  if (shell !== null) {
    const { indent = '', target = '' } = shell.groups ?? {};
    const argsAt = shell[0].length;
    return { indent, target, name: '!', args: strip(line.slice(argsAt)), argsAt, called: '!' };
  }
  const asked = ASKED.exec(line);
  return asked === null ? null : question(asked);
}

function question(match: RegExpExecArray): Found {
  const { indent = '', target = '', query = '', topic = '' } = match.groups ?? {};
  return { indent, target, name: query, args: topic, argsAt: match.indices?.groups?.['topic']?.[0] ?? 0, called: '!' };
}

function expand(found: MagicLines, magics: MagicTable, line: Found, at: number, end: number, block: string): void {
  let { target } = line;
  let start = at;
  let rewrite = magics.line(line.name, line.args);
  if (target !== '' && !rewrite.isExpression && !rewrite.value) rewrite = magics.line('=', line.called);
  for (const part of rewrite.parts ?? []) found.parts.add(part);
  const { action } = rewrite;
  if (action && line.indent === '' && target === '') {
    found.cuts.push({ start, end, action });
    return;
  }
  if (action) rewrite = magics.line('alone', action.name);
  if (!rewrite.value) {
    start += target.length;
    target = '';
  }
  const { indent } = line;
  found.edits.push(...around(rewrite, start + indent.length, end, at + line.argsAt, block + indent, target));
}

/** The edits that put a rewrite in the place of a span. argsAt: where the magic's arguments begin. */
export function around(
  rewrite: Rewrite,
  start: number,
  end: number,
  argsAt: number,
  indent: string,
  target = ''
): Edit[] {
  const value = rewrite.value ? `\n${target}${rewrite.value}` : '';
  const before = (rewrite.before ?? '').replaceAll('\n', `\n${indent}`);
  const after = ((rewrite.after ?? '') + value).replaceAll('\n', `\n${indent}`);
  if (!rewrite.keep) return [edit(start, end, before + after, shifted(rewrite.blame, argsAt))];
  const first = argsAt + rewrite.keep[0];
  const last = argsAt + rewrite.keep[1];
  // an error at the end of the code is reported in the text after it
  return [edit(start, first, before, [first, last]), edit(last, end, after, [Math.max(first, last - 1), last])];
}
