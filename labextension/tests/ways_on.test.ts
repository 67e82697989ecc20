/** Where a redo leads. */

import { expect, test } from 'vitest';

import type { State } from '../src/protocol';
import { redoOf, WaysOn } from '../src/ways_on';
import { change, changed, state } from './states';

const SOME = { changes: changed(change('x', '1', '2')) };
const NONE = { changes: changed() };

class Walk {
  readonly waysOn = new WaysOn();
  readonly states: Map<number, State>;
  path: number[] = [];

  constructor(states: readonly State[]) {
    this.states = new Map(states.map(each => [each.number, each]));
  }

  go(present: number): this {
    this.path = [];
    for (let here: number | null | undefined = present; typeof here === 'number';) {
      this.path.push(here);
      here = this.states.get(here)?.parent;
    }
    this.waysOn.walked(this.path);
    return this;
  }

  get redo(): number | null | undefined {
    const found = redoOf(this);
    return found ? found.number : found;
  }
}

const LINE = [state(0, null), state(1, 0, SOME), state(2, 1, SOME), state(3, 2, SOME)];

test('nothing to redo where nothing was undone', () => {
  expect(new Walk([]).redo).toBeUndefined();
  expect(new Walk(LINE).go(3).redo).toBeUndefined();
});

test('the cell behind the present state is done again, also for who did not see it undone', () => {
  expect(new Walk(LINE).go(1).redo).toBe(2);
});

test('the branch that was left last is gone on with', () => {
  const walk = new Walk([...LINE, state(4, 1, SOME)]);
  expect(walk.go(1).redo).toBeNull(); // nobody here saw which one that is
  expect(walk.go(3).go(1).redo).toBe(2);
  expect(walk.go(4).go(1).redo).toBe(4);
  expect(walk.go(4).redo).toBeUndefined(); // it changed something: a branch of its own
});

test('a cell that only looks takes no redo away, and is not what is told', () => {
  const walk = new Walk([...LINE.slice(0, 2), state(2, 1, NONE), state(3, 2, SOME), state(4, 1, NONE)]);
  expect(walk.go(3).go(1).go(4).redo).toBe(3);
  const unknown = new Walk([...LINE, state(4, 1)]); // nobody has looked yet: the kernel will say
  expect(unknown.go(3).go(1).go(4).redo).toBe(2);
});

test('a cell outside the history takes no redo away', () => {
  const walk = new Walk([...LINE, state(-1, 1, NONE)]);
  expect(walk.go(3).go(1).go(-1).go(1).redo).toBe(2);
});
