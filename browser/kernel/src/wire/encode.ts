/** Values into the sandbox: one arena of nodes a message, each node behind those that it holds. */

import { create } from '@bufbuild/protobuf';
import { ArenaSchema, MontyNodeSchema, TypeOrigin } from './generated/monty/v1/monty_pb';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Arena, MontyNode } from './generated/monty/v1/monty_pb';
import type { Clock, Special, Value } from './values';

type Kind = NonNullable<MessageInitShape<typeof MontyNodeSchema>['kind']>;
type Compound = Uint8Array | Value[] | Map<Value, Value> | Set<Value> | Special;
type Box = Extract<Special, { items: unknown } | { attributes: unknown }>;
type Leaf = Exclude<Special, Box>;

const I64 = 1n << 63n;

const ORIGINS = { builtin: TypeOrigin.BUILTIN, sandbox: TypeOrigin.SANDBOX, host: TypeOrigin.HOST };

/** Builds one arena. An object that is put in twice is one node. */
export class ArenaBuilder {
  readonly #nodes: MontyNode[] = [];
  readonly #known = new Map<object, number | null>(); // null while what it holds is put in

  /**
   * Put a value in; its index.
   *
   * @throws TypeError - It is, or holds, what only comes out of a sandbox, or holds itself.
   */
  push(value: Value): number {
    if (typeof value !== 'object' || value === null) return this.#node(atom(value));
    const known = this.#known.get(value);
    if (known === null) throw new TypeError('Circular reference detected');
    if (known !== undefined) return known;
    this.#known.set(value, null);
    const index = this.#node(this.#compound(value));
    this.#known.set(value, index);
    return index;
  }

  /** The arena of all that was put in. */
  finish(): Arena {
    return create(ArenaSchema, { nodeCount: this.#nodes.length, nodes: this.#nodes });
  }

  #node(kind: Kind): number {
    this.#nodes.push(create(MontyNodeSchema, { kind }));
    return this.#nodes.length - 1;
  }

  #all(values: Iterable<Value>): { items: number[] } {
    return { items: [...values].map(each => this.push(each)) };
  }

  #pairs(entries: Iterable<readonly [Value, Value]>): { pairs: { key: number; value: number }[] } {
    return { pairs: [...entries].map(([key, value]) => ({ key: this.push(key), value: this.push(value) })) };
  }

  #compound(value: Compound): Kind {
    if (value instanceof Uint8Array) return { case: 'bytes', value };
    if (Array.isArray(value)) return { case: 'list', value: this.#all(value) };
    if (value instanceof Map) return { case: 'dict', value: this.#pairs(value) };
    if (value instanceof Set) return { case: 'set', value: this.#all(value) };
    return isBox(value) ? this.#box(value) : leaf(value);
  }

  #box(value: Box): Kind {
    switch (value.py) {
      case 'tuple':
        return { case: 'tuple', value: this.#all(value.items) };
      case 'frozenset':
        return { case: 'frozenSet', value: this.#all(value.items) };
      case 'namedtuple': {
        const values = this.#all(value.items).items;
        return { case: 'namedTuple', value: { typeName: value.name, fieldNames: value.fields, values } };
      }
      case 'type': {
        const id = value.id === null ? {} : { id: { data: value.id } };
        const attrs = value.origin === 'builtin' ? {} : { attrs: this.#pairs(value.attributes) };
        const { name, isDataclass } = value;
        return { case: 'type', value: { name, origin: ORIGINS[value.origin], isDataclass, ...attrs, ...id } };
      }
      case 'object': {
        const classType = this.push(value.type);
        const attrs = this.#pairs(value.attributes);
        return { case: 'classInstance', value: { classType, instanceId: { data: value.id }, attrs } };
      }
      case 'module': {
        const attrs = this.#pairs(value.attributes);
        return { case: 'module', value: { name: value.name, id: { data: value.id }, attrs } };
      }
    }
  }
}

/** One value as an arena of its own, and its index. */
export function encodeValue(value: Value): { values: Arena; index: number } {
  const builder = new ArenaBuilder();
  const index = builder.push(value);
  return { values: builder.finish(), index };
}

function atom(value: null | boolean | bigint | number | string): Kind {
  if (value === null) return { case: 'none', value: {} };
  if (typeof value === 'boolean') return { case: 'boolean', value };
  if (typeof value === 'number') return { case: 'float', value };
  if (typeof value === 'string') return { case: 'str', value };
  if (value >= -I64 && value < I64) return { case: 'int', value };
  return { case: 'bigint', value: { negative: value < 0n, magnitude: magnitude(value < 0n ? -value : value) } };
}

function magnitude(value: bigint): Uint8Array {
  const digits = value.toString(16);
  const padded = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Uint8Array.from({ length: padded.length / 2 }, (_, index) =>
    Number.parseInt(padded.slice(2 * index, 2 * index + 2), 16)
  );
}

function leaf(value: Leaf): Kind {
  switch (value.py) {
    case 'ellipsis':
      return { case: 'ellipsis', value: {} };
    case 'NotImplemented':
      return { case: 'notImplemented', value: {} };
    case 'complex':
      return { case: 'complex', value: { real: value.real, imag: value.imag } };
    case 'date':
      return { case: 'date', value: { year: value.year, month: value.month, day: value.day } };
    case 'time':
      return { case: 'time', value: { fold: value.fold, ...wireClock(value) } };
    case 'datetime': {
      const { year, month, day } = value;
      return { case: 'datetime', value: { year, month, day, ...wireClock(value) } };
    }
    case 'timedelta': {
      const { days, seconds, microseconds } = value;
      return { case: 'timedelta', value: { days, seconds, microseconds } };
    }
    case 'timezone':
      return {
        case: 'timezone',
        value: { offsetSeconds: value.offset, ...(value.name !== null && { name: value.name }) }
      };
    case 'Decimal':
      return { case: 'decimal', value: value.text };
    case 'Path':
      return { case: 'path', value: value.path };
    case 'exception':
      return {
        case: 'exception',
        value: { excType: value.type, ...(value.message !== null && { arg: value.message }) }
      };
    case 'function':
      return { case: 'function', value: { name: value.name, ...(value.doc !== null && { docstring: value.doc }) } };
    case 'builtin':
      return { case: 'builtinFunction', value: value.name };
    case 'file':
      return { case: 'fileHandle', value: { path: value.path, mode: value.mode, position: value.position } };
    case 'repr':
    case 'cycle':
      throw new TypeError('what crossed only as text cannot go back');
  }
}

function wireClock({ hour, minute, second, microsecond, zone }: Clock) {
  const offset = zone === null ? {} : { offsetSeconds: zone.offset };
  const name = zone?.name == null ? {} : { timezoneName: zone.name };
  return { hour, minute, second, microsecond, ...offset, ...name };
}

function isBox(value: Special): value is Box {
  return 'items' in value || 'attributes' in value;
}
