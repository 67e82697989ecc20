/** `str(value)` of values that are plain data, as Python writes them. */

import { repr } from '../source/python_text';
import { special, textOf, typeName } from './values';
import type { Value } from './values';

export function str(value: Value): string {
  return textOf(value) ?? shown(value);
}

function shown(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return repr(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return float(value);
  if (value instanceof Uint8Array) return bytes(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (value instanceof Map) return `{${[...value].map(([key, each]) => `${shown(key)}: ${shown(each)}`).join(', ')}}`;
  if (value instanceof Set) return value.size === 0 ? 'set()' : `{${[...value].map(shown).join(', ')}}`;
  const found = special(value);
  if (found?.py === 'tuple') return `(${found.items.map(shown).join(', ')}${found.items.length === 1 ? ',' : ''})`;
  if (found?.py === 'Decimal') return found.text;
  if (found?.py === 'Path') return found.path;
  return `<${typeName(value)}>`;
}

/** As Python writes a float: the shortest digits, with an exponent from 1e16 on and below 1e-4. */
export function float(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const text = String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}

const NAMED: Record<number, string> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

function bytes(value: Uint8Array): string {
  const quote = value.includes(39) && !value.includes(34) ? '"' : "'";
  const escape = (byte: number): string => {
    if (String.fromCharCode(byte) === quote) return `\\${quote}`;
    const plain = byte >= 0x20 && byte < 0x7f;
    return NAMED[byte] ?? (plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`);
  };
  return `b${quote}${[...value].map(escape).join('')}${quote}`;
}
