/** Where a link may lead. */

import { markup, whole } from './rules';

const LINK = whole(markup.patterns.link);
const RELATIVE = whole(markup.patterns.relative);

/** Whether an address leads to a web page, to mail or to a file beside the notebook. */
export function mayBeLinked(address: string): boolean {
  return LINK.test(address) || RELATIVE.test(address);
}
