/**
 * What Python has, by the names that Monty's messages use.
 *
 * Hints compare: only what Python has and Monty has not is worth one.
 */

import facts from '../generated/host_python.json';
import rewriting from '../generated/rewriting.json';
import errors from '../generated/errors.json';
import { escapedPattern } from '../source/python_pattern';

const OBJECT = namesOf(facts.object);
const SPECIAL = namesOf(facts.special);
const BUILTINS = namesOf(facts.builtins);
const STDLIB = namesOf(facts.stdlib);
const ENCODINGS = namesOf(facts.encodings);
const EXCEPTIONS = new Set(rewriting.exceptions);
const MODULES = new Map(Object.entries(facts.modules));
const TYPES = new Map<string, string[]>(Object.entries(facts.types));
const PARAMETERS = new Map(Object.entries(facts.parameters));
const TIMES = new Map(Object.entries(facts.times));
const INSTEAD_OF_METHOD = new Map(Object.entries(errors.unsupported.instead_of_method));

function namesOf(text: string | undefined): ReadonlySet<string> {
  return new Set((text ?? '').split(' '));
}

/** One of Python's types. */
export interface HostType {
  /** Whether its values are exceptions. */
  readonly exception: boolean;
  /** Whether its values can be keys of a dict. */
  readonly hashable: boolean;
  has(name: string): boolean;
}

/** Python's type for a type name in a message of Monty's: `list`, `re.Match`, `function`; null if it has none. */
export function hostType(name: string): HostType | null {
  const found = TYPES.get(name);
  if (found === undefined) return null;
  const exception = found[0] === 'exception';
  const own = namesOf(found[1]);
  const plain = exception ? namesOf(facts.exception) : OBJECT;
  return { exception, hashable: found[0] !== 'unhashable', has: each => own.has(each) || plain.has(each) };
}

/** Whether a type name is that of one of Monty's own types, and not of a class in a cell. */
export function isNative(typeName: string): boolean {
  return typeName.includes('.') || typeName.endsWith('iterator') || TYPES.has(typeName);
}

/** Whether a function of Python's has a parameter of that name. path: such as `math.isclose`. */
export function hasParameter(path: string, name: string): boolean {
  return namesOf(PARAMETERS.get(path)).has(name);
}

/** Whether `time.strptime` reads a text in a format. It also looks whether there is such a day. */
export function readsTime(text: string, form: string): boolean {
  const pattern = form
    .split(/(%.|\s+)/su)
    .map((part, index) => {
      if (index % 2 === 0) return escapedPattern(part);
      return part.startsWith('%') ? (TIMES.get(part.slice(1)) ?? '(?!)').replace(/\(\?<\w+>/g, '(?:') : String.raw`\s+`;
    })
    .join('');
  return new RegExp(`^(?:${pattern})$`, 'u').test(text);
}

/** Whether Python's `module`, one of those that Monty has too, holds `name`. */
export function hasMember(module: string, name: string): boolean {
  return namesOf(MODULES.get(module)).has(name);
}

/** Whether a module of that name belongs to Python's standard library. */
export function hasSubmodule(name: string): boolean {
  return STDLIB.has(name.split('.')[0] ?? '');
}

export function hasBuiltin(name: string): boolean {
  return BUILTINS.has(name);
}

export function isException(name: string): boolean {
  return EXCEPTIONS.has(name);
}

/** Whether every object of Python's has an attribute of that name. */
export function everyObjectHas(name: string): boolean {
  return OBJECT.has(name);
}

export function isEncoding(name: string): boolean {
  return ENCODINGS.has(name);
}

/** Whether Python calls a method of that name for an operator or a built-in function. */
export function isSpecial(name: string): boolean {
  return SPECIAL.has(name);
}

/** What is known to do without a method, by `type.name`, or by a name that any type may have. */
export function insteadOfMethod(typeName: string, name: string): string | null {
  return INSTEAD_OF_METHOD.get(`${typeName}.${name}`) ?? INSTEAD_OF_METHOD.get(name) ?? null;
}
