/**
 * Reads HTML and SVG tag by tag and writes them in a form that all parsers read alike: few elements, balanced, not deep.
 *
 * The same as `monty_kernel/sanitize/markup.py`: nests at most `depth` deep, closes each element, and has no entity and
 * no `<` outside a tag. Everything that is left out is left out here, so it is also counted here.
 */

import { Attributes, PREFIX, quoted } from './attributes';
import { drawingDigest } from './digests';
import { fit } from './references';
import { allowed, markup, whole } from './rules';
import { Removed } from './sanitized';
import { resolvedWithStandIns, withStandIns } from './stand_ins';
import type { Steps } from './steps';
import { after, sourceAt, tagAt } from './tags';

const HTML_TAGS = new Set(allowed.htmlTags);
const SVG_TAGS = new Map(Object.entries(allowed.svgTags));
const VOID = new Set(allowed.void);
const RAW = new Set(allowed.raw);
const WITH_CONTENT = new Set(allowed.withContent);
const SILENT = new Set(allowed.silent);
const TABLE_PARTS = new Map(Object.entries(allowed.tableParts).map(([name, parts]) => [name, new Set(parts)]));
const ONLY_IN_TABLES = new Set(Object.values(allowed.tableParts).flat());
const IMPLIED_END = new Map(
  Object.entries(allowed.impliedEnd).map(([name, { ends, within }]) => [
    name,
    { ends: new Set<string>(ends), within: new Set<string>(within) }
  ])
);
const MEDIA = new Set(['audio', 'video']);
const MEDIA_ATTRIBUTES = ['src', 'loop', 'muted', 'width', 'height'];
const SHORT_NAME = whole(markup.patterns.shortName);
const COMMENT_END = /(?<=<!)---?>|(?<!<!)--!?>/g;
/** Characters of text that are handled at once. */
const LONG = 1 << 16;
const LETTER = /[a-zA-Z]/;
const ANY_LETTER = /\p{L}/u;

/** A document being rewritten. */
export class Markup {
  readonly removed = new Removed();

  readonly #text: string;
  readonly #attributes: Attributes;
  readonly #out: string[] = [];
  readonly #open: string[] = [];
  #svg = 0; // how many of the open elements are svg
  #moves = false;
  #ofDrawing: string | null = null;

  constructor(text: string) {
    this.#text = fit(text);
    this.#attributes = new Attributes(this.removed, () => this.#drawingPrefix());
  }

  /** Whether something could be drawn outside the output's box. */
  get moves(): boolean {
    return this.#moves || this.#attributes.moves;
  }

  /** Put before every id in a drawing, so that it cannot refer to another output's, where what it draws was not counted. */
  #drawingPrefix(): string {
    this.#ofDrawing ??= `${PREFIX}${drawingDigest(this.#text)}-`;
    return this.#ofDrawing;
  }

  /** The document in canonical form, with stand-ins for `&`, `<` and `>`. */
  *rewritten(): Steps<string> {
    const text = this.#text;
    for (let position = 0; position < text.length;) {
      const found = text.indexOf('<', position);
      const tag = found < 0 ? text.length : found;
      while (position < tag) {
        const end = afterPiece(text, position, tag);
        this.#write(text.slice(position, end));
        position = end;
        yield;
      }
      if (tag < text.length) position = this.#markup(tag);
      yield;
    }
    this.#closeDownTo(0);
    return this.#out.join('');
  }

  #write(text: string): void {
    this.#out.push(resolvedWithStandIns(text));
  }

  /** Handle the markup that begins with the `<` at `start`. Returns where the text goes on. */
  #markup(start: number): number {
    const text = this.#text;
    const following = text.charAt(start + 1);
    if (LETTER.test(following) || (following === '/' && startsWithLetter(text, start + 2))) return this.#tag(start);
    if (text.startsWith('<!--', start)) {
      COMMENT_END.lastIndex = start + 2;
      return COMMENT_END.test(text) ? COMMENT_END.lastIndex : text.length;
    }
    if (this.#svg > 0 && text.startsWith('<![CDATA[', start)) {
      const stop = text.indexOf(']]>', start);
      this.#out.push(withStandIns(text.slice(start + 9, stop < 0 ? text.length : stop)));
      return after(text, ']]>', start);
    }
    if (following === '!' || following === '?' || following === '/') return after(text, '>', start);
    this.#write('<');
    return start + 1;
  }

  #tag(start: number): number {
    const text = this.#text;
    const ends = text[start + 1] === '/';
    if (ends && !LETTER.test(text.charAt(start + 2))) {
      this.#write('<');
      return start + 1;
    }
    const found = tagAt(text, start);
    if (found === null) return text.length; // a tag without an end: like browsers, show neither it nor anything after it
    const name = found.name.toLowerCase();
    if (!ends) return this.#start(name, found.inside, found.end);
    this.#end(name);
    return found.end;
  }

  #start(name: string, inside: string, end: number): number {
    if (RAW.has(name)) {
      this.#count(name);
      return this.#afterRaw(name, end);
    }
    const svg = this.#svg > 0 || name === 'svg' ? SVG_TAGS.get(name) : undefined;
    if (svg === undefined && (this.#svg > 0 || !HTML_TAGS.has(name))) {
      this.#count(name);
      return WITH_CONTENT.has(name) && !inside.endsWith('/') ? this.#afterContent(name, end) : end;
    }
    if (svg === undefined && MEDIA.has(name)) return this.#player(name, inside, end);
    const closed = VOID.has(name) || (svg !== undefined && inside.endsWith('/'));
    if (this.#svg === 0 && !this.#finds(name)) return end;
    if (!closed && this.#open.length >= markup.depth) {
      this.removed.add('element that was nested too deeply');
      return end;
    }
    const attributes = inside === '' ? '' : this.#attributes.written(name, inside, svg !== undefined);
    const written = svg ?? name;
    this.#out.push(`<${written}${attributes}>`);
    this.#moves ||= svg !== undefined;
    if (!closed) {
      this.#open.push(name);
      this.#svg += Number(name === 'svg');
    } else if (svg !== undefined) this.#out.push(`</${written}>`);
    return end;
  }

  /** Close what a start tag ends. Whether its element may stand where it is. */
  #finds(name: string): boolean {
    this.#endImplied(name);
    const parent = this.#open.at(-1);
    const parts = parent === undefined ? undefined : TABLE_PARTS.get(parent);
    if (parts === undefined) return !ONLY_IN_TABLES.has(name) || this.#open.includes('table');
    if (parts.has(name)) return true;
    this.#count(name);
    return false;
  }

  /**
   * Write a player of sound or film whose data the document holds, without what is inside it; else leave it out.
   * Nothing of the data is read before the person starts it.
   */
  #player(name: string, inside: string, end: number): number {
    const kept = this.#attributes.kept(name, inside, false);
    const source = kept.has('src') ? null : sourceAt(this.#text, end);
    const more = source === null ? new Map<string, string>() : this.#attributes.kept(name, source, false);
    const all = new Map([...more, ...kept]); // in the order of the native kernel: the first of two values counts
    const parent = this.#open.at(-1);
    if (!all.has('src') || (parent !== undefined && TABLE_PARTS.has(parent))) {
      this.#count(name);
      return end;
    }
    const written = [...kept.keys(), ...more.keys()]
      .filter((key, index, keys) => keys.indexOf(key) === index)
      .reverse();
    const ours = written
      .filter(key => MEDIA_ATTRIBUTES.includes(key))
      .map(key => ` ${key}="${quoted(all.get(key) ?? '')}"`);
    this.#out.push(`<${name}${ours.join('')} controls="controls" preload="none"></${name}>`);
    this.#moves = true;
    return this.#afterContent(name, end);
  }

  #end(name: string): void {
    for (let index = this.#open.length - 1; index >= 0; index -= 1) {
      const open = this.#open[index];
      if (open === name) {
        this.#closeDownTo(index);
        return;
      }
      if (open === 'table' || (open === 'svg' && !HTML_TAGS.has(name))) return;
    }
  }

  #endImplied(name: string): void {
    const implied = IMPLIED_END.get(name);
    if (implied === undefined) return;
    let lowest: number | null = null;
    for (let index = this.#open.length - 1; index >= 0; index -= 1) {
      const open = this.#open[index] ?? '';
      if (implied.ends.has(open)) lowest = index;
      else if (implied.within.has(open)) break;
    }
    if (lowest !== null) this.#closeDownTo(lowest);
  }

  #closeDownTo(depth: number): void {
    while (this.#open.length > depth) {
      const name = this.#open.pop() ?? '';
      this.#out.push(`</${this.#svg > 0 ? (SVG_TAGS.get(name) ?? name) : name}>`);
      this.#svg -= Number(name === 'svg');
    }
  }

  #afterRaw(name: string, position: number): number {
    if (name === 'plaintext') return this.#text.length;
    const head = new RegExp(`</${name}(?=[\\t-\\r\\x20/>])`, 'gi');
    head.lastIndex = position;
    return head.test(this.#text) ? after(this.#text, '>', head.lastIndex) : this.#text.length;
  }

  #afterContent(name: string, start: number): number {
    const text = this.#text;
    const heads = new RegExp(`<(/?)${name}(?=[\\t-\\r\\x20/>])`, 'gi');
    heads.lastIndex = start;
    for (let depth = 1, position = start; ;) {
      const head = heads.exec(text);
      if (head === null) return text.length;
      position = after(text, '>', heads.lastIndex);
      if (text[position - 1] !== '>') return text.length; // a tag without an end, and so are all after it
      if (head[1] === '/') depth -= 1;
      else if (text[position - 2] !== '/') depth += 1;
      if (depth === 0) return position;
      heads.lastIndex = position;
    }
  }

  #count(name: string): void {
    if (!SILENT.has(name)) this.removed.add(SHORT_NAME.test(name) ? `<${name}>` : 'element');
  }
}

/** The end of a piece of text that is not too long to be handled at once, and cuts no reference in two. */
function afterPiece(text: string, start: number, end: number): number {
  if (end - start <= LONG) return end;
  const cut = Math.max(text.lastIndexOf('&', start + LONG), text.lastIndexOf(' ', start + LONG));
  return cut > start ? cut : end;
}

function startsWithLetter(text: string, position: number): boolean {
  const code = text.codePointAt(position);
  return code !== undefined && ANY_LETTER.test(String.fromCodePoint(code));
}
