/** What stays of a tag's attributes, as in `monty_kernel/sanitize/markup.py`. */

import { mayBeLinked } from './links';
import { resolved } from './references';
import { allowed, markup, whole } from './rules';
import type { Removed } from './sanitized';
import { withStandIns } from './stand_ins';
import { safeStyle, safeValue } from './styles';
import { attributesIn } from './tags';
import { stripped, words } from './text';

/** Put before every id, so that none equals an id of the page or shadows a global variable of its scripts. */
export const PREFIX = markup.idPrefix;

const GLOBAL = new Set(allowed.global);
const HTML_ATTRIBUTES = new Map(
  Object.entries(allowed.htmlAttributes).map(([name, own]) => [name, new Set<string>(own)])
);
const SVG_ATTRIBUTES = new Map(Object.entries(allowed.svgAttributes));
const SVG_LINKING = new Set(allowed.svgLinking);
const CLASSES = new Set(allowed.classes);
const DATA_IMAGE = whole(markup.patterns.dataImage);
const DATA_MEDIA = whole(markup.patterns.dataMedia);
const PLAIN_ATTRIBUTE = whole(markup.patterns.plainAttribute);
const TEXTS = new Set(['alt', 'title', 'aria-label', 'lang', 'summary', 'datetime']);
const SIZES = new Set(['width', 'height', 'size']);
const LOADING = new Set(['srcset', 'poster', 'background', 'lowsrc', 'dynsrc', 'ping', 'formaction']);

/** Reads the attributes of a document's tags. */
export class Attributes {
  /** Whether one of them may draw something outside the output's box. */
  moves = false;

  constructor(
    private readonly removed: Removed,
    /** What is put before each id in a drawing. */
    private readonly ofDrawing: () => string
  ) {}

  /** As they are written in a tag. */
  written(name: string, inside: string, svg: boolean): string {
    return [...this.kept(name, inside, svg)].map(([key, value]) => ` ${key}="${quoted(value)}"`).join('');
  }

  /** By name; of two with one name, the first counts. */
  kept(name: string, inside: string, svg: boolean): Map<string, string> {
    const kept = new Map<string, string>();
    for (const [given, value] of attributesIn(inside)) {
      const [written, fit] = this.#attribute(name, given.toLowerCase(), resolved(value), svg);
      if (fit !== null && !kept.has(written)) kept.set(written, fit);
    }
    if (name === 'a' && kept.has('href') && !kept.get('href')?.startsWith('#')) kept.set('target', '_blank');
    return kept;
  }

  /** The name under which an attribute is written, and its value; null if it is left out. */
  #attribute(name: string, attribute: string, given: string, svg: boolean): [string, string | null] {
    if (attribute.startsWith('on')) {
      this.removed.add('event handler');
      return [attribute, null];
    }
    if (attribute.startsWith('data-commandlinker')) {
      this.removed.add('command of JupyterLab', Number(attribute.endsWith('-command')));
      return [attribute, null];
    }
    switch (attribute) {
      case 'style':
        return [attribute, this.#style(given)];
      case 'href':
      case 'xlink:href':
        return ['href', this.#address(name, given, svg)];
      case 'id':
        return [attribute, (svg ? this.ofDrawing() : PREFIX) + stripped(given)];
      case 'aria-labelledby':
      case 'headers':
        return [
          attribute,
          words(given)
            .map(id => PREFIX + id)
            .join(' ')
        ];
      case 'class':
        return [
          attribute,
          words(given)
            .filter(each => CLASSES.has(each))
            .join(' ') || null
        ];
    }
    if (attribute === 'src' && name === 'img') return [attribute, this.#image(given)];
    if (attribute === 'src' && (name === 'audio' || name === 'video')) {
      return [attribute, DATA_MEDIA.test(stripped(given)) ? stripped(given) : null];
    }
    if (attribute === 'xmlns' && name === 'svg') return [attribute, svg ? 'http://www.w3.org/2000/svg' : null];
    const ofSvg = svg ? SVG_ATTRIBUTES.get(attribute) : undefined;
    if (ofSvg !== undefined) return [ofSvg, this.#value(attribute, given)];
    if (TEXTS.has(attribute)) return [attribute, given];
    if (GLOBAL.has(attribute) || HTML_ATTRIBUTES.get(name)?.has(attribute)) {
      this.moves ||= SIZES.has(attribute);
      return [attribute, PLAIN_ATTRIBUTE.test(given) ? given : null];
    }
    if (LOADING.has(attribute)) this.removed.add('reference');
    return [attribute, null];
  }

  #style(given: string): string | null {
    const style = safeStyle(given, given.includes('#') && given.includes('(') ? this.ofDrawing() : '');
    this.removed.add('style declaration', style.dropped);
    this.moves ||= style.moves;
    return style.text || null;
  }

  #value(attribute: string, given: string): string | null {
    const fit = safeValue(attribute, given, given.includes('#') ? this.ofDrawing() : '');
    if (fit === null) this.removed.add('reference');
    return fit;
  }

  #address(name: string, given: string, svg: boolean): string | null {
    if (name === 'image') return this.#image(given);
    const address = stripped(given);
    if (address.startsWith('#') && (name === 'a' || SVG_LINKING.has(name))) {
      return `#${svg ? this.ofDrawing() : PREFIX}${address.slice(1)}`;
    }
    if (name === 'a' && mayBeLinked(address)) return address;
    this.removed.add(name === 'a' ? 'link' : 'reference');
    return null;
  }

  #image(given: string): string | null {
    const address = stripped(given);
    if (DATA_IMAGE.test(address)) return address;
    this.removed.add(address.startsWith('data:') ? 'image' : 'linked image');
    return null;
  }
}

/** A value as it stands in an attribute. */
export function quoted(value: string): string {
  return withStandIns(value).replaceAll('"', '&quot;');
}
