/** Values out of the sandbox: monty-proto carries one arena of nodes a message, each node behind those that it holds. */

import { TypeOrigin } from './generated/monty/v1/monty_pb';
import type { Arena, MontyNode, Type } from './generated/monty/v1/monty_pb';
import type { Attributes, Special, TypeValue, Value, Zone } from './values';

/** A message does not say what the protocol allows. */
export class BadMessage extends Error {}

/**
 * The values of an arena, by index. A node that is held twice is one object.
 *
 * @throws BadMessage - It is not in order, or holds nodes of no known kind.
 */
export function decodeArena(arena: Arena | undefined): Value[] {
  const built: Value[] = [];
  for (const node of arena?.nodes ?? []) built.push(decoded(node, built));
  return built;
}

/** The value at an index. */
export function valueAt(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new BadMessage(`there is no value ${index}`);
  return value;
}

function decoded(node: MontyNode, built: readonly Value[]): Value {
  const kind = node.kind;
  const all = (indexes: readonly number[]): Value[] => indexes.map(index => valueAt(built, index));
  const pairs = (list: readonly { key: number; value: number }[]): Attributes =>
    list.map(pair => [valueAt(built, pair.key), valueAt(built, pair.value)]);
  switch (kind.case) {
    case 'none':
      return null;
    case 'boolean':
    case 'int':
    case 'float':
    case 'str':
    case 'bytes':
      return kind.value;
    case 'bigint':
      return bigintOf(kind.value.negative, kind.value.magnitude);
    case 'ellipsis':
      return { py: 'ellipsis' };
    case 'notImplemented':
      return { py: 'NotImplemented' };
    case 'complex':
      return { py: 'complex', real: kind.value.real ?? 0, imag: kind.value.imag ?? 0 };
    case 'list':
      return all(kind.value.items);
    case 'tuple':
      return { py: 'tuple', items: all(kind.value.items) };
    case 'namedTuple':
      return {
        py: 'namedtuple',
        name: kind.value.typeName,
        fields: kind.value.fieldNames,
        items: all(kind.value.values)
      };
    case 'dict':
      return new Map(pairs(kind.value.pairs));
    case 'set':
      return new Set(all(kind.value.items));
    case 'frozenSet':
      return { py: 'frozenset', items: all(kind.value.items) };
    case 'date':
      return { py: 'date', year: kind.value.year, month: kind.value.month, day: kind.value.day };
    case 'time':
      return { py: 'time', fold: kind.value.fold, ...clock(kind.value) };
    case 'datetime': {
      const { year, month, day } = kind.value;
      return { py: 'datetime', year, month, day, ...clock(kind.value) };
    }
    case 'timedelta': {
      const { days, seconds, microseconds } = kind.value;
      return { py: 'timedelta', days, seconds, microseconds };
    }
    case 'timezone':
      return { py: 'timezone', offset: kind.value.offsetSeconds, name: kind.value.name ?? null };
    case 'decimal':
      return { py: 'Decimal', text: kind.value };
    case 'path':
      return { py: 'Path', path: kind.value };
    case 'exception':
      return { py: 'exception', type: kind.value.excType, message: kind.value.arg ?? null };
    case 'type':
      return typeOf(kind.value, pairs(kind.value.attrs?.pairs ?? []));
    case 'classInstance':
      return {
        py: 'object',
        type: typeAt(built, kind.value.classType),
        id: idOf(kind.value.instanceId),
        attributes: pairs(kind.value.attrs?.pairs ?? [])
      };
    case 'function':
      return { py: 'function', name: kind.value.name, doc: kind.value.docstring ?? null };
    case 'builtinFunction':
      return { py: 'builtin', name: kind.value };
    case 'fileHandle':
      return { py: 'file', path: kind.value.path, mode: kind.value.mode, position: kind.value.position };
    case 'module':
      return {
        py: 'module',
        name: kind.value.name,
        id: idOf(kind.value.id),
        attributes: pairs(kind.value.attrs?.pairs ?? [])
      };
    case 'repr':
      return { py: 'repr', text: kind.value };
    case 'cycle':
      return { py: 'cycle', text: kind.value };
    case 'uuid':
    case undefined:
      throw new BadMessage('a value of an unknown kind');
  }
}

function bigintOf(negative: boolean, magnitude: Uint8Array): bigint {
  let digits = '';
  for (const byte of magnitude) digits += byte.toString(16).padStart(2, '0');
  const value = BigInt(`0x${digits || '0'}`);
  return negative ? -value : value;
}

interface WireClock {
  hour: number;
  minute: number;
  second: number;
  microsecond: number;
  offsetSeconds?: number | undefined;
  timezoneName?: string | undefined;
}

function clock(wire: WireClock): {
  hour: number;
  minute: number;
  second: number;
  microsecond: number;
  zone: Zone | null;
} {
  const { hour, minute, second, microsecond, offsetSeconds: offset, timezoneName: name } = wire;
  return { hour, minute, second, microsecond, zone: offset === undefined ? null : { offset, name: name ?? null } };
}

function idOf(id: { data: Uint8Array } | undefined): Uint8Array {
  if (id?.data.length !== 16) throw new BadMessage('an object without its id');
  return id.data;
}

function typeOf(wire: Type, attributes: Attributes): TypeValue {
  const origin = ORIGINS[wire.origin];
  if (origin === undefined) throw new BadMessage('a class of unknown origin');
  const id = origin === 'builtin' ? null : idOf(wire.id);
  return { py: 'type', name: wire.name, origin, id, isDataclass: wire.isDataclass, attributes };
}

function typeAt(built: readonly Value[], index: number): TypeValue {
  const found = valueAt(built, index) as Special | null;
  if (found?.py !== 'type') throw new BadMessage('an object without its class');
  return found;
}

const ORIGINS: Partial<Record<TypeOrigin, TypeValue['origin']>> = {
  [TypeOrigin.BUILTIN]: 'builtin',
  [TypeOrigin.SANDBOX]: 'sandbox',
  [TypeOrigin.HOST]: 'host'
};
