import { beforeAll, describe, expect, it } from 'vitest';
import { Magics } from '../../src/magics/magics';
import { strip } from '../../src/source/python_text';
import { parseWith } from '../../src/source/syntax_trees';
import { builtParser } from '../parser';
import { inUnits, printedBy } from './native';
import type { Native } from './native';

const LINE = { before: '', keep: null, after: '', isExpression: false, action: null, value: '', blame: null };
const CELL = {
  before: '',
  keep: null,
  between: '',
  indent: '',
  finish: '',
  after: '',
  keepBody: true,
  blameArgs: null,
  blameBody: null
};

/** What the parser says of a text differs from what CPython says. */
const SYNTAX = /^__mk_magic\('!syntax', .*\)$/s;

function comparable(made: Record<string, unknown>): Record<string, unknown> {
  const before = String(made['before']);
  return SYNTAX.test(before) && !before.includes('outside') ? { before: 'a syntax error' } : made;
}

let native: Native;
const magics = new Magics();

beforeAll(async () => {
  parseWith(await builtParser());
  native = printedBy('magics') as Native;
}, 60_000);

describe('a magic is what it is in the native kernel', () => {
  it('as a line', () => {
    const wrong = native.lines.flatMap(({ name, args, made }) => {
      const text = strip(args);
      const spans = { keep: inUnits(made['keep'], text), blame: inUnits(made['blame'], text) };
      const mine = { ...LINE, ...magics.line(name, text) };
      const expected = comparable({ ...made, ...spans });
      const found = comparable({ ...mine, parts: [...(mine.parts ?? [])].sort() });
      return same(found, expected) ? [] : [{ name, args: args.slice(0, 60), found, expected }];
    });
    expect(wrong).toEqual([]);
    expect(native.lines.length).toBeGreaterThan(2_000);
  });

  it('as a cell', () => {
    const wrong = native.cells.flatMap(({ name, args, body, made }) => {
      const text = strip(args);
      const spans = {
        keep: inUnits(made['keep'], text),
        blameArgs: inUnits(made['blameArgs'], text),
        blameBody: inUnits(made['blameBody'], body)
      };
      const mine = { ...CELL, ...magics.cell(name, text, body) };
      const expected = comparable({ ...made, ...spans });
      const found = comparable({ ...mine, parts: [...(mine.parts ?? [])].sort() });
      return same(found, expected) ? [] : [{ name, args: args.slice(0, 60), body, found, expected }];
    });
    expect(wrong).toEqual([]);
    expect(native.cells.length).toBeGreaterThan(500);
  });
});

it('the catalogue says the same', () => {
  const { groups, looking, lines, cells, each } = native.catalogue;
  expect(magics.groups()).toEqual(groups);
  expect([...magics.looking].sort()).toEqual(looking);
  expect(magics.lineNames()).toEqual(lines);
  expect(magics.cellNames()).toEqual(cells);
  for (const [name, [options, words, kin, takesPython, help]] of Object.entries(each)) {
    expect(magics.options(name)).toEqual(options);
    expect(magics.words(name)).toEqual(words);
    expect(magics.kin(name)).toBe(kin);
    expect(magics.takesPython(name)).toBe(takesPython);
    expect(magics.help(name)).toBe(help);
  }
});

function same(one: unknown, other: unknown): boolean {
  return expectation(one) === expectation(other);
}

function expectation(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each
  );
}
