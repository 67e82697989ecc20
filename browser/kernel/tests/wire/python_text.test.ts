import { expect, test } from 'vitest';
import { str } from '../../src/wire/python_text';
import { tuple } from '../../src/wire/values';
import type { Value } from '../../src/wire/values';

test.each<[Value, string]>([
  [null, 'None'],
  [true, 'True'],
  ["it's", "it's"],
  [5n, '5'],
  [1.5, '1.5'],
  [2, '2.0'],
  [-0, '-0.0'],
  [1e16, '1e+16'],
  [1e22, '1e+22'],
  [123456789012345680, '1.2345678901234568e+17'],
  [1e15, '1000000000000000.0'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1e-7, '1e-07'],
  [NaN, 'nan'],
  [-Infinity, '-inf'],
  [["it's", 'a'], `["it's", 'a']`],
  [tuple(1n), '(1,)'],
  [tuple(), '()'],
  [new Map<Value, Value>([['a', [1n]]]), "{'a': [1]}"],
  [new Set<Value>([]), 'set()'],
  [new Set<Value>([1n]), '{1}'],
  [Uint8Array.of(0, 39, 65, 255), String.raw`b"\x00'A\xff"`],
  [Uint8Array.of(39, 34, 92), String.raw`b'\'"\\'`],
  [{ py: 'Path', path: '/a' }, '/a'],
  [{ py: 'Decimal', text: '1.20' }, '1.20']
])('%o is written as Python does', (value, text) => {
  expect(str(value)).toBe(text);
});
