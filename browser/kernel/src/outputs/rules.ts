/** What outputs may contain, as the native kernel has it, and how its patterns are used here. */

import rules from '../generated/sanitizer_rules.json';

export const { sizes, allowed, styles, markup, html, drawings, formulas, markdown, terminal, downloads, outputs } =
  rules;

/** A pattern that finds each place where it fits. */
export function everywhere(source: string): RegExp {
  return new RegExp(source, 'gu');
}

/** A pattern that fits at `lastIndex` or not at all. */
export function there(source: string): RegExp {
  return new RegExp(source, 'yu');
}

/** A pattern for a whole text. */
export function whole(source: string): RegExp {
  return new RegExp(`^(?:${source})$`, 'u');
}
