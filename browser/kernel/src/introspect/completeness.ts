/** Whether a console should run what was typed or wait for more, by the rules that users of IPython know. */

import { surroundings } from './cursor';
import { asPython } from './place';

export interface Completeness {
  status: 'complete' | 'incomplete' | 'invalid' | 'unknown';
  indent?: string;
}

const LONGEST = 200_000;

/** A block or a cell magic is complete once a blank line follows it. Code that the parser refuses is for it to refuse. */
export function judge(typed: string): Completeness {
  if (typed.length > LONGEST) return { status: 'unknown' };
  const code = typed.replace(/\r\n?/g, '\n');
  const incomplete: Completeness = { status: 'incomplete', indent: indentOf(code) };
  const lastLineBlank = /\n[ \t]*$/.test(code);
  if (code.trimStart().startsWith('%%')) return lastLineBlank ? { status: 'complete' } : incomplete;
  const text = asPython(code);
  if (text.trim() === '') return { status: 'complete' };
  if (/\\\n?[ \t]*$/.test(text) && !code.endsWith('\n\n')) return incomplete;
  const { stack, isUnbalanced } = surroundings(text, text.length);
  if (isUnbalanced) return { status: 'invalid' };
  const inside = stack.at(-1);
  if (inside !== undefined && inside.kind !== 'comment') {
    const isOneLine = (inside.kind === 'string' || inside.kind === 'template') && inside.quote.length === 1;
    return isOneLine ? { status: 'invalid' } : incomplete;
  }
  const lines = text.split('\n').filter(line => line.trim() !== '');
  const last = withoutComment(lines.at(-1) ?? '');
  if (/:\s*$/.test(last) || /^\s*@/.test(last)) return incomplete;
  const first = lines[0] ?? '';
  const margin = first.length - first.trimStart().length;
  const isInBlock =
    last.length - last.trimStart().length > margin || /^\s*(?:if|for|while|with|def|class|try|async)\b.*:/.test(last);
  return isInBlock && !lastLineBlank ? incomplete : { status: 'complete' };
}

function withoutComment(line: string): string {
  const last = surroundings(line, line.length).stack.at(-1);
  return last?.kind === 'comment' ? line.slice(0, last.start).trimEnd() : line;
}

/** The indentation of the last line, one level deeper after a colon. */
function indentOf(code: string): string {
  const line = code.split('\n').findLast(each => each.trim() !== '') ?? '';
  const spaces = line.replaceAll('\t', '    ').length - line.replaceAll('\t', '    ').trimStart().length;
  return ' '.repeat(spaces + (line.trimEnd().endsWith(':') ? 4 : 0));
}
