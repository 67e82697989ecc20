/** The cells that led to a state, for tracebacks and completion: one step for each time that the session was dumped. */

import { Feed } from '../source/feed';
import { edit, SourceMap } from '../source/source_map';
import { SCRIPT_NAME } from '../wire/requests';
import type { CellSource } from '../source/index';

/** What a step adds to those before it, as plain data: cells as plain Python, and feeds by number. */
interface StepData {
  /** The lowest number of its feeds. It comes first in the text, so that it is found without reading all. */
  first: number | null;
  cells: [label: string, text: string][];
  feeds: Record<string, FeedData>;
}

/** A feed without its text: the edits make it from the cell's. */
interface FeedData {
  label: string;
  text: string;
  parts: string[];
  /** Of each map, the one nearest to what the person typed last. */
  maps: [start: number, end: number, text: string, blame: readonly [number, number] | null][][];
}

/** Steps that are kept as they were read: a traceback has many frames of few cells. */
const READ = 4;

export class CellLog {
  /** The complete steps, oldest first, as texts. */
  readonly steps: string[];
  #cells: CellSource[] = [];
  #feeds = new Map<number, Feed>();
  readonly #read = new Map<number, StepData>();
  readonly #known: CellSource[] = []; // the cells of the first steps
  #knownSteps = 0;

  constructor(steps: readonly string[] = []) {
    this.steps = [...steps];
  }

  /** Note what the session's feed `number` was made of. Numbers grow. */
  addFeed(number: number, feed: Feed): void {
    this.#feeds.set(number, feed);
  }

  /** Note a cell that ran, as plain Python. */
  addCell(cell: CellSource): void {
    this.#cells.push(cell);
  }

  /** Complete the step. */
  complete(): void {
    if (this.#cells.length === 0 && this.#feeds.size === 0) return;
    if (this.#knownSteps === this.steps.length) {
      this.#known.push(...this.#cells); // the same objects: who knew them knows them still
      this.#knownSteps += 1;
    }
    this.steps.push(JSON.stringify(stepData(this.#cells, this.#feeds)));
    this.#cells = [];
    this.#feeds = new Map();
  }

  /** The cells that ran and are known, as plain Python, oldest first. */
  get cells(): CellSource[] {
    for (; this.#knownSteps < this.steps.length; this.#knownSteps++) {
      for (const [label, text] of this.#step(this.#knownSteps).cells) this.#known.push({ label, text });
    }
    return [...this.#known, ...this.#cells];
  }

  /** The feed that tracebacks call `<python-input-number>`. */
  feed(number: number): Feed | null {
    const own = this.#feeds.get(number);
    if (own !== undefined) return own;
    for (let index = this.steps.length - 1; index >= 0; index--) {
      const first = firstOf(this.steps[index] ?? '');
      if (first === null || first > number) continue;
      const data = this.#step(index).feeds[String(number)];
      return data === undefined ? null : feedOf(data);
    }
    return null;
  }

  /** The feed that Monty calls by this name; null if it is none of a cell's. */
  named(filename: string): Feed | null {
    // refused before it was counted, since it nests too deeply: what was fed last
    if (filename === SCRIPT_NAME) return [...this.#feeds.values()].at(-1) ?? null;
    const match = /^<python-input-(\d+)>$/.exec(filename);
    return match === null ? null : this.feed(Number(match[1]));
  }

  /** The feeds of the newest cell that tracebacks call so, in order; empty if there is none. */
  feedsOf(label: string): Feed[] {
    const own = [...this.#feeds.values()].filter(feed => feed.cell.label === label);
    for (let index = this.steps.length - 1; own.length === 0 && index >= 0; index--) {
      const feeds = Object.values(this.#step(index).feeds).filter(data => data.label === label);
      if (feeds.length > 0) return feeds.map(feedOf);
    }
    return own;
  }

  /** The cells that were fed, as the person typed them, newest first. */
  *sources(): Generator<CellSource> {
    let last: CellSource | null = null;
    for (const cell of this.#allSources()) {
      if (cell.label !== last?.label || cell.text !== last.text) yield cell;
      last = cell;
    }
  }

  *#allSources(): Generator<CellSource> {
    for (const feed of [...this.#feeds.values()].reverse()) yield feed.cell;
    for (let index = this.steps.length - 1; index >= 0; index--) {
      for (const { label, text } of Object.values(this.#step(index).feeds).reverse()) yield { label, text };
    }
  }

  #step(index: number): StepData {
    const read = this.#read.get(index);
    if (read !== undefined) return read;
    const data = JSON.parse(this.steps[index] ?? '') as StepData;
    this.#read.set(index, data);
    for (const oldest of this.#read.keys()) {
      if (this.#read.size <= READ) break;
      this.#read.delete(oldest);
    }
    return data;
  }
}

/**
 * Check texts from a store: they are what `complete` made, as far as it is read.
 *
 * @throws TypeError, SyntaxError - They are something else.
 */
export function checkSteps(steps: readonly string[]): void {
  for (const text of steps) {
    const data = JSON.parse(text) as Partial<StepData> | null;
    if (!Array.isArray(data?.cells) || typeof data.feeds !== 'object') throw new TypeError('no step of a session');
  }
}

function firstOf(text: string): number | null {
  const match = /^\{"first":(\d+)/.exec(text);
  return match === null ? null : Number(match[1]);
}

function stepData(cells: readonly CellSource[], feeds: ReadonlyMap<number, Feed>): StepData {
  return {
    first: feeds.size === 0 ? null : Math.min(...feeds.keys()),
    cells: cells.map(({ label, text }) => [label, text]),
    feeds: Object.fromEntries([...feeds].map(([number, feed]) => [number, feedData(feed)]))
  };
}

function feedData(feed: Feed): FeedData {
  return {
    label: feed.cell.label,
    text: feed.cell.text,
    parts: [...feed.parts].sort(),
    maps: feed.maps.map(map => map.edits.map(({ start, end, text, blame }) => [start, end, text, blame]))
  };
}

function feedOf(data: FeedData): Feed {
  let text = data.text;
  const maps: SourceMap[] = [];
  for (const edits of [...data.maps].reverse()) {
    const map = new SourceMap(
      text,
      edits.map(([start, end, replacement, blame]) => edit(start, end, replacement, blame))
    );
    maps.unshift(map);
    text = map.text;
  }
  return new Feed({ label: data.label, text: data.text }, text, maps, new Set(data.parts));
}
