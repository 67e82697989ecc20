import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorServices } from '../../src/errors/services';
import { magicServices } from '../../src/magics/services';
import { plainServices } from '../../src/worker/plain_services';
import { hasWasm, Page } from '../worker/page';

interface Shown {
  ename: string;
  evalue: string;
  traceback: string[];
}

const file = new URL('../generated/errors.json', import.meta.url);
const { books } = JSON.parse(readFileSync(file, 'utf-8')) as { books: [string, Shown | null][][] };

/** What CPython says of syntax for which the parser has words of its own. */
const IN_OTHER_WORDS =
  /^(?:invalid syntax|cannot assign to|illegal target|unexpected character after line continuation)/;

const ANSI = /\u001b\[[\d;]*m/g;

/** The errors of a notebook in both kernels, as far as they have to be the same. */
async function errors(book: [string, Shown | null][]): Promise<[ours: unknown, theirs: unknown][]> {
  const page = new Page({ seconds: 5 }, { ...plainServices(), ...magicServices(), ...errorServices() });
  await page.start();
  const found: [unknown, unknown][] = [];
  for (const [cell, theirs] of book) {
    if (cell.trim() === '') continue; // it has no number
    const { failure } = (await page.run(cell)).outcome;
    const { ename, evalue, traceback = [] } = failure ?? { ename: '', evalue: '' };
    const ours = failure && { ename, evalue, traceback };
    const other = ename === 'SyntaxError' && theirs !== null && IN_OTHER_WORDS.test(theirs.evalue);
    found.push(other ? [withoutWords(ours), withoutWords(theirs)] : [ours, theirs]);
  }
  return found;
}

/** An error without what it says and the carets: its place and its hints. */
function withoutWords(error: Shown | null): unknown {
  const lines = error?.traceback.join('\n').replace(ANSI, '').split('\n') ?? [];
  return [error?.ename, ...lines.slice(0, 2), ...lines.filter(line => line.startsWith('Hint:'))];
}

test.runIf(hasWasm)('the errors of whole notebooks', { timeout: 600_000 }, async () => {
  const different: unknown[] = [];
  let count = 0;
  for (const book of books) {
    if (book.some(([cell]) => /^[ \t]*%/m.test(cell))) continue; // magics may need the page
    for (const [ours, theirs] of await errors(book)) {
      const toolsApart = JSON.stringify(theirs).includes('--tools'); // no page has any
      if (theirs !== null) count += 1;
      if (JSON.stringify(ours) !== JSON.stringify(theirs) && !toolsApart) different.push({ ours, theirs });
    }
  }
  expect(different).toEqual([]);
  expect(count).toBeGreaterThan(700);
});
