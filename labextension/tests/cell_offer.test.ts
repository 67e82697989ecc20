/** Where the button at a cell leads. */

import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { offerOf } from '../src/cell_offer';
import type { Offer, Place } from '../src/cell_offer';
import type { State } from '../src/protocol';
import { change, changed, state } from './states';

const trans = nullTranslator.load('monty-kernel');
const SOME = { changes: changed(change('x', '1', '2')) };
const NONE = { changes: changed() };

function at(present: number, states: readonly State[]): (number: number) => Offer | null {
  const known = new Map(states.map(each => [each.number, each]));
  const path: number[] = [];
  for (let here: number | null | undefined = present; typeof here === 'number'; here = known.get(here)?.parent) {
    path.push(here);
  }
  const place: Place = {
    path,
    states: known,
    stepsBack: number => (path.includes(number) ? path.indexOf(number) : undefined)
  };
  return number => offerOf(known.get(number) ?? state(number, null), place, trans);
}

describe('the button at a cell', () => {
  it('goes back to the state after it, and says which cells that undoes', () => {
    const offer = at(
      6,
      [0, 1, 2, 3, 4, 5, 6].map(number => state(number, number === 0 ? null : number - 1, SOME))
    );
    expect(offer(5)).toEqual({ sign: '↶', target: 5, title: 'Go back to the state after this cell: undoes In[6]' });
    expect(offer(4)?.title).toBe('Go back to the state after this cell: undoes In[5], In[6]');
    expect(offer(1)?.title).toBe('Go back to the state after this cell: undoes In[2], In[3], In[4] and 2 more');
  });

  it('undoes the cell whose state is the present one', () => {
    const states = [state(0, null), state(1, 0, SOME), state(2, 1, SOME)];
    expect(at(2, states)(2)).toEqual({ sign: '↶', target: 1, title: 'Undo this cell: x: 1 → 2' });
    expect(at(1, states.slice(0, 2))(1)).toMatchObject({ target: 0 });
    const unknown = { changes: { compared: false as const, why: 'too large' } };
    expect(at(2, [...states.slice(0, 2), state(2, 1, unknown)])(2)?.title).toBe(
      'Undo this cell: changed, not compared'
    );
  });

  it('undoes the cell that was only looked at since, as undo does', () => {
    const states = [state(0, null), state(1, 0, SOME), state(2, 1, SOME), state(3, 2, NONE), state(4, 3, NONE)];
    const offer = at(4, states);
    expect(offer(4)).toBeNull();
    expect(offer(3)?.title).toBe('Go back to the state after this cell: undoes In[4]');
    expect(offer(2)).toEqual({ sign: '↶', target: 1, title: 'Undo this cell: x: 1 → 2' });
    expect(offer(1)?.title).toBe('Go back to the state after this cell: undoes In[2], In[3], In[4]');
  });

  it('goes forward to what was undone, and from one branch to another', () => {
    const states = [state(0, null), state(1, 0, SOME), state(2, 1, SOME), state(3, 2, SOME)];
    expect(at(1, states)(3)).toEqual({
      sign: '↷',
      target: 3,
      title: 'Go forward to the state after this cell: redoes In[2], In[3]'
    });
    expect(at(4, [...states, state(4, 1, SOME)])(3)?.title).toBe(
      'Go forward to the state after this cell: undoes In[4], redoes In[2], In[3]'
    );
  });

  it('is not there where the state is gone', () => {
    const gone = { ...SOME, where: null };
    const states = [state(0, null), state(1, 0, gone), state(2, 1, SOME), state(3, 1, gone)];
    for (const number of [1, 2, 3]) expect(at(2, states)(number)).toBeNull();
  });

  it('tells no more of a long way than one reads', () => {
    const states = Array.from({ length: 10_001 }, (_, number) => state(number, number === 0 ? null : number - 1, NONE));
    expect(at(10_000, states)(1)?.title).toBe(
      'Go back to the state after this cell: undoes In[2], In[3], In[4] and 9996 more'
    );
    expect(at(0, states)(10_000)?.title).toBe('Go forward to the state after this cell');
  });
});
