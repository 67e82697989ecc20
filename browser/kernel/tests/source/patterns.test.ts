/** Patterns that are compiled at their first use behave as if they had been compiled at once. */

import { describe, expect, test } from 'vitest';

import { LatePattern } from '../../src/source/late_pattern';
import { fullMatch, pythonPattern } from '../../src/source/python_pattern';

const SOURCE = String.raw`(\w)(\d)?`;
const TEXT = 'a1 b c3 ä٣';

describe.each(['u', 'gu', 'yu', 'dgu'])('a late pattern with the flags %s', flags => {
  const both = (): [RegExp, RegExp] => {
    const plain = String.raw`([\p{L}\p{N}_])(\p{Nd})?`;
    return [new LatePattern(flags, () => plain), new RegExp(plain, flags)];
  };

  test.each<[string, (pattern: RegExp) => unknown]>([
    ['exec', pattern => [pattern.exec(TEXT), pattern.lastIndex, pattern.exec(TEXT), pattern.lastIndex]],
    ['exec from a place', pattern => ((pattern.lastIndex = 3), [pattern.exec(TEXT), pattern.lastIndex])],
    ['test', pattern => [pattern.test(TEXT), pattern.lastIndex, pattern.test('-'), pattern.lastIndex]],
    ['match', pattern => [TEXT.match(pattern), pattern.lastIndex]],
    ['replace by a text', pattern => [TEXT.replace(pattern, '[$1]'), pattern.lastIndex]],
    ['replace by a function', pattern => TEXT.replace(pattern, (...found: string[]) => JSON.stringify(found))],
    ['search', pattern => [TEXT.search(pattern), pattern.lastIndex]],
    ['split', pattern => [TEXT.split(pattern), TEXT.split(pattern, 2)]],
    ['what it says of itself', pattern => [pattern.source, pattern.flags, String(pattern), pattern instanceof RegExp]],
    ['a copy', pattern => new RegExp(pattern.source, pattern.flags).exec(TEXT)],
    ['the whole text', pattern => [fullMatch(pattern, 'a1')?.[0], fullMatch(pattern, 'a1 ')]]
  ])('%s', (_, use) => {
    const [late, plain] = both();
    expect(use(late)).toEqual(use(plain));
  });

  test.runIf(flags.includes('g'))('matchAll', () => {
    const [late, plain] = both();
    expect([...TEXT.matchAll(late)]).toEqual([...TEXT.matchAll(plain)]);
    late.lastIndex = plain.lastIndex = 4;
    expect([...TEXT.matchAll(late)]).toEqual([...TEXT.matchAll(plain)]);
  });
});

test('a pattern in the words of Python is read at its first use', () => {
  expect(pythonPattern(SOURCE).exec('ä٣')?.slice()).toEqual(['ä٣', 'ä', '٣']);
  const wrong = pythonPattern(String.raw`\G`);
  expect(() => wrong.test('')).toThrow('not translated');
});
