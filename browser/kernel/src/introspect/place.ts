/** The place of the cursor in a half-typed cell: in a magic, or in Python. */

import language from '../generated/language.json';

const LINE_MAGIC = /^[ \t]*(?:%[A-Za-z_%]|!|\?).*$/gm;
const QUERY = /^([ \t]*[A-Za-z_][\w.]*)(\?\??)[ \t]*$/gm;
const ASSIGNED = /^([ \t]*[A-Za-z_][\w, ]*=[ \t]*)([%!].*)$/gm;
const ASSIGNMENT = /^[ \t]*[A-Za-z_][\w, ]*=[ \t]*(?=[%!])/;
const CELL = /^\s*%%([\w.]*)/;
const HEAD = /[ \t]*(%%?)([\w.]*)/y;
const OPTIONS = /(?:[ \t]+--?[A-Za-z][\w-]*(?:(?:[ \t]+|=)[\d.]+|[\d.]+)?)*[ \t]+(?!-)/y;
const QUESTION = /^[ \t]*\?{1,2}[ \t]*(?![?%\s])/;
const NOT_PYTHON = new Set(language.notPython);

/** The part of a magic that the cursor is in. */
export interface MagicPlace {
  readonly part: 'name' | 'option' | 'python' | 'nothing';
  /** Where the name (including `%`), the option or the Python begins. */
  readonly start: number;
  readonly sigil: string;
  readonly name: string;
  /** Whether it is on the cell's first line, where cell magics may stand. */
  readonly first: boolean;
}

/** The magic that the cursor is in; null for plain Python. */
export function magicPlace(code: string, cursor: number): MagicPlace | null {
  const lineStart = code.lastIndexOf('\n', cursor - 1) + 1;
  const at = (part: MagicPlace['part'], start: number, more: Partial<MagicPlace> = {}): MagicPlace => ({
    part,
    start,
    sigil: '',
    name: '',
    first: false,
    ...more
  });
  const nothing = at('nothing', cursor);
  const cell = CELL.exec(code);
  if (cell !== null && NOT_PYTHON.has(cell[1] ?? '') && cell[0].length < lineStart) return nothing;
  let typed = cursor === 0 ? '' : code.slice(lineStart, cursor);
  const isFirst = code.slice(0, lineStart).trim() === '';
  const question = QUESTION.exec(typed);
  if (question !== null) return at('python', lineStart + question[0].length);
  if (typed.trimStart().startsWith('?%')) typed = typed.replaceAll('?', ' ');
  const assigned = ASSIGNMENT.exec(typed);
  HEAD.lastIndex = assigned?.[0].length ?? 0;
  const begin = HEAD.lastIndex;
  const head = HEAD.exec(typed);
  if (assigned !== null && head === null) return nothing;
  QUERY.lastIndex = 0;
  if (/\?[ \t]*$/.test(typed) && QUERY.test(typed)) return nothing;
  if (head === null) return typed.trimStart().startsWith('!') ? nothing : null;
  const first = isFirst && assigned === null;
  const [whole, sigil = '', name = ''] = head;
  if (sigil.length === 2 && !first) return nothing;
  const end = begin + whole.length;
  if (end === typed.length) {
    return at('name', lineStart + end - sigil.length - name.length, { sigil, name, first });
  }
  if (!/\s/.test(typed.charAt(end))) return name === '' ? null : nothing;
  OPTIONS.lastIndex = end;
  const options = OPTIONS.exec(typed);
  const rest = options === null ? end : end + options[0].length;
  const word = /(?<=\s)-[\w-]*$/.exec(typed.slice(end));
  if (word !== null && rest <= end + word.index) return at('option', lineStart + end + word.index, { sigil, name });
  return at('python', lineStart + rest, { sigil, name });
}

/** The code with magics, `!commands` and `name?` replaced by blanks, character for character. */
export function asPython(code: string): string {
  return code
    .replace(LINE_MAGIC, line => ' '.repeat(line.length))
    .replace(ASSIGNED, (_, target: string, value: string) => target + '0'.padEnd(value.length))
    .replace(QUERY, (_, topic: string, marks: string) => topic.padEnd(topic.length + marks.length));
}

const BINDINGS = [
  /^[ \t]{0,100}([\p{L}_*(][\p{L}\p{N}_, \t*()]{0,300}?)(?::[^=\n]{1,200})?=(?!=)/gmu,
  /\bfor\b([^\n:]{1,200}?)\bin\b/gu,
  /\blambda\b([^:\n]{1,200}):/gu,
  /([\p{L}_][\p{L}\p{N}_]*)\s*:=/gu,
  /\bas\s+([\p{L}_][\p{L}\p{N}_]*)/gu,
  /\b(?:def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/gu,
  /\bdef\s+[\p{L}\p{N}_]+\s*\(([^)]{1,2000})/gu,
  /\bimport\b([^\n(]{1,500})/gu
];

/** Words that seem to be bound in a text: assignments, parameters, loop variables, imports. */
export function boundNames(text: string): Set<string> {
  const found = new Set<string>();
  for (const pattern of BINDINGS) {
    for (const match of text.matchAll(pattern)) {
      for (const word of (match[1] ?? '').matchAll(/(?<![.\p{L}\p{N}_])[\p{L}_][\p{L}\p{N}_]*/gu)) found.add(word[0]);
    }
  }
  for (const word of language.keywords) found.delete(word);
  return found;
}
