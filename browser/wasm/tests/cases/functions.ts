/** The host that the test cases expect: its functions, objects and constants. */

import type { Attributes, TypeValue, Value } from '../../../kernel/src/wire/values';

/** An exception that the host raises. */
export class Raised {
  constructor(
    readonly excType: string,
    readonly message: string
  ) {}
}

/** What the host answers a call with: now, or when the program waits for it. */
export type Answer = { readonly now: Value | Raised } | { readonly later: Value | Raised };

export class HostObjects {
  readonly #objects = new Map<string, { name: string; attributes: Map<string, Value> }>();
  #last = 0;

  /** What a name stands for that the program does not define; undefined for nothing. */
  lookup(name: string): Value | undefined {
    return name in FUNCTIONS ? { py: 'function', name, doc: null } : CONSTANTS.get(name);
  }

  /** A module of the host; undefined if there is none. */
  importModule(name: string): Value | undefined {
    if (name !== 'tools') return undefined;
    const functions = Object.keys(FUNCTIONS).map((each): [Value, Value] => [
      each,
      { py: 'function', name: each, doc: null }
    ]);
    const inside = functions.filter(([each]) => each === 'return_value');
    const nested: Value = {
      py: 'module',
      name: 'tools.nested',
      id: numbered(0x901),
      attributes: [['VERSION', 7n], ...inside]
    };
    return { py: 'module', name, id: numbered(0x900), attributes: [...functions, ['nested', nested]] };
  }

  /** Call a function of the host; undefined if there is none. */
  call(name: string, args: readonly Value[]): Answer | undefined {
    return FUNCTIONS[name]?.(this, args);
  }

  /** A method of an object that came from here. */
  callMethod(id: Uint8Array, name: string, args: readonly Value[], kwargs: ReadonlyMap<Value, Value>): Value | Raised {
    const object = this.#objects.get(key(id));
    if (object === undefined) {
      return new Raised('RuntimeError', `no host object registered for method call '${name}' (id ${uuid(id)})`);
    }
    if (name === '__call__') return new Raised('TypeError', `'${object.name}' object is not callable`);
    const method = METHODS[`${object.name}.${name}`];
    if (method === undefined) return new Raised('AttributeError', `'${object.name}' object has no attribute '${name}'`);
    return method(this, object.attributes, args, kwargs);
  }

  /** An attribute that did not cross with its object; undefined if there is none. */
  attribute(id: Uint8Array, name: string): Value | Raised | undefined {
    const kind = this.#objects.get(key(id))?.name;
    if (name === 'dimensions' && (kind === 'Point' || kind === 'MutablePoint')) return 2n;
    return name === 'boom' && kind === 'MutablePoint' ? new Raised('KeyError', 'boom') : undefined;
  }

  make(name: string, typeId: number, attributes: Attributes): Value {
    this.#last += 1;
    const id = numbered(0x1000 + this.#last);
    this.#objects.set(key(id), { name, attributes: new Map(attributes as [string, Value][]) });
    const type: TypeValue = {
      py: 'type',
      name,
      origin: 'host',
      id: numbered(typeId),
      isDataclass: true,
      attributes: []
    };
    return { py: 'object', type, id, attributes };
  }
}

type Called = (host: HostObjects, args: readonly Value[]) => Answer;
type Method = (
  host: HostObjects,
  attributes: ReadonlyMap<string, Value>,
  args: readonly Value[],
  kwargs: ReadonlyMap<Value, Value>
) => Value | Raised;

const FUNCTIONS: Partial<Record<string, Called>> = {
  add_ints: (_, [a, b]) => ({ now: (a as bigint) + (b as bigint) }),
  concat_strings: (_, [a, b]) => ({ now: (a as string) + (b as string) }),
  return_value: (_, [value]) => ({ now: value ?? null }),
  get_list: () => ({ now: [1n, 2n, 3n] }),
  raise_error: (_, [type, message]) => ({ now: new Raised(type as string, message as string) }),
  make_point: host => ({ now: point(host, 1n, 2n) }),
  make_mutable_point: host => ({
    now: host.make('MutablePoint', 2, [
      ['x', 1n],
      ['y', 2n]
    ])
  }),
  make_user: (host, [name]) => ({
    now: host.make('User', 3, [
      ['name', name ?? null],
      ['active', true]
    ])
  }),
  make_empty: host => ({ now: host.make('Empty', 4, []) }),
  async_call: (_, [value]) => ({ later: value ?? null }),
  async_fail: (_, [type, message]) => ({ later: new Raised(type as string, message as string) })
};

const CONSTANTS = new Map<string, Value>([
  ['CONST_INT', 42n],
  ['CONST_STR', 'hello'],
  ['CONST_FLOAT', 3.14],
  ['CONST_BOOL', true],
  ['CONST_LIST', [1n, 2n, 3n]],
  ['CONST_NONE', null]
]);

const sum: Method = (_, attributes) => int(attributes, 'x') + int(attributes, 'y');

const METHODS: Partial<Record<string, Method>> = {
  'Point.sum': sum,
  'MutablePoint.sum': sum,
  'Point.add': (host, at, [dx, dy]) => point(host, int(at, 'x') + (dx as bigint), int(at, 'y') + (dy as bigint)),
  'Point.scale': (host, at, [by]) => point(host, int(at, 'x') * (by as bigint), int(at, 'y') * (by as bigint)),
  'Point.describe': (_, at, [label], kwargs) =>
    `${text(label ?? kwargs.get('label') ?? 'point')}(${int(at, 'x')}, ${int(at, 'y')})`,
  'MutablePoint.shift': () => null,
  'User.greeting': (_, attributes) => `Hello, ${text(attributes.get('name'))}!`
};

function point(host: HostObjects, x: bigint, y: bigint): Value {
  return host.make('Point', 1, [
    ['x', x],
    ['y', y]
  ]);
}

function int(attributes: ReadonlyMap<string, Value>, name: string): bigint {
  return attributes.get(name) as bigint;
}

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw new TypeError('a test case passes something else than a str');
  return value;
}

function numbered(number: number): Uint8Array {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(12, number);
  return id;
}

function key(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}

function uuid(id: Uint8Array): string {
  return key(id).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
