/**
 * Python values as JavaScript data, exact both ways.
 *
 * `None` is null, an int is a bigint, a float is a number, bytes are a `Uint8Array`, a list is an array, a dict is a `Map`
 * and a set is a `Set`, both in order. Everything else is a plain object with its Python type under `py`, so that all of
 * it survives a structured clone.
 */
export type Value =
  null | boolean | bigint | number | string | Uint8Array | Value[] | Map<Value, Value> | Set<Value> | Special;

/** A Python value of a type that JavaScript lacks. */
export type Special =
  | { py: 'ellipsis' }
  | { py: 'NotImplemented' }
  | { py: 'complex'; real: number; imag: number }
  | { py: 'tuple'; items: Value[] }
  | { py: 'frozenset'; items: Value[] }
  | { py: 'namedtuple'; name: string; fields: string[]; items: Value[] }
  | { py: 'date'; year: number; month: number; day: number }
  | ({ py: 'time'; fold: number } & Clock)
  | ({ py: 'datetime'; year: number; month: number; day: number } & Clock)
  | { py: 'timedelta'; days: number; seconds: number; microseconds: number }
  | ({ py: 'timezone' } & Zone)
  | { py: 'Decimal'; text: string }
  | { py: 'Path'; path: string }
  /** An exception as a value. */
  | { py: 'exception'; type: string; message: string | null }
  | TypeValue
  | { py: 'object'; type: TypeValue; id: Uint8Array; attributes: Attributes }
  /** A function of the host. */
  | { py: 'function'; name: string; doc: string | null }
  /** A built-in function, such as `len`. */
  | { py: 'builtin'; name: string }
  | { py: 'file'; path: string; mode: string; position: bigint }
  | { py: 'module'; name: string; id: Uint8Array; attributes: Attributes }
  /** The repr of a value that has no other form. It cannot cross back, and neither can a cycle. */
  | { py: 'repr'; text: string }
  /** A reference to a container around it. */
  | { py: 'cycle'; text: string };

/** A class. `id` is null for Python's own. */
export interface TypeValue {
  py: 'type';
  name: string;
  origin: 'builtin' | 'sandbox' | 'host';
  id: Uint8Array | null;
  isDataclass: boolean;
  attributes: Attributes;
}

/** Names and values, in order. */
export type Attributes = [name: Value, value: Value][];

/** A fixed offset from UTC. */
export interface Zone {
  offset: number;
  name: string | null;
}

/** A time of day. */
export interface Clock {
  hour: number;
  minute: number;
  second: number;
  microsecond: number;
  zone: Zone | null;
}

/** A tuple of these. */
export function tuple(...items: Value[]): Value {
  return { py: 'tuple', items };
}

/** The value if it is one of a type that JavaScript lacks; else undefined. */
export function special(value: Value): Special | undefined {
  return typeof value === 'object' && value !== null && 'py' in value ? value : undefined;
}

/** The items of a tuple; undefined for anything else. */
export function tupleItems(value: Value): Value[] | undefined {
  const found = special(value);
  return found?.py === 'tuple' ? found.items : undefined;
}

/** The text of a str, or of what crosses only as text: functions, and values that have no other form. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  const found = special(value);
  if (found?.py === 'repr' || found?.py === 'cycle') return found.text;
  return found?.py === 'function' ? found.name : undefined;
}

/** Whether a value is true in Python's sense, as far as its parts say. */
export function isTrue(value: Value): boolean {
  if (value instanceof Map || value instanceof Set) return value.size > 0;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  const found = special(value);
  if (found === undefined) return Boolean(value);
  if (found.py === 'tuple' || found.py === 'frozenset' || found.py === 'namedtuple') return found.items.length > 0;
  if (found.py === 'complex') return found.real !== 0 || found.imag !== 0;
  if (found.py === 'timedelta') return found.days !== 0 || found.seconds !== 0 || found.microseconds !== 0;
  return found.py !== 'Decimal' || !/^[+-]?0*\.?0*(?:E|$)/.test(found.text);
}

/** A number that Python takes for one; undefined for anything else. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : undefined;
}

/** The name of a value's type, as Python's `type(value).__name__`. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'dict';
  if (value instanceof Set) return 'set';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'object') return specialName(value);
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' ? 'int' : 'float';
}

const NAMES: Partial<Record<Special['py'], string>> = {
  Path: 'PosixPath',
  NotImplemented: 'NotImplementedType',
  builtin: 'builtin_function_or_method',
  repr: 'str',
  cycle: 'str'
};

function specialName(value: Special): string {
  if (value.py === 'namedtuple') return value.name.slice(value.name.lastIndexOf('.') + 1);
  if (value.py === 'object') return value.type.name;
  if (value.py === 'exception') return value.type;
  return NAMES[value.py] ?? value.py;
}
