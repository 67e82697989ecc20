import { describe, expect, test } from 'vitest';
import { missing, PARTS, source } from '../../src/engine/prelude';
import { MODULES } from '../../src/source/shipped_names';
import { hasWasm, Page } from './page';

async function page(): Promise<Page> {
  const made = new Page();
  await made.start();
  return made;
}

describe.runIf(hasWasm)('a module that is written for Monty', () => {
  test('is there in every form of an import', async () => {
    const session = await page();
    expect(await session.shown('import operator\noperator.add(1, 2), operator')).toBe("(3, <module 'operator'>)");
    expect(await session.shown('from operator import sub as less, add\nless(add(2, 2), 1)')).toBe('3');
    expect(await session.shown('from operator import *\nmul(2, 3)')).toBe('6');
    expect(await session.shown('from functools import *\nwraps(len)(reduce)(max, [1, 3])')).toBe('3');
    expect(await session.shown('import functools as ft\nft.wraps(len)(max)(1, 2)')).toBe('2');
    const { failure } = (await session.run('from operator import nothing')).outcome;
    expect(failure).toMatchObject({ ename: 'ImportError', evalue: "cannot import name 'nothing' from 'operator'" });
  });

  test('fails where it is imported if a page cannot do what it does', async () => {
    const session = await page();
    for (const cell of [
      'import matplotlib.pyplot as plt',
      'from matplotlib import pyplot',
      'x = 1\nimport matplotlib.pyplot'
    ]) {
      const { failure } = (await session.run(cell)).outcome;
      expect(failure?.ename).toBe('ImportError');
      expect(failure?.evalue).toContain('draws on a computer only');
    }
    expect(await session.shown('1 + 1')).toBe('2');
  });

  test('is in a state, and not in one before it', async () => {
    const session = await page();
    const empty = structuredClone(session.snapshot);
    await session.run('from operator import itemgetter\nimport operator');
    const later = new Page();
    await later.start(structuredClone(session.snapshot));
    expect(await later.shown('itemgetter(1)("ab"), operator.add(1, 1)')).toBe("('b', 2)");
    expect(await later.load(empty)).toBeNull();
    expect((await later.run('operator')).outcome.failure?.ename).toBe('NameError');
    expect(await later.shown('import operator\noperator.add(1, 2)')).toBe('3');
  });
});

test('parts come after those that they find, each once', () => {
  const wanted = new Set(['gap functools', 'shipped', 'module operator', 'showing']);
  const found = missing(wanted, new Set(['showing']));
  expect(found).toEqual(['shipped', 'gap functools', 'module operator']);
  expect(missing(new Set([...MODULES.keys()].map(name => `module ${name}`)), new Set()).map(source)).not.toContain('');
  expect(missing(new Set(PARTS), new Set())).toEqual(PARTS);
});

test('a part that is not there is not fed', () => {
  expect(() => missing(new Set(['module nothing']), new Set()).map(source)).toThrow('no part module nothing');
});
