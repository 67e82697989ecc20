import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { askedInVain } from '../../src/errors/asked_in_vain';
import { FailedCells } from '../../src/errors/failed_cells';
import { stray } from '../../src/errors/failures';
import { keyText } from '../../src/errors/keys';
import { locate } from '../../src/errors/locate';
import { restOfImport } from '../../src/errors/partial_imports';
import { render } from '../../src/errors/tracebacks';
import { parseWith } from '../../src/source/syntax_trees';
import { reworded } from '../conformance/sessions';
import { builtParser } from '../parser';
import type { CellSource } from '../../src/source';
import type { Failure } from '../../src/worker/messages';

type Event = ['explained', Failure, CellSource, Failure] | ['passed' | 'passedOver', string];

interface Expected {
  rendered: [Failure, ReturnType<typeof render>][];
  located: [Failure, CellSource, CellSource[], Failure][];
  rests: [Failure, string | null][];
  strays: [CellSource, string, Failure | null][];
  keys: [string, string][];
  asked: [[string, string], [string, string]][];
  sessions: Event[][];
}

const file = new URL('../generated/errors.json', import.meta.url);
const expected = JSON.parse(readFileSync(file, 'utf-8')) as Expected;
parseWith(await builtParser());

/** What differs from what the native kernel says, the first few. */
function different<T>(pairs: Iterable<readonly [ours: T, theirs: T]>): { ours: T; theirs: T }[] {
  return [...pairs]
    .filter(([ours, theirs]) => JSON.stringify(ours) !== JSON.stringify(theirs))
    .slice(0, 20)
    .map(([ours, theirs]) => ({ ours, theirs }));
}

/** What is said otherwise here: limits are no options of a command line, and there are no tools of the person's. */
function isOtherwise(line: string): boolean {
  return /To allow more|--tools/.test(line);
}

test('tracebacks, with their hints', () => {
  const shown = expected.rendered.filter(([, error]) => !error.traceback.some(isOtherwise));
  const worded = (error: (typeof shown)[0][1]): typeof error => ({
    ...error,
    traceback: error.traceback.map(line => reworded(line)) // cells may have such words, too
  });
  expect(different(shown.map(([failure, error]) => [worded(render(failure)), worded(error)] as const))).toEqual([]);
  expect(shown.length).toBeGreaterThan(1_000);
});

test('where an error stands', () => {
  const pairs = expected.located.map(
    ([failure, cell, cells, located]) => [locate(failure, cell, cells), located] as const
  );
  expect(different(pairs)).toEqual([]);
  const moved = expected.located.filter(
    ([failure, , , located]) => JSON.stringify(failure) !== JSON.stringify(located)
  );
  expect(moved.length).toBeGreaterThan(20);
});

test('the rest of an import', () => {
  const pairs = expected.rests.map(([failure, code]) => [restOfImport(failure), code] as const);
  expect(different(pairs)).toEqual([]);
  expect(expected.rests.filter(([, code]) => code !== null).length).toBeGreaterThan(5);
});

test('a return or an await in the wrong place', () => {
  const pairs = expected.strays.map(
    ([source, python, failure]) => [stray({ source, steps: [], python }), failure] as const
  );
  expect(different(pairs)).toEqual([]);
  expect(expected.strays.filter(([, , failure]) => failure !== null).length).toBeGreaterThan(5);
});

test('keys, and what cannot ask the host', () => {
  expect(different(expected.keys.map(([message, said]) => [keyText(message), said] as const))).toEqual([]);
  expect(different(expected.asked.map(([given, said]) => [askedInVain(...given), said] as const))).toEqual([]);
});

test('what failed because an earlier cell had', () => {
  const pairs = expected.sessions.flatMap(events => {
    const cells = new FailedCells();
    return events.flatMap(event => {
      if (event[0] === 'explained') {
        const [, failure, cell, explained] = event;
        return [[cells.explained(failure, cell), explained] as const];
      }
      cells[event[0]](event[1]);
      return [];
    });
  });
  expect(different(pairs)).toEqual([]);
  expect(pairs.filter(([, { note }]) => note?.includes('was to come from')).length).toBeGreaterThan(20);
});
