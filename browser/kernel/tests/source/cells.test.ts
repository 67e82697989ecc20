import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Feed } from '../../src/source/feed';
import { builtParser } from '../parser';
import { parse } from '../../src/source/cell';
import { NOTHING_KNOWN } from '../../src/source';
import { characters } from '../../src/source/python_text';
import { SourceError } from '../../src/source/source_error';
import { parseWith } from '../../src/source/syntax_trees';
import type { Action, CellRewrite, MagicTable, Rewrite, SessionNames } from '../../src/source';
import type { Lines4 } from '../../src/source/source_map';

interface ExpectedFeed {
  text: string;
  parts: string[];
  /** Places in it, and those of the cell that they come from. */
  places: (readonly [Lines4, Lines4])[];
  last: string | null;
}

interface Expected {
  text: string;
  known: boolean;
  magics: { call: string[]; rewrite: Rewrite | CellRewrite }[];
  refused?: string;
  place?: unknown;
  steps?: (ExpectedFeed | Action)[];
  python?: string;
}

const expected = JSON.parse(readFileSync(new URL('../generated/source.json', import.meta.url), 'utf-8')) as Expected[];
parseWith(await builtParser());

/** A session that defines some names, of which some may lead to the host; as `Known` in `browser/conformance/source.py`. */
const KNOWN: SessionNames = {
  undefinedOf: names => new Set([...names].filter(name => characters(name) % 2 === 0)),
  asking: () => new Set(['fetch', 'price', 'ask']),
  remembersErrors: true,
  granted: new Map([
    ['tools', ['price', '_key', 'ask']],
    ['operator', ['add', 'sub']]
  ])
};

function made(cell: Expected): Expected {
  const rewrites = new Map(cell.magics.map(each => [JSON.stringify(each.call), each.rewrite]));
  const asked = (...call: string[]): Rewrite & CellRewrite => {
    const rewrite = rewrites.get(JSON.stringify(call));
    if (rewrite === undefined) throw new Error(`not asked there: ${call.join(' ')}`);
    return rewrite;
  };
  const table: MagicTable = {
    line: (name, args) => asked('line', name, args),
    cell: (name, args, body) => asked('cell', name, args, body)
  };
  const names = cell.known ? KNOWN : NOTHING_KNOWN;
  try {
    const found = parse({ label: 'In[7]', text: cell.text }, () => table, { number: 7, names });
    const steps = found.steps.map((step, index) => {
      if (!(step instanceof Feed)) return step;
      const expectedStep = cell.steps?.[index];
      const probes = expectedStep !== undefined && 'places' in expectedStep ? expectedStep.places : [];
      const places = probes.map(([span]) => [span, step.toCell(...span)] as const);
      const last = step.maps[0]?.edits.at(-1)?.text.includes('__mk_show') ? step.lastLine().text : null;
      return { text: step.text, parts: [...step.parts].sort(), places, last };
    });
    return { ...cell, steps, python: found.python };
  } catch (error) {
    if (error instanceof SourceError) return { ...cell, refused: error.message, place: error.place };
    throw error;
  }
}

/** Cells that a native kernel with Python 3.11 reads otherwise, as it knows neither template strings nor PEP 701. */
const NEWER_SYNTAX = ["t'{1}'", 'print(f"the {rob|} and more")'];

/** What two kernels made of a cell, without what is the same. */
function told(found: Expected, cell: Expected): object {
  const feeds = (made: Expected): unknown =>
    made.refused ?? made.steps?.map(step => ('text' in step ? step.text : step.name));
  const texts = JSON.stringify(feeds(found)) === JSON.stringify(feeds(cell));
  return { text: cell.text, ...(texts ? { found, cell } : { found: feeds(found), cell: feeds(cell) }) };
}

test('every cell becomes the same feeds', () => {
  const different = expected.flatMap(cell => {
    if (NEWER_SYNTAX.includes(cell.text)) return [];
    const found = made(cell);
    return JSON.stringify(found) === JSON.stringify(cell) ? [] : [told(found, cell)];
  });
  expect(different.slice(0, 20)).toEqual([]);
  expect(expected.length).toBeGreaterThan(5_000);
});
