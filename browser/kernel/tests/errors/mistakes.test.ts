import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { unparsed } from '../../src/errors/failures';
import { parse } from '../../src/source/cell';
import { Feed } from '../../src/source/feed';
import { parseWith } from '../../src/source/syntax_trees';
import { builtParser } from '../parser';

const file = new URL('../generated/mistakes.json', import.meta.url);
const mistakes = JSON.parse(readFileSync(file, 'utf-8')) as [string, string, string, number, number][];
parseWith(await builtParser());

test.each(mistakes)('%j', (text, ename, message, line, column) => {
  const [feed] = parse({ label: 'In[1]', text }, () => ({ line: () => ({}), cell: () => ({}) })).steps;
  const failure = feed instanceof Feed ? unparsed(feed) : null;
  const frame = failure?.frames[0];
  expect([failure?.ename, failure?.evalue, frame?.line, frame?.column]).toEqual([ename, message, line, column]);
});
