import { afterAll, describe, expect, test } from 'vitest';
import { decodeArena, valueAt } from '../../src/wire/decode';
import { encodeValue } from '../../src/wire/encode';
import { configure, feed } from '../../src/wire/requests';
import { raisedOf } from '../../src/wire/events';
import { fromPlain, toPlain } from '../../src/wire/plain';
import { tuple } from '../../src/wire/values';
import { hasNative, NativeWorker } from '../native_worker';
import type { Value } from '../../src/wire/values';

const ignore = (): void => undefined;

/** One session of the native worker. */
class Session {
  readonly worker = new NativeWorker();
  readonly #started = this.worker.turn(configure({ scriptName: 'main.py' }), ignore);

  /** What the last line gives. */
  async value(code: string, inputs: Record<string, Value> = {}): Promise<Value> {
    await this.#started;
    const event = await this.worker.turn(feed(code, Object.entries(inputs)), ignore);
    if (event.kind.case === 'error') throw new Error(raisedOf(event.kind.value.exception).message);
    if (event.kind.case !== 'complete') throw new Error(`it ended with ${String(event.kind.case)}`);
    return valueAt(decodeArena(event.kind.value.values), event.kind.value.value);
  }
}

describe.runIf(hasNative)('values of the native worker', () => {
  const session = new Session();
  afterAll(() => session.worker.end());

  const literals: [code: string, value: Value][] = [
    ['None', null],
    ['True', true],
    ['1', 1n],
    ['1.0', 1],
    ['-0.0', -0],
    ['float("nan")', NaN],
    ['float("-inf")', -Infinity],
    ['2**63 - 1', 2n ** 63n - 1n],
    ['-2**63', -(2n ** 63n)],
    ['2**63', 2n ** 63n],
    ['-2**200', -(2n ** 200n)],
    ['2**64 + 1', 2n ** 64n + 1n],
    ['"a\\0é😀"', 'a\0é😀'],
    ['b"\\x00\\xff"', new Uint8Array([0, 255])],
    ['[1, [2]]', [1n, [2n]]],
    ['(1,)', tuple(1n)],
    ['()', tuple()],
    [
      '{"b": 1, "a": 2, 3: None}',
      new Map<Value, Value>([
        ['b', 1n],
        ['a', 2n],
        [3n, null]
      ])
    ],
    ['{1, 2}', new Set<Value>([1n, 2n])],
    ['frozenset([1])', { py: 'frozenset', items: [1n] }],
    ['...', { py: 'ellipsis' }],
    ['NotImplemented', { py: 'NotImplemented' }],
    ['1 - 2j', { py: 'complex', real: 1, imag: -2 }],
    ['import datetime; datetime.date(2024, 2, 29)', { py: 'date', year: 2024, month: 2, day: 29 }],
    ['datetime.timedelta(days=-1, seconds=5)', { py: 'timedelta', days: -1, seconds: 5, microseconds: 0 }],
    ['datetime.timezone.utc', { py: 'timezone', offset: 0, name: null }],
    [
      'datetime.datetime(2024, 1, 2, 3, 4, 5, 6, datetime.timezone(datetime.timedelta(hours=1), "CET"))',
      {
        py: 'datetime',
        year: 2024,
        month: 1,
        day: 2,
        hour: 3,
        minute: 4,
        second: 5,
        microsecond: 6,
        zone: { offset: 3600, name: 'CET' }
      }
    ],
    ['datetime.time(1, 2)', { py: 'time', hour: 1, minute: 2, second: 0, microsecond: 0, zone: null, fold: 0 }],
    ['from decimal import Decimal; Decimal("1.20")', { py: 'Decimal', text: '1.20' }],
    ['from pathlib import Path; Path("/a/b")', { py: 'Path', path: '/a/b' }],
    ['ValueError("no")', { py: 'exception', type: 'ValueError', message: 'no' }],
    ['int', { py: 'type', name: 'int', origin: 'builtin', id: null, isDataclass: false, attributes: [] }],
    ['len', { py: 'builtin', name: 'len' }]
  ];

  test.each(literals)('%s comes out exactly', async (code, value) => {
    expect(await session.value(code)).toStrictEqual(value);
  });

  test.each(literals)('%s goes in and comes out again', async (_, value) => {
    expect(await session.value('given', { given: value })).toStrictEqual(value);
  });

  test.each(literals)('%s is the same in the sandbox', async (code, value) => {
    if (Number.isNaN(value)) return;
    expect(
      await session.value(`mine = ${code.replace(/^(.*); /, '')}\n(type(mine) is type(given)) and mine == given`, {
        given: value
      })
    ).toBe(value !== null && typeof value === 'object' && 'py' in value && value.py === 'exception' ? false : true);
  });

  test('a named tuple keeps its fields', async () => {
    const code = 'from collections import namedtuple\nP = namedtuple("P", "x y")\nP(1, 2)';
    expect(await session.value(code)).toMatchObject({ py: 'namedtuple', fields: ['x', 'y'], items: [1n, 2n] });
  });

  test('an object names its class', async () => {
    const value = await session.value('class A:\n    def __init__(self): self.x = 1\nA()');
    expect(value).toMatchObject({ py: 'object', type: { name: 'A', origin: 'sandbox' }, attributes: [['x', 1n]] });
  });

  test('what is held twice is one object', async () => {
    const value = (await session.value('a = [1]\n[a, a]')) as Value[];
    expect(value[0]).toBe(value[1]);
    const shared: Value[] = [];
    expect(await session.value('given[0] is given[1]', { given: [shared, shared] })).toBe(true);
  });

  test('a list that holds itself comes out as far as it goes', async () => {
    expect(await session.value('a = []\na.append(a)\na')).toStrictEqual([{ py: 'cycle', text: '[...]' }]);
  });
});

test('a value that holds itself does not go in', () => {
  const list: Value[] = [];
  list.push(list);
  expect(() => encodeValue(list)).toThrow('Circular reference detected');
});

test('what crossed as text does not go in', () => {
  expect(() => encodeValue({ py: 'repr', text: '<function f>' })).toThrow(TypeError);
});

test('an arena whose nodes refer forward is refused', () => {
  const { values } = encodeValue([1n, 2n]);
  values.nodes.reverse();
  expect(() => decodeArena(values)).toThrow('there is no value');
});

describe('plain data', () => {
  test('goes to the page as JavaScript has it', () => {
    expect(toPlain(new Map<Value, Value>([['a', tuple(1n, 2n ** 70n)]]))).toStrictEqual({ a: [1, 2n ** 70n] });
    expect(toPlain(new Map<Value, Value>([[1n, 'x']]))).toStrictEqual(new Map([[1, 'x']]));
  });

  test('comes from the page as Python has it', () => {
    expect(fromPlain({ a: [1, 1.5, 'x', true, undefined] })).toStrictEqual(
      new Map([['a', [1n, 1.5, 'x', true, null]]])
    );
    expect(() => fromPlain(() => 1)).toThrow(TypeError);
  });
});
