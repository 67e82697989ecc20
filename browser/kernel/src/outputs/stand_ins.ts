/** Characters that stand for those that markup is made of, on the way through a parser. No text holds them otherwise. */

import { resolved } from './references';
import { markup } from './rules';

const { ampersand, less, greater } = markup;

/** Text with stand-ins for `&`, `<` and `>`. */
export function withStandIns(text: string): string {
  return text.replaceAll('&', ampersand).replaceAll('<', less).replaceAll('>', greater);
}

/** Text of a document with what its references mean, and with stand-ins. */
export function resolvedWithStandIns(text: string): string {
  if (!text.includes('&')) return withStandIns(text);
  // these first: a function that is called for each takes a second where there are a million
  const most = text
    .replaceAll('&amp;', ampersand)
    .replaceAll('&lt;', less)
    .replaceAll('&gt;', greater)
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&#39;', "'");
  return withStandIns(most.includes('&') ? resolved(most) : most);
}

/** Text that a parser saw, with the characters themselves, escaped. */
export function withoutStandIns(text: string): string {
  return text.replaceAll(ampersand, '&amp;').replaceAll(less, '&lt;').replaceAll(greater, '&gt;');
}
