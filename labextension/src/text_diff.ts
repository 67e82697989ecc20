/** How one text differs from another, line by line, as elements that hold text alone. */

import { diffLines } from 'diff';

import { harmless } from './words';

export type Line = readonly [sign: '+' | '−' | ' ', text: string];

/** Lines that are shown; characters of one. What a stranger wrote may be of any size. */
const MOST_LINES = 2_000;
const LONGEST = 2_000;

/** Milliseconds for a comparison. After that all of both texts is shown. */
const WITHIN = 500;

/** The lines of both texts, those that both have once. */
export function linesOf(before: string, after: string): Line[] {
  const parts = diffLines(ended(before), ended(after), { timeout: WITHIN }) ?? [
    { value: ended(before), removed: true, added: false },
    { value: ended(after), removed: false, added: true }
  ];
  return parts.flatMap(({ value, added, removed }) => {
    const sign = added ? '+' : removed ? '−' : ' ';
    return value
      .replace(/\n$/, '')
      .split('\n')
      .map((text): Line => [sign, text]);
  });
}

/** @param words - What `+` and `−` mean, for screen readers. */
export function diffNode(lines: readonly Line[], words: { added: string; removed: string; more: string }): HTMLElement {
  const node = document.createElement('div');
  node.className = 'mk-Diff';
  for (const [sign, text] of lines.slice(0, MOST_LINES)) {
    const line = document.createElement(sign === '+' ? 'ins' : sign === '−' ? 'del' : 'span');
    line.className = 'mk-Diff-line';
    line.textContent = `${sign} ${harmless(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)}`;
    if (sign !== ' ')
      line.setAttribute('aria-label', `${sign === '+' ? words.added : words.removed} ${text.slice(0, LONGEST)}`);
    node.append(line);
  }
  if (lines.length > MOST_LINES) node.append(words.more);
  return node;
}

function ended(text: string): string {
  return `${text.trimEnd()}\n`; // a last line without an end would differ from the same line with one
}
