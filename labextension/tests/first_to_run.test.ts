/** The first cell that has to run. */

import { expect, test } from 'vitest';

import { firstToRun } from '../src/first_to_run';
import type { Seen, Session } from '../src/first_to_run';
import type { SourceOfState, State } from '../src/protocol';
import { state } from './states';

/** A session in which cells ran with these texts, by their states' numbers. */
class Ran implements Session {
  readonly states: Map<number, State>;
  readonly asked: number[] = [];

  constructor(
    readonly present: number,
    states: readonly State[],
    private readonly sources: Readonly<Record<number, string>>
  ) {
    this.states = new Map(states.map(each => [each.number, each]));
  }

  isOnPath(number: number): boolean {
    for (let here: number | null | undefined = this.present; typeof here === 'number';) {
      if (here === number) return true;
      here = this.states.get(here)?.parent;
    }
    return false;
  }

  source(number: number): Promise<SourceOfState> {
    this.asked.push(number);
    return Promise.resolve({ status: 'ok', source: this.sources[number] ?? null });
  }
}

const STATES = [state(0, null), state(1, 0), state(2, 1), state(3, 2)];
const SOURCES = { 1: 'a', 2: 'b', 3: 'c' };

function seen(session: Ran, ...cells: (readonly [string, number | null])[]): Seen[] {
  return cells.map(([source, number]) => ({
    source,
    state: number === null ? undefined : session.states.get(number)
  }));
}

test('nothing to run where nothing was edited', async () => {
  const session = new Ran(3, STATES, SOURCES);
  expect(await firstToRun(seen(session, ['a', 1], ['b', 2], ['c', 3]), session)).toBeNull();
});

test('the first cell that was edited runs in the state after the one before it', async () => {
  const session = new Ran(3, STATES, SOURCES);
  const cells = seen(session, ['a', 1], ['edited', 2], ['edited too', 3]);
  expect(await firstToRun(cells, session)).toEqual({ index: 1, before: 1 });
  expect(session.asked).toEqual([1, 2]); // and nothing behind it is asked for
  expect(await firstToRun(seen(session, ['edited', 1]), session)).toEqual({ index: 0, before: 0 });
});

test('blank lines and spaces at the end are no edit, as they are none for the mark at the cell', async () => {
  const session = new Ran(3, STATES, SOURCES);
  expect(await firstToRun(seen(session, ['a\n\n', 1], ['b  ', 2], ['c', 3]), session)).toBeNull();
  expect(await firstToRun(seen(session, ['a', 1], ['  b', 2], ['c', 3]), session)).toEqual({ index: 1, before: 1 });
});

test('a cell whose text is not known any more runs', async () => {
  const session = new Ran(3, STATES, { 1: 'a', 3: 'c' });
  expect(await firstToRun(seen(session, ['a', 1], ['', 2]), session)).toEqual({ index: 1, before: 1 });
});

test('a cell that never ran is where it starts', async () => {
  const session = new Ran(3, STATES, SOURCES);
  const cells = seen(session, ['a', 1], ['new', null], ['b', 2], ['c', 3]);
  expect(await firstToRun(cells, session)).toEqual({ index: 1, before: 1 });
  expect(await firstToRun(seen(session, ['new', null]), session)).toEqual({ index: 0, before: 0 });
});

test('a cell that failed or was undone runs again', async () => {
  const failed = new Ran(2, [state(0, null), state(1, 0), state(2, 1, { failed: true })], SOURCES);
  expect(await firstToRun(seen(failed, ['a', 1], ['b', 2]), failed)).toEqual({ index: 1, before: 1 });
  const undone = new Ran(1, STATES, SOURCES);
  expect(await firstToRun(seen(undone, ['a', 1], ['b', 2]), undone)).toEqual({ index: 1, before: 1 });
});

test('cells that ran in another order run again from where they differ', async () => {
  const session = new Ran(3, STATES, { 1: 'a', 2: 'c', 3: 'b' });
  const cells = seen(session, ['a', 1], ['b', 3], ['c', 2]);
  expect(await firstToRun(cells, session)).toEqual({ index: 1, before: 1 });
  const twice = new Ran(3, STATES, { 1: 'a', 2: 'b', 3: 'b' });
  expect(await firstToRun(seen(twice, ['a', 1], ['b', 3]), twice)).toEqual({ index: 1, before: 1 });
});

test('what a cell did that is not there any more is taken back', async () => {
  const session = new Ran(3, STATES, SOURCES);
  expect(await firstToRun(seen(session, ['a', 1], ['c', 3]), session)).toEqual({ index: 1, before: 1 });
  expect(await firstToRun(seen(session, ['a', 1], ['b', 2]), session)).toEqual({ index: 2, before: 2 });
});

test('a text that is not known counts as edited', async () => {
  const session = new Ran(1, STATES, {});
  expect(await firstToRun(seen(session, ['a', 1]), session)).toEqual({ index: 0, before: 0 });
});

test('the start is that of the tree which the session is in', async () => {
  const session = new Ran(8, [state(7, null), state(8, 7)], { 8: 'a' });
  expect(await firstToRun(seen(session, ['edited', 8]), session)).toEqual({ index: 0, before: 7 });
});
