import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtParser } from '../parser';

const file = new URL('../generated/trees.json', import.meta.url);
const expected = JSON.parse(readFileSync(file, 'utf-8')) as { text: string; tree: unknown }[];
const parse = await builtParser();

/** What the tree of an older CPython lacks inside of f-strings, and what it gives no node of some classes. */
const MAY_LACK = ['s', 'e', 'value'];

/** Where a tree first says something else than CPython's. */
function difference(theirs: unknown, ours: unknown, path = ''): string | null {
  if (!isObject(theirs) || !isObject(ours))
    return theirs === ours ? null : `${path}: ${shown(theirs)}, not ${shown(ours)}`;
  const names = Object.keys(ours).filter(name => name in theirs || !MAY_LACK.includes(name));
  if (Object.keys(theirs).join() !== names.join()) return `${path}: ${Object.keys(theirs).join()}, not ${names.join()}`;
  for (const name of names) {
    const found = difference(theirs[name], ours[name], `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}

test('trees are those of CPython', () => {
  const different = expected.flatMap(({ text, tree }) => {
    const found = difference(tree, parse(text));
    return found === null ? [] : [`${found} in ${shown(text)}`];
  });
  expect(different).toEqual([]);
  expect(expected.length).toBeGreaterThan(3_000);
});
