/** Disables the macros of TeX that link, style, name or load, as `monty_kernel/sanitize/formulas.py` does. */

import { everywhere, formulas } from './rules';

const MACROS = everywhere(formulas.patterns.macros);
const BEFORE_DOLLAR = everywhere(formulas.patterns.beforeDollar);
const BEGINNINGS = new Set(formulas.beginnings);

/** The text, and how many macros there were. */
export function safeTex(text: string): { text: string; macros: number } {
  if (!text.includes('\\')) return { text, macros: 0 };
  let macros = 0;
  // TeX ignores a blank after a name
  const apart = text.replace(BEFORE_DOLLAR, (found: string, name: string) =>
    BEGINNINGS.has(name) ? `${found} ` : found
  );
  const safe = apart.replace(MACROS, () => {
    macros += 1;
    return `\\${formulas.joiner}`;
  });
  return { text: safe, macros };
}
