/** What Monty has: builtins, modules, and the attributes of values, as the native kernel found it out. */

import language from '../generated/language.json';
import type { CellSource } from '../source/index';

export type Kinds = Readonly<Record<string, string>>;
/** The kind of documentation, a signature, a docstring, and the parameters with their kinds in `inspect`. */
export type Doc = readonly [
  kind: string,
  signature: string | null,
  doc: string | null,
  parameters: readonly (readonly [string, number])[]
];

const MEMBERS = language.members as Readonly<Record<string, Kinds>>;
const METHODS = language.methods as Readonly<Record<string, Kinds>>;
const CLASS_MEMBERS = language.classMembers as Readonly<Record<string, Kinds>>;
const TYPE_NAMES = language.typeNames as Readonly<Record<string, string>>;
const ARGUMENTS = language.arguments as Readonly<Record<string, readonly string[]>>;
const SUPPLIED_MODULES = language.suppliedModules as Readonly<Record<string, Kinds>>;

export const BUILTINS = language.builtins as Kinds;
export const KEYWORDS: readonly string[] = language.keywords;
export const SUPPLIED = language.supplied as Kinds;

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The key of a type, for names such as `builtins.str`, `Counter` or `_decimal.Decimal`. */
export function typeKey(typeName: string): string {
  const name = typeName.replace(/^builtins\./, '');
  return own(METHODS, name) === undefined ? (own(TYPE_NAMES, name) ?? name) : name;
}

/** The members of a module; undefined if there is no such module. */
export function membersOf(module: string): Kinds | undefined {
  return own(SUPPLIED_MODULES, module) ?? own(MEMBERS, module);
}

/** The attributes of a value of a type; undefined for an unknown type. */
export function attributesOf(typeName: string): Kinds | undefined {
  return own(METHODS, typeKey(typeName));
}

/** The attributes of a builtin class itself. */
export function attributesOfClass(typeName: string): Kinds | undefined {
  const key = typeKey(typeName);
  return own(CLASS_MEMBERS, key) ?? own(METHODS, key);
}

/** The keyword arguments that Monty accepts, by the name of a function or `type.method`. */
export function argumentsOf(name: string): readonly string[] {
  return own(ARGUMENTS, name) ?? [];
}

/** The modules that can be imported below a package, or all of them. */
export function modulesIn(parent: string): string[] {
  const names = [...language.modules, ...Object.keys(SUPPLIED_MODULES)];
  const below = parent === '' ? names : names.filter(name => name.startsWith(`${parent}.`));
  const skipped = parent === '' ? 0 : parent.length + 1;
  return [...new Set(below.map(name => name.slice(skipped).split('.')[0] ?? ''))].sort();
}

export function isModule(name: string): boolean {
  return language.modules.includes(name) || own(SUPPLIED_MODULES, name) !== undefined;
}

let documentation: Promise<Readonly<Record<string, Doc>>> | null = null;

/** What the kernel supplies to cells, written as a cell. */
export const STUB: CellSource = language.stub;

/** The documentation of a name such as `len`, `json.dumps` or `str.split`. It is loaded when it is first asked for. */
export async function docOf(name: string): Promise<Doc | null> {
  documentation ??= import('../generated/documentation.json').then(
    loaded => loaded.default as unknown as Readonly<Record<string, Doc>>
  );
  return own(await documentation, name) ?? null;
}
