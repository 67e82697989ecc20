/**
 * Bounds what the references of a drawing draw, as `monty_kernel/sanitize/drawings.py` does: an element of SVG can refer
 * to another and draw it again, and so on. Ten lines of `use` within `use` are ten billion shapes, so all elements that
 * references draw are counted before a browser draws them.
 */

import { Filter } from './filters';
import { resolved } from './references';
import { allowed, drawings } from './rules';
import { Removed } from './sanitized';
import type { Sanitized } from './sanitized';
import type { Steps } from './steps';

const MOST = drawings.mostDrawn;
const TAG = /<(\/?)(\w+)([^<>]*)>/g;
const ID = / id="([^"]*)"/;
const HREF = / href="#([^"]*)"/;
const URL = /(?:(?<![\w-])([\w-]+)(?:="|\s*:)\s*)?url\(\s*(?:'|&quot;)?#([\w.-]+)/g;
const ATTRIBUTE = / ([\w-]+)="([^"]*)"/g;
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g;
const VOID = new Set(allowed.void);
const LARGEST = new Map(Object.entries(drawings.largest));
/** Tags that are looked at between two looks at the clock. */
const STEP = 100;

/** A part of the text. */
type Place = [begin: number, end: number];

interface Reference {
  element: number;
  /** The attribute's place in the text. */
  place: Place;
  target: string;
  /** `use`, or the property that names it. */
  how: string;
}

/** The elements of a document that was written by the sanitizer, by number, and what they draw again. */
class Drawing {
  readonly excessive: Place[] = [];

  readonly #begins: number[] = [];
  readonly #ends: number[] = []; // where its content ends in the text
  readonly #last: number[] = []; // the number of the first element that is not in it
  readonly #ids = new Map<string, number>();
  readonly #references: Reference[] = [];
  readonly #uses: number[] = []; // before each reference, how many are of `use`
  readonly #known = new Map<string, number>();
  readonly #steps: number[] = []; // of filters, the numbers of their elements
  readonly #filters = new Map<number, Filter>();

  *read(text: string): Steps<undefined> {
    const [begins, ends, last] = [this.#begins, this.#ends, this.#last];
    const stack = [0];
    let filter = new Filter();
    for (const tag of text.matchAll(TAG)) {
      const [, closes, name = '', inside = ''] = tag;
      if (closes === '/') {
        const number = stack.pop() ?? 0;
        ends[number] = tag.index;
        last[number] = begins.length;
        continue;
      }
      const number = begins.length;
      if (number % STEP === 0) yield;
      begins.push(tag.index);
      ends.push(tag.index + tag[0].length);
      last.push(number + 1);
      if (!VOID.has(name)) stack.push(number);
      if (name === 'filter') this.#filters.set(number, (filter = new Filter()));
      const isStep = name.startsWith('fe');
      if (isStep) {
        this.#steps.push(number);
        filter.step(name, new Map([...inside.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => [key, value])));
      }
      if (isStep || inside.includes('#') || inside.includes(' id=')) {
        this.#attributes(number, name, inside, tag.index + 1 + name.length);
      }
    }
    return undefined;
  }

  #attributes(element: number, name: string, inside: string, offset: number): void {
    const id = ID.exec(inside)?.[1];
    if (id !== undefined && !this.#ids.has(resolved(id))) this.#ids.set(resolved(id), element);
    const href = name === 'a' ? null : HREF.exec(inside);
    if (href !== null) {
      const place: Place = [offset + href.index, offset + href.index + href[0].length];
      this.#references.push({ element, place, target: resolved(href[1] ?? ''), how: name });
    }
    if (!inside.includes('url(') && !name.startsWith('fe')) return;
    for (const attribute of inside.matchAll(ATTRIBUTE)) {
      const place: Place = [offset + attribute.index, offset + attribute.index + attribute[0].length];
      for (const [, how, target = ''] of attribute[0].matchAll(URL)) {
        this.#references.push({ element, place, target, how: how ?? 'fill' });
      }
      const most = LARGEST.get(attribute[1] ?? '');
      const numbers = (attribute[2] ?? '').match(NUMBER) ?? [];
      if (most !== undefined && numbers.some(each => Math.abs(Number(each)) > most)) this.excessive.push(place);
    }
  }

  /** The places of the attributes to leave out, so that what is left draws no more than it may. */
  *tooMuch(): Steps<Place[]> {
    let [drawn, uses] = [0, 0];
    for (const { how } of this.#references) {
      this.#uses.push(uses);
      uses += Number(how === 'use');
    }
    this.#uses.push(uses);
    const places: Place[] = [];
    for (const reference of this.#references) {
      const cost = this.#cost(reference, 0);
      if (drawn + cost > MOST) places.push(reference.place);
      else drawn += cost;
      yield;
    }
    return places;
  }

  #cost({ element, target, how }: Reference, depth: number): number {
    const number = this.#ids.get(target);
    if (number === undefined) return 0;
    const [begin = 0, end = 0, last = 0] = [this.#begins[element], this.#ends[element], this.#last[element]];
    let times = 1;
    if (how.startsWith('marker'))
      times = 1 + Math.floor((end - begin) / 4); // at each corner of each line in it
    else if (how === 'fill' || how === 'stroke') times = last - element;
    return Math.min(times * this.#targetCost(number, target, how, depth), MOST + 1);
  }

  #targetCost(element: number, target: string, how: string, depth: number): number {
    const key = `${depth} ${target}`;
    const known = this.#known.get(key);
    if (known !== undefined && how !== 'use') return known;
    const [begin = 0, end = 0, last = 0] = [this.#begins[element], this.#ends[element], this.#last[element]];
    const from = firstAt(this.#references, begin, each => each.place[0]);
    const to = firstAt(this.#references, Math.max(end, begin + 1), each => each.place[0]);
    if (depth >= drawings.deepest || (how === 'use' && this.#uses[from] !== this.#uses[to])) return MOST + 1;
    if (known !== undefined) return known;
    let steps = firstAt(this.#steps, last, each => each) - firstAt(this.#steps, element, each => each);
    steps = Math.max(steps, this.#filters.get(element)?.most ?? 0);
    let cost = last - element + steps * drawings.primitive;
    for (let index = from; index < to && cost <= MOST; index += 1) {
      const reference = this.#references[index];
      if (reference !== undefined) cost += this.#cost(reference, depth + 1);
    }
    this.#known.set(key, cost);
    return cost;
  }
}

/** The first of sorted items that is at a place or behind it. */
function firstAt<Item>(items: readonly Item[], place: number, placeOf: (item: Item) => number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placeOf(items[middle] as Item) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A document that the sanitizer wrote, without the references through which it would draw too much, and what is left out. */
export function* bounded(text: string): Steps<Sanitized> {
  const drawing = new Drawing();
  yield* drawing.read(text);
  const references = yield* drawing.tooMuch();
  const removed = new Removed();
  removed.add('reference that draws too much', distinct(references).length);
  removed.add('excessive filter', drawing.excessive.length);
  const pieces: string[] = [];
  let done = 0;
  for (const [begin, end] of distinct([...references, ...drawing.excessive])) {
    pieces.push(text.slice(done, begin));
    done = end;
  }
  return { text: pieces.join('') + text.slice(done), removed };
}

/** Sorted, each once. No two attributes begin at one place. */
function distinct(places: readonly Place[]): Place[] {
  return [...new Map(places.map(place => [place[0], place])).values()].sort(([first], [second]) => first - second);
}
