import { describe, expect, it } from 'vitest';

import { MOST_LANES, rowsOf } from '../src/lanes';
import { state } from './states';

function drawn(states: [number, number | null][], present: number): string[] {
  return rowsOf(
    states.map(([number, parent]) => state(number, parent)),
    present
  ).map(({ state: { number }, lane, past, from, leads }) => {
    return `${number}@${lane} past ${past.join()} from ${from.join()}${leads ? ' leads' : ''}`;
  });
}

describe('the rows of a tree', () => {
  it('are one line, the newest first, without branches', () => {
    expect(
      drawn(
        [
          [0, null],
          [1, 0],
          [2, 1]
        ],
        2
      )
    ).toEqual(['2@0 past  from  leads', '1@0 past  from 0 leads', '0@0 past  from 0']);
  });

  it('have what was undone beside the way to the present state', () => {
    const tree: [number, number | null][] = [
      [0, null],
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 1]
    ];
    expect(drawn(tree, 4)).toEqual([
      '4@0 past  from  leads',
      '3@1 past 0 from  leads',
      '2@1 past 0 from 1 leads',
      '1@0 past  from 0,1 leads',
      '0@0 past  from 0'
    ]);
  });

  it('lead from undone states down to the present one', () => {
    expect(
      drawn(
        [
          [0, null],
          [1, 0],
          [2, 1]
        ],
        1
      )
    ).toEqual(['2@1 past  from  leads', '1@0 past  from 1 leads', '0@0 past  from 0']);
  });

  it('do not need states that are gone', () => {
    expect(
      drawn(
        [
          [5, 4],
          [6, 5]
        ],
        6
      )
    ).toEqual(['6@0 past  from  leads', '5@0 past  from 0']);
    expect(drawn([], 0)).toEqual([]);
  });

  it('stay narrow, and are soon there, with ten thousand branches', () => {
    const tree = Array.from({ length: 10_000 }, (_, index): [number, number] => [index + 1, 0]);
    const rows = rowsOf([state(0, null), ...tree.map(([number, parent]) => state(number, parent))], 10_000);
    expect(Math.max(...rows.map(row => row.lane))).toBe(MOST_LANES - 1);
    expect(rows.at(-1)?.lane).toBe(0);
  });
});
