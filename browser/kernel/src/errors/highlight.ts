/** The colours of code in tracebacks: those of IPython's `neutral` theme. */

import rewriting from '../generated/rewriting.json';
import { pythonPattern } from '../source/python_pattern';

const COLOURS: Readonly<Record<string, readonly [start: string, end: string]>> = {
  keyword: ['\x1b[38;5;28;01m', '\x1b[39;00m'],
  comment: ['\x1b[38;5;66;03m', '\x1b[39;00m'],
  string: ['\x1b[33m', '\x1b[39m'],
  number: ['\x1b[32m', '\x1b[39m']
};

// an unclosed string runs to the end of its line, or of the excerpt if it is triple-quoted
const STRINGS = [
  String.raw`"{3}(?:[^\\]|\\.)*?(?:"{3}|\Z)`,
  String.raw`'{3}(?:[^\\]|\\.)*?(?:'{3}|\Z)`,
  String.raw`"(?:[^"\\\n]|\\.)*(?:"|$|\Z)`,
  String.raw`'(?:[^'\\\n]|\\.)*(?:'|$|\Z)`
].join('|');
const TOKEN = pythonPattern(
  [
    String.raw`(?P<string>(?<![\w])[rRbBuUfFtT]{0,2}(?:${STRINGS}))`,
    String.raw`(?P<comment>#[^\n]*)`,
    String.raw`(?P<keyword>\b(?:${rewriting.keywords.join('|')})\b)`,
    String.raw`(?P<number>(?<![\w.])(?:0[xXoObB][\da-fA-F_]+|` +
      String.raw`(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+\-]?\d[\d_]*)?[jJ]?))`,
    String.raw`\w+`
  ].join('|'),
  { dotAll: true, multiline: true, global: true }
);

/** The lines with ANSI colours. Each line stands alone: a colour that runs on is closed and opened again. */
export function highlight(lines: readonly string[]): string[] {
  const text = lines.join('\n');
  const pieces: string[] = [];
  let position = 0;
  for (const match of text.matchAll(TOKEN)) {
    const kind = Object.keys(COLOURS).find(each => match.groups?.[each] !== undefined);
    if (kind === undefined) continue;
    pieces.push(text.slice(position, match.index), coloured(match[0], kind));
    position = match.index + match[0].length;
  }
  return (pieces.join('') + text.slice(position)).split('\n');
}

function coloured(text: string, kind: string): string {
  const [start, end] = COLOURS[kind] ?? ['', ''];
  return text
    .split('\n')
    .map(part => (part === '' ? '' : start + part + end))
    .join('\n');
}
