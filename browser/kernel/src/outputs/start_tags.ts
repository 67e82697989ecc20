/** The start tags that may be written: elements and attributes of the lists, with values that load nothing. */

import { mayBeLinked } from './links';
import { allowed, markup, whole } from './rules';
import { escaped } from './text';

export const HTML = 'http://www.w3.org/1999/xhtml';
export const SVG = 'http://www.w3.org/2000/svg';

const VOID = new Set(allowed.void);
const STYLES = new Set(['style', ...Object.values(allowed.svgAttributes)]);
const DATA_IMAGE = whole(markup.patterns.dataImage);
const DATA_MEDIA = whole(markup.patterns.dataMedia);
const PLAIN_STYLE = /^[\w\s.,%#+\-*/()'"!;:]*$/;
const LEADS_ELSEWHERE = /url\((?!\s*["']?#)/i;

/** The attributes that each element may have, by its namespace and name. */
export const ATTRIBUTES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...allowed.htmlTags.map(name => attributesOf(HTML, name, [])),
  ...Object.values(allowed.svgTags).map(name =>
    attributesOf(SVG, name, [...Object.values(allowed.svgAttributes), 'href', 'xmlns'])
  )
]);

function attributesOf(namespace: string, name: string, more: string[]): [string, Set<string>] {
  const own = new Map<string, string[]>(Object.entries(allowed.htmlAttributes)).get(name) ?? [];
  const links = name === 'a' ? ['target'] : [];
  return [`${namespace} ${name}`, new Set([...allowed.global, 'style', ...own, ...links, ...more])];
}

/** What is written of an element before and after its content. */
export interface Written {
  start: string;
  end: string;
}

/**
 * The tags of an element; null if it is none of the lists, or stands where a parser would not have put it.
 *
 * @param passes - Whether an attribute of the lists may be written.
 */
export function tagsOf(
  element: Element,
  passes: (name: string, value: string) => boolean = () => true
): Written | null {
  const { localName, namespaceURI, parentElement } = element;
  const allowedHere = ATTRIBUTES.get(`${namespaceURI ?? ''} ${localName}`);
  if (allowedHere === undefined || !belongs(element, parentElement)) return null;
  let start = `<${localName}`;
  for (const { name, value } of element.attributes) {
    if (!allowedHere.has(name) || !isHarmless(localName, name, value) || !passes(name, value)) continue;
    start += ` ${name}="${attributeWritten(value)}"`;
  }
  if (localName === 'a') start += ' rel="noopener noreferrer"';
  return { start: `${start}>`, end: namespaceURI === HTML && VOID.has(localName) ? '' : `</${localName}>` };
}

/** Text as it is written between tags. */
export function textWritten(text: string): string {
  return escaped(text).replaceAll('\xa0', '&nbsp;');
}

function attributeWritten(value: string): string {
  return textWritten(value).replaceAll('"', '&quot;');
}

function belongs(element: Element, parent: Element | null): boolean {
  if (element.namespaceURI === HTML) return parent?.namespaceURI === HTML;
  return parent?.namespaceURI === SVG || (element.localName === 'svg' && parent?.namespaceURI === HTML);
}

/** Whether a browser can read an address; one with a host that is none it cannot. */
function isAddress(value: string): boolean {
  try {
    return new URL(value, 'http://beside.invalid/the/notebook').protocol !== 'javascript:';
  } catch {
    return false;
  }
}

function isHarmless(element: string, attribute: string, value: string): boolean {
  switch (attribute) {
    case 'href':
      if (element === 'image') return DATA_IMAGE.test(value);
      return value.startsWith('#') || (element === 'a' && mayBeLinked(value) && isAddress(value));
    case 'src':
      return (element === 'img' ? DATA_IMAGE : DATA_MEDIA).test(value);
    case 'target':
      return value === '_blank';
    case 'xmlns':
      return value === SVG;
  }
  return !STYLES.has(attribute) || (PLAIN_STYLE.test(value) && !LEADS_ELSEWHERE.test(value));
}
