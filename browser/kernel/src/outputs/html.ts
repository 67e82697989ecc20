/** Sanitizes HTML and SVG so that they run and load nothing, as `monty_kernel/sanitize/html.py` does. */

import { bounded } from './drawings';
import { Markup } from './markup';
import { html } from './rules';
import { Removed, TooLarge, checkSize } from './sanitized';
import type { Sanitized } from './sanitized';
import { withoutStandIns } from './stand_ins';
import type { Steps } from './steps';
import { keepsPlace } from './styles';
import { safeTex } from './tex';
import { count, grouped, isLonger, stripped } from './text';
import { rewritten } from './tree';

const END = '</div>';
const EMPTY = /<((\w+)(?: [^<>]*)?)><\/\2>/g;
const SVG_ENDS = /<\/svg>|<svg(?=[ >])/g;
const ROOT = /^(<svg)([^<>]*)/;
const ROOT_ATTRIBUTE = / ([\w-]+)="([^"]*)"/g;
const SVG_ROOT = /<[sS][vV][gG](?=[\s/>])/;
const MOVING = new Set(html.moving);

/**
 * Sanitize HTML.
 *
 * @param rendered - Whether it was made from Markdown, whose size was checked.
 * @throws TooLarge
 */
export function* sanitizedHtml(text: string, rendered = false): Steps<Sanitized> {
  if (!rendered) checkSize(text);
  const { contained } = html;
  // what was sanitized before gets its box anew if it needs one
  const before = text.startsWith(contained) && text.endsWith(END);
  const { markup, clean } = yield* cleaned(before ? text.slice(contained.length, -END.length) : text);
  const safe = safeTex(clean);
  markup.removed.add("formula's macro", safe.macros);
  return { text: markup.moves ? contained + safe.text + END : safe.text, removed: markup.removed };
}

/** Sanitize an SVG document. The result is well-formed XML; it is empty if there is no `<svg>`. @throws TooLarge */
export function* sanitizedSvg(text: string): Steps<Sanitized> {
  checkSize(text);
  const start = text.search(SVG_ROOT);
  if (start < 0) return { text: '', removed: new Removed() };
  const { markup, clean } = yield* cleaned(text.slice(start));
  const document = firstSvg(clean).replace(
    ROOT,
    (_, root: string, attributes: string) => root + keptInPlace(attributes)
  );
  // XML has a shorter form for an element without content, which most drawings use, and it does not know `&nbsp;`
  return { text: document.replaceAll('&nbsp;', '&#160;').replace(EMPTY, '<$1/>'), removed: markup.removed };
}

function* cleaned(text: string): Steps<{ markup: Markup; clean: string }> {
  if (isLonger(text, html.mostRendered) || count(text, '<') > html.mostTags) {
    throw new TooLarge(`more than ${grouped(html.mostTags)} tags`);
  }
  const markup = new Markup(text);
  const canonical = yield* markup.rewritten();
  if (!canonical.includes('<')) return { markup, clean: withoutStandIns(canonical) };
  const written = yield* rewritten(canonical);
  if (!written.includes('<svg')) return { markup, clean: withoutStandIns(written) };
  const drawing = yield* bounded(written);
  markup.removed.addAll(drawing.removed);
  return { markup, clean: withoutStandIns(drawing.text) };
}

/** The attributes of a drawing's own tag without those that move it or show what lies outside it, since some front ends put it into their page. */
function keptInPlace(attributes: string): string {
  return attributes.replace(ROOT_ATTRIBUTE, (attribute: string, name: string, value: string) => {
    if (name !== 'style') return MOVING.has(name) ? '' : attribute;
    const kept = value.split(';').filter(part => keepsPlace(stripped(part.split(':')[0] ?? '').toLowerCase()));
    return kept.length > 0 ? ` style="${kept.join(';')}"` : '';
  });
}

/** The first drawing with its content, since an XML document has one root. */
function firstSvg(clean: string): string {
  let [depth, begin] = [0, -1];
  for (const found of clean.matchAll(SVG_ENDS)) {
    if (begin < 0) begin = found.index;
    depth += found[0].startsWith('</') ? -1 : 1;
    if (depth === 0) return clean.slice(begin, found.index + found[0].length);
  }
  return '';
}
