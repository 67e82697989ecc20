/** The modules that are written for Monty, and the names that they give. */

import shipped from '../generated/shipped.json';

type Names = ReadonlyMap<string, readonly string[]>;

/** The names of each module that a cell imports as a whole, in the order of its file. */
export const MODULES: Names = new Map(Object.entries(shipped.modules));
/** The names that a module of Monty's gets. */
export const GAPS: Names = new Map(Object.entries(shipped.gaps));

/** What a file imports of the others, by its part. */
const NEEDS: Names = new Map(Object.entries(shipped.needs));

/** How the name of a part begins that is a module. */
export const MODULE = 'module ';
/** How the name of a part begins that has what a module of Monty's lacks. */
export const GAP = 'gap ';

/** The parts that an import of a module needs, each after those that it needs itself; none if none is written for it. */
export function partsOf(module: string): ReadonlySet<string> {
  return new Set(withNeeds((MODULES.has(module) ? MODULE : GAP) + module));
}

/** The part of a module, after those that it imports; none if there is no such part. */
export function* withNeeds(part: string): Generator<string> {
  const [names, name] = kindAndName(part);
  if (!names.has(name)) return;
  const dot = name.lastIndexOf('.');
  if (names === MODULES && dot >= 0) yield* withNeeds(MODULE + name.slice(0, dot));
  for (const each of NEEDS.get(part) ?? []) yield* withNeeds(each);
  yield part;
}

/** The name that a session has for the module of a part. */
export function variable(part: string): string {
  const [names, name] = kindAndName(part);
  return (names === MODULES ? '__mk_m_' : '__mk_g_') + name.replaceAll('.', '_');
}

function kindAndName(part: string): [Names, string] {
  return part.startsWith(MODULE) ? [MODULES, part.slice(MODULE.length)] : [GAPS, part.slice(GAP.length)];
}
