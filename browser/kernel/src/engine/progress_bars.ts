/**
 * Progress bars, whose state comes among what a cell prints to stderr, as in `monty_kernel/engine/progress_bars.py`.
 *
 * A cell that prints such a record itself shows a bar, which it may do anyway: numbers and texts are checked, and the display
 * passes the budget and the sanitizer like any other.
 */

import { htmlOf, lineOf } from '../outputs/meter';
import { randomId } from '../random_id';
import type { BarState } from '../outputs/meter';
import type { Output } from '../worker/messages';

export const BEGIN = '\x1b_monty-bar;';
export const END = '\x1b\\';
const LONGEST = 12_000; // characters of a record: three texts of 200, of which json writes twelve for one
const LONGEST_TEXT = 200;
const MOST = 1e18; // numbers larger than this count nothing

/** Seconds between two updates of a cell's bars, all of them together. */
const INTERVAL = 0.1;

/** Bars that one cell shows. */
export const MOST_BARS = 50;

const SMOOTHING = 0.3; // the weight of the last interval in the rate, as in tqdm

type Emit = (output: Output) => void;

/** The bars of one cell. */
export class ProgressBars {
  #held = ''; // the beginning of a record whose end is to come
  readonly #bars = new Map<number, Bar>();
  readonly #vacant: Bar[] = []; // shown, and gone: the next bar takes the place
  #unshown = 0;
  #shownAt = -Infinity;

  /**
   * @param clock - Seconds, of any beginning.
   */
  constructor(private readonly clock: () => number = () => performance.now() / 1000) {}

  /** Pass on an output without the records in it, and what they say as displays. */
  emit(output: Output, emit: Emit): void {
    if (output.type === 'stream' && output.name === 'stderr') {
      if (this.#held !== '' || output.text.includes('\x1b')) {
        this.#split(this.#held + output.text, emit);
        return;
      }
    } else if (this.#held !== '') {
      this.#release(emit);
    }
    if (this.#bars.size > 0) this.#before(output, emit);
    emit(output);
  }

  /** The cell is over: show each bar as it was last. */
  finish(emit: Emit): void {
    this.#release(emit);
    for (const bar of [...this.#bars.values(), ...this.#vacant]) if (bar.isDue) this.#show(bar, emit);
    if (this.#unshown > 0) emit(printed(`[${this.#unshown} more progress bars are not shown]\n`));
  }

  #release(emit: Emit): void {
    const held = this.#held;
    this.#held = '';
    if (held !== '') emit(printed(held));
  }

  /** Bars stand where they began among the other outputs. */
  #before(output: Output, emit: Emit): void {
    for (const bar of this.#bars.values()) {
      if (output.type === 'clear') bar.isShown = false;
      else if (!bar.isShown) this.#show(bar, emit);
    }
  }

  #split(text: string, emit: Emit): void {
    this.#held = '';
    let position = 0;
    for (let start = text.indexOf(BEGIN); start >= 0; start = text.indexOf(BEGIN, position)) {
      const end = text.indexOf(END, start);
      if (end < 0 && text.length - start <= LONGEST) {
        this.#print(text.slice(position, start), emit);
        this.#held = text.slice(start);
        return;
      }
      const isShort = end >= 0 && end - start <= LONGEST;
      const state = isShort ? stateOf(text.slice(start + BEGIN.length, end)) : null;
      if (state === null) {
        this.#print(text.slice(position, start + BEGIN.length), emit); // nothing that a bar printed
        position = start + BEGIN.length;
        continue;
      }
      this.#print(text.slice(position, start), emit);
      position = end + END.length;
      this.#take(state, emit);
    }
    let rest = text.slice(position);
    const cut = rest.lastIndexOf('\x1b');
    if (cut >= 0 && BEGIN.startsWith(rest.slice(cut))) {
      this.#held = rest.slice(cut);
      rest = rest.slice(0, cut);
    }
    this.#print(rest, emit);
  }

  #print(text: string, emit: Emit): void {
    if (text === '') return;
    const output = printed(text);
    this.#before(output, emit);
    emit(output);
  }

  #take(state: BarState, emit: Emit): void {
    let bar = this.#bars.get(state.number);
    if (bar === undefined) {
      if (state.done && !state.leave) return;
      bar = this.#vacant.shift();
      if (bar === undefined && this.#bars.size >= MOST_BARS) {
        if (state.done) this.#unshown += 1;
        return;
      }
      bar ??= new Bar();
      this.#bars.set(state.number, bar);
    }
    bar.state = state;
    bar.isDue = true;
    if (state.done && !state.leave) {
      this.#bars.delete(state.number);
      if (!bar.isShown) return;
      bar.state = null;
      this.#vacant.push(bar);
    }
    this.#showNext(emit);
  }

  #showNext(emit: Emit): void {
    if (this.clock() - this.#shownAt < INTERVAL) return;
    let next: Bar | null = null;
    for (const bar of [...this.#bars.values(), ...this.#vacant]) {
      if (bar.isDue && (next === null || bar.isBefore(next))) next = bar;
    }
    if (next !== null) this.#show(next, emit);
  }

  #show(bar: Bar, emit: Emit): void {
    this.#shownAt = bar.shownAt = this.clock();
    emit(bar.display());
  }
}

/** A place among the outputs, and the bar that has it. */
class Bar {
  /** Null if the bar is gone. */
  state: BarState | null = null;
  /** Whether the front end shows an earlier state. */
  isDue = false;
  /** Whether it has the place at all. */
  isShown = false;
  /** When the front end was last told of it. */
  shownAt = -Infinity;

  readonly #displayId = randomId();
  #number: number | null = null;
  #last = { n: 0, seconds: 0 }; // when it was last shown
  #smooth = { n: 0, seconds: 0 };

  /** Whether this is to be shown before another. */
  isBefore(other: Bar): boolean {
    return this.isShown === other.isShown ? this.shownAt < other.shownAt : !this.isShown;
  }

  /** What shows it as it is now. */
  display(): Output {
    const shown = { type: 'display', metadata: {}, displayId: this.#displayId, update: this.isShown } as const;
    this.isShown = true;
    this.isDue = false;
    const { state } = this;
    if (state === null) return { ...shown, data: { 'text/plain': '', 'text/html': '' } };
    const rate = state.done ? null : this.#rate(state);
    return { ...shown, data: { 'text/plain': lineOf(state, rate), 'text/html': htmlOf(state, rate) } };
  }

  #rate(state: BarState): number | null {
    if (this.#number !== state.number || state.n < this.#last.n) {
      this.#number = state.number;
      this.#last = { n: state.initial, seconds: 0 };
      this.#smooth = { n: 0, seconds: 0 };
    }
    const done = state.n - this.#last.n;
    const passed = state.seconds - this.#last.seconds;
    this.#last = { n: state.n, seconds: state.seconds };
    if (done > 0 && passed > 0) {
      const weight = this.#smooth.seconds > 0 ? SMOOTHING : 1;
      this.#smooth = {
        n: weight * done + (1 - weight) * this.#smooth.n,
        seconds: weight * passed + (1 - weight) * this.#smooth.seconds
      };
    }
    return this.#smooth.seconds > 0 ? this.#smooth.n / this.#smooth.seconds : null;
  }
}

function printed(text: string): Output {
  return { type: 'stream', name: 'stderr', text };
}

// Records -------------------------------------------------------------------------------------------------------------

/** What a record says; null if no bar printed it. */
function stateOf(text: string): BarState | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null; // it is no JSON
  }
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return null;
  const {
    bar,
    n,
    total,
    initial,
    seconds,
    scale,
    divisor,
    text: before,
    unit,
    postfix,
    leave,
    done
  } = said as Record<string, unknown>;
  if (!isNumber(bar) || !Number.isInteger(bar) || !isNumber(n) || !isNumber(initial)) return null;
  if (!isNumber(seconds) || seconds < 0 || !isNumber(divisor) || divisor <= 1) return null;
  if (!(total === null || total === undefined || isNumber(total))) return null;
  if (!(typeof scale === 'boolean' || isNumber(scale))) return null;
  if (!isShort(before) || !isShort(unit) || !isShort(postfix)) return null;
  return {
    number: bar,
    n,
    total: total ?? null,
    initial,
    seconds,
    text: before,
    unit,
    scale,
    divisor,
    postfix,
    leave: leave === true,
    done: done === true
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && value > -MOST && value < MOST;
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT;
}
