/** DOMPurify's word on start tags: what the lists allow and it does not know as harmless is not written. */

import createDOMPurify from 'dompurify';
import type { DOMPurify } from 'dompurify';

import { markup } from './rules';
import { ATTRIBUTES, SVG, tagsOf } from './start_tags';
import type { Written } from './start_tags';
import type { Steps } from './steps';

/** Start tags that pass together, between two looks at the clock. */
const TOGETHER = 100;

let made: DOMPurify | null = null;

function purifier(): DOMPurify {
  if (made !== null) return made;
  made = createDOMPurify(window);
  if (!made.isSupported) throw new Error('DOMPurify does not work in this browser');
  const attributes = [...new Set([...ATTRIBUTES.values()].flatMap(names => [...names]))];
  const { link, relative } = markup.patterns;
  made.setConfig({
    IN_PLACE: true,
    ALLOWED_TAGS: [...ATTRIBUTES.keys()].map(key => key.split(' ')[1] ?? ''),
    ALLOWED_ATTR: attributes,
    ALLOWED_NAMESPACES: [...new Set([...ATTRIBUTES.keys()].map(key => key.split(' ')[0] ?? ''))],
    ALLOWED_URI_REGEXP: new RegExp(`^(?:#|(?:${link}|${relative})$)`, 'u'),
    ADD_URI_SAFE_ATTR: attributes.filter(name => name !== 'href' && name !== 'src'),
    ALLOW_ARIA_ATTR: false,
    ALLOW_DATA_ATTR: false,
    KEEP_CONTENT: false
  });
  return made;
}

/** Of elements that are alike but for their content, one by its key -> what is written of it; those that do not pass are left out. */
export function* purified(elements: ReadonlyMap<string, Element>): Steps<Map<string, Written>> {
  const found = new Map<string, Written>();
  let waiting: [string, Element][] = [];
  for (const pair of elements) {
    waiting.push(pair);
    if (waiting.length === TOGETHER) {
      pass(waiting, found);
      waiting = [];
      yield;
    }
  }
  if (waiting.length > 0) pass(waiting, found);
  return found;
}

function pass(elements: [string, Element][], found: Map<string, Written>): void {
  const document = elements[0]?.[1].ownerDocument;
  if (document === undefined) return;
  const inHtml = document.createElement('div');
  const inSvg = document.createElementNS(SVG, 'svg');
  const copies = elements.map(([key, element]) => {
    const copy = element.cloneNode(false) as Element;
    (copy.namespaceURI === SVG ? inSvg : inHtml).append(copy);
    return { key, element, copy };
  });
  for (const holder of [inHtml, inSvg]) purifier().sanitize(holder);
  for (const { key, element, copy } of copies) {
    if (copy.parentNode === null) continue;
    // it also takes the blanks around a value, which mean something in a title
    const written = tagsOf(element, (name, value) => copy.getAttribute(name)?.trim() === value.trim());
    if (written !== null) found.set(key, written);
  }
}
