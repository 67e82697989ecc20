/** The names that `from MODULE import *` binds. */

import rewriting from '../generated/rewriting.json';
import type { Granted } from './index';

const STAR_NAMES = new Map<string, readonly string[]>(Object.entries(rewriting.star_names));

/** Modules that export what would replace built-in functions which Monty's lack. */
export const PARTLY: ReadonlySet<string> = new Set(rewriting.star_partly);

/** Those of a module of Monty's, if nobody granted one of that name; none if it has none, or if they are unknown. */
export function ofStar(module: string): readonly string[] {
  return STAR_NAMES.get(module) ?? [];
}

/** The names that `from MODULE import *` binds here; none if there is no such module, null if that is unknown. */
export function starNames(module: string, granted: Granted): readonly string[] | null {
  const given = granted.get(module);
  if (given !== undefined) {
    const names = given.filter(name => !name.startsWith('_')).sort();
    return names.length > 0 ? names : null;
  }
  return PARTLY.has(module) ? null : ofStar(module);
}
