/** Hints about objects: attributes and methods that Monty's values lack, and special methods that it does not call. */

import errors from '../generated/errors.json';
import { escapedPattern, pythonPattern } from '../source/python_pattern';
import { partition } from '../source/python_text';
import { classNamed, defines, failingText, lineOf } from './cell_code';
import { everyObjectHas, hostType, insteadOfMethod, isNative, isSpecial } from './host_python';
import { say } from './sentences';
import type { Failure } from '../worker/messages';

const { objects, unsupported } = errors;
const PROBED = new Set(objects.probed);
const OF_EVERY_CLASS = new Set(objects.of_every_class);
const OF_INSTANCES = new Map<string, string[]>(Object.entries(objects.of_instances));
const FILES = new Map<string, string[]>(Object.entries(objects.files));
const MISSING_OF_FILES = new Map(Object.entries(objects.missing_of_files));
const ORDER = new Map(Object.entries(objects.order));
const IN_PLACE = new Map(Object.entries(objects.in_place));
const ALIASES = new Map(Object.entries(objects.aliases));
const INSTEAD_OF_METHOD = new Map(Object.entries(unsupported.instead_of_method));
const MISSING_METHODS = new Map<string, string[]>(Object.entries(unsupported.missing_methods));
const NAME_AT_END = pythonPattern(String.raw`\A(?:\w+\.)*(\w+)`);
const DOTTED = pythonPattern(String.raw`\A[\w.]+\Z`);

export function missingAttribute(failure: Failure, typeName: string, name: string): string | null {
  if (FILES.has(typeName)) return fileAttribute(failingText(failure), typeName, name);
  const host = classNamed(failure, typeName) === null ? hostType(typeName) : null;
  if (host === null) return ownClassAttribute(failure, typeName, name);
  if (!host.has(name) && !(OF_INSTANCES.get(typeName) ?? []).includes(name)) return null;
  if (typeName === 'json.JSONDecodeError') return say('no_error_parts');
  if (host.exception) {
    const instead = INSTEAD_OF_METHOD.get(name);
    return instead === undefined ? say('message_only') : say('no_error_attribute', name, instead);
  }
  if (isThere(typeName, name)) return askedForHelp(failure) ?? say('no_methods_on', name);
  return pythonHas(typeName, name);
}

/** Whether Monty has the method when it is called. */
function isThere(typeName: string, name: string): boolean {
  const missing = MISSING_METHODS.get(asInt(typeName)) ?? [];
  return PROBED.has(typeName) && !missing.includes(name) && !name.startsWith('__');
}

function asInt(typeName: string): string {
  return typeName === 'bool' ? 'int' : typeName;
}

/** The hint for `help(str.split)`, whose argument Monty cannot make. */
function askedForHelp(failure: Failure): string | null {
  const asked = failingText(failure);
  const frame = failure.frames.at(-1);
  const line = (frame === undefined ? null : lineOf(frame)) ?? '';
  const called = pythonPattern(String.raw`\bhelp\(\s*${escapedPattern(asked)}\s*\)`).test(line);
  return called && DOTTED.test(asked) ? say('help_by_name', asked) : null;
}

function fileAttribute(text: string, typeName: string, name: string): string | null {
  if (!(FILES.get(typeName) ?? []).includes(name)) return null;
  if (text.includes('sys.std')) return say('no_standard_methods');
  const instead = MISSING_OF_FILES.get(name);
  if (instead !== undefined) return say('no_file_attribute', name, instead);
  return text.endsWith(')') ? say('no_standard_methods') : say('no_methods_on', name); // they work when called
}

function ownClassAttribute(failure: Failure, typeName: string, name: string): string | null {
  const own = !isNative(typeName) && defines(failure, typeName, '__getattr__', '__getattribute__');
  return own ? say('no_getattr') : objectAttribute(name);
}

function objectAttribute(name: string): string | null {
  if (!name.startsWith('__') || !(everyObjectHas(name) || OF_EVERY_CLASS.has(name))) return null;
  return say('no_object_attribute', name, insteadOfAttribute('object', name));
}

/** What to do without an attribute that Monty's type lacks. */
function insteadOfAttribute(typeName: string, name: string): string {
  const otherwise = name.startsWith('__') && isSpecial(name) ? 'use_operator' : 'otherwise';
  return insteadOfMethod(typeName, name) ?? say(otherwise);
}

export function missingTypeAttribute(failure: Failure, typeName: string, name: string): string | null {
  const host = classNamed(failure, typeName) === null ? hostType(typeName) : null;
  if (host === null) return objectAttribute(name);
  if (!host.has(name)) return null;
  if (isThere(typeName, name)) return askedForHelp(failure) ?? say('methods_of_values', name);
  return pythonHas(typeName, name);
}

function pythonHas(typeName: string, name: string): string {
  return say('no_member', typeName, name, insteadOfAttribute(asInt(typeName), name));
}

export function newAttribute(_: Failure, typeName: string): string | null {
  if (typeName === 'function') return say('no_function_attributes');
  return hostType(typeName)?.exception ? say('message_holds_all') : null;
}

export function noLen(failure: Failure, typeName: string): string | null {
  return uncalled(failure, typeName, '__len__', say('instead_of_len'));
}

export function notReversible(failure: Failure, typeName: string): string | null {
  const instead = say('instead_of_reversed');
  return uncalled(failure, typeName, '__reversed__', instead) ?? uncalled(failure, typeName, '__getitem__', instead);
}

export function noOrder(failure: Failure, operator: string, left: string, right: string): string | null {
  if (left === 'PosixPath' && right === left) return say('paths_unordered');
  const reflected = operator.replace(/[<>]/, sign => (sign === '<' ? '>' : '<'));
  const key = say('instead_of_order');
  return (
    uncalled(failure, left, ORDER.get(operator) ?? '', key) ?? uncalled(failure, right, ORDER.get(reflected) ?? '', key)
  );
}

/** The hint for a special method that Monty never calls. It says "if" where the class is not in the traceback. */
function uncalled(
  failure: Failure,
  typeName: string,
  method: string,
  instead: string,
  toIterate = false
): string | null {
  if (isNative(typeName)) return null;
  const defined = defines(failure, typeName, method);
  if (defined === false) return null;
  if (defined) return say(toIterate ? 'uncalled_to_iterate' : 'uncalled', method, instead);
  return say(toIterate ? 'perhaps_uncalled_to_iterate' : 'perhaps_uncalled', method, typeName, instead);
}

export function inPlaceOperator(failure: Failure, operator: string, left: string): string | null {
  const name = IN_PLACE.get(operator.replace(/=$/, ''));
  const only = name && defines(failure, left, `__i${name}__`) && !defines(failure, left, `__${name}__`);
  return only ? say('no_in_place', name) : null;
}

export function notRaisable(failure: Failure): string | null {
  return /^[A-Za-z_]/.test(failingText(failure)) ? unsupported.exception_base : null;
}

export function noInstances(_: Failure, typeName: string): string | null {
  if (typeName === 'object') return say('no_bare_objects');
  const decorators = unsupported.syntax['method decorators (classmethod/staticmethod/property)'];
  return typeName === 'property' ? decorators : null;
}

export function bytesOf(failure: Failure, typeName: string): string | null {
  if (['list', 'tuple', 'range', 'set', 'frozenset'].includes(typeName)) return say('no_bytes_of_numbers');
  return uncalled(failure, typeName, '__bytes__', say('instead_of_bytes'));
}

export function printFile(failure: Failure, typeName: string): string | null {
  return typeName === '_io.TextIOWrapper' || defines(failure, typeName, 'write') ? say('print_to_standard') : null;
}

export function notIterable(failure: Failure, typeName: string): string | null {
  if (defines(failure, typeName, '__iter__')) return null;
  return uncalled(failure, typeName, '__getitem__', say('instead_of_items'), true);
}

export function noContainer(failure: Failure, typeName: string): string | null {
  const instead = say('instead_of_contains');
  return notIterable(failure, typeName) ?? uncalled(failure, typeName, '__getitem__', instead);
}

const SET_METHODS = ['union', 'intersection', 'difference', 'update', 'difference_update', 'intersection_update'];

export function setMethod(_: Failure, kind: string, method: string, given: string): string | null {
  if (!SET_METHODS.includes(method)) return null;
  const updates = method.endsWith('update');
  if (given === '0') return say(updates ? 'no_set_update' : 'no_set', kind, method);
  const each = updates ? `s.${method}(a); s.${method}(b)` : `s.${method}(a).${method}(b)`;
  return say('one_set', kind, method, each);
}

export function noFormat(failure: Failure, typeName: string): string | null {
  return uncalled(failure, typeName, '__format__', say('instead_of_format'));
}

export function formatSpecifier(failure: Failure): string | null {
  return failure.kind === 'syntax' ? say('few_formats') : null;
}

export function typeAlias(failure: Failure): string {
  const name = NAME_AT_END.exec(failingText(failure))?.[1] ?? '';
  const builtin = ALIASES.get(name);
  if (builtin === undefined) return say('quoted_type');
  return say('builtin_for_alias', partition(builtin, '[')[0], name, builtin);
}
