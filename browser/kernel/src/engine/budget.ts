/**
 * What one cell may still show, ask of the host, sleep and compute, and what happens when that is used up.
 *
 * A call or a sleep too many raises where it stands, so that an ordinary cell ends like any that failed, and keeps what
 * it did. One that catches the error and goes on calling is stopped for good. Printing and computing cannot raise: a cell
 * that shows too much or computes too long is stopped at once.
 */

import { textSize } from './utf8';
import { kindOf, NO_LIMITS, SessionLimits } from './limits';
import type { CellLimit } from './limits';
import type { Failure, Limits, Output, Result } from '../worker/messages';

/** Bytes that every display counts for beside its own: each is a message, however little it shows. */
const OVERHEAD = 256;

/** Refused calls after which a cell is stopped for good. Those before leave it room to close files. */
const MOST_REFUSED = 100;

const ROUNDING = 1e-6; // seconds: ten sleeps of 0.1 are one second

export type Used = 'output' | 'host_calls' | 'asleep' | 'time';

/** The name of the error, by what was used up. */
export const NAMES: Record<Used, string> = {
  output: 'OutputLimitExceeded',
  host_calls: 'HostCallLimitExceeded',
  asleep: 'SleepLimitExceeded',
  time: 'TimeoutError'
};

/** A cell has used up one of its limits; the message says which, and who set it. */
export class LimitReached extends Error {
  constructor(
    readonly kind: Used,
    message: string
  ) {
    super(message);
    this.name = NAMES[kind];
  }

  /** The failure of a cell that is stopped for it. */
  get failure(): Failure {
    return { kind: 'limit', ename: this.name, evalue: this.message, frames: [], note: null };
  }
}

/** What counts against the limit of output. */
type Counted = Exclude<Output, { type: 'error' }>;

/** The budget of one cell. */
export class Budget {
  /** Why the cell must stop; null as long as it may go on. */
  over: LimitReached | null = null;
  /** Seconds that its earlier feeds computed. */
  computed = 0;

  readonly #limits: Pick<Limits, CellLimit | 'seconds'>;
  readonly #held = new Map<Used, string>();
  #shown = 0;
  #called = 0;
  #refused = 0;
  #slept = 0;
  #told = false;

  /**
   * @param limits - The session's; without them there are none.
   * @param mostShown - Characters of one MIME type that the sanitizer lets through; null for no limit.
   */
  constructor(
    limits: SessionLimits | null = null,
    readonly mostShown: number | null = null
  ) {
    this.#limits = { ...(limits?.now ?? NO_LIMITS) };
    if (limits === null) return;
    // in words now, since the cell may tighten them for those after it
    for (const kind of ['output', 'host_calls', 'asleep'] as const) this.#held.set(kind, limits.inWords(kind));
    this.#held.set('time', limits.inWords('seconds'));
  }

  /** The part of an output that may be shown: a print is cut at the limit. Null if nothing may. */
  admit(output: Output): Output | null {
    const most = this.#limits.output;
    if (most === null || output.type === 'error') return output; // an error is cut short by itself
    const left = most - this.#shown;
    const size = sizeOf(output);
    this.#shown += size;
    if (size <= left) return output;
    this.over ??= this.#reached('output', 'show more than');
    if (output.type !== 'stream' || left <= 0) return null;
    const text = cut(output.text, left);
    return text === '' ? null : { ...output, text };
  }

  /** Count a result; whether it may be shown. */
  admitResult(result: Result): boolean {
    this.admit({ type: 'display', displayId: null, update: false, ...result });
    return this.over === null;
  }

  /** Make room for an output of the kernel's own, such as the table of limits; once a cell. */
  admitOnce(output: Counted): void {
    if (this.#limits.output !== null && !this.#told) {
      this.#told = true;
      this.#limits.output += sizeOf(output);
    }
  }

  /** Set limits for the rest of the cell. */
  tighten(values: ReadonlyMap<CellLimit, number>): void {
    for (const [kind, value] of values) {
      this.#held.set(kind, `%%limits ${kind} = ${kindOf(kind).show(value)}`);
      this.#limits[kind] = value;
    }
  }

  /** Count a call of the host. Throws LimitReached for one too many. */
  call(): void {
    if (this.#limits.host_calls === null) return;
    if (this.#called >= this.#limits.host_calls) throw this.#refuse('host_calls', 'call the host more often than');
    this.#called += 1;
  }

  /** How many of these seconds the cell may sleep. */
  maySleep(seconds: number): number {
    const left = this.#limits.asleep === null ? seconds : Math.max(0, this.#limits.asleep - this.#slept);
    return seconds <= left + ROUNDING ? seconds : left;
  }

  /** The error for a cell that would sleep longer than it may. */
  overslept(): LimitReached {
    return this.#refuse('asleep', 'sleep for longer than');
  }

  /** Count the seconds that the cell slept. */
  slept(seconds: number): void {
    this.#slept += seconds;
  }

  /** Note how long the running feed has computed; whether the cell may go on. */
  mayCompute(seconds: number): boolean {
    if (this.#limits.seconds !== null && this.computed + seconds >= this.#limits.seconds) this.overtime();
    return this.over === null;
  }

  /** Note that the cell has computed for longer than it may. */
  overtime(): void {
    this.over ??= new LimitReached('time', `the cell computed for longer than ${this.#held.get('time') ?? 'it may'}`);
  }

  #refuse(kind: Used, would: string): LimitReached {
    const reached = this.#reached(kind, would);
    this.#refused += 1;
    if (this.#refused > MOST_REFUSED) this.over = reached;
    return reached;
  }

  #reached(kind: Used, would: string): LimitReached {
    return new LimitReached(kind, `the cell would ${would} ${this.#held.get(kind) ?? 'it may'}`);
  }
}

/**
 * For feeds of the kernel's own, between cells. They need nothing of the host: what calls it or sleeps there is a
 * notebook that redefined what the kernel calls.
 */
export function ofTheKernel(): Budget {
  return new Budget(SessionLimits.of({ ...NO_LIMITS, host_calls: 0, asleep: 0 }));
}

/** Bytes that an output counts for. */
export function sizeOf(output: Counted): number {
  if (output.type === 'stream') return textSize(output.text);
  if (output.type === 'clear') return OVERHEAD;
  const named = textSize(output.displayId ?? '') + (output.file?.content.length ?? 0);
  const data = Object.entries(output.data).flat();
  const metadata = Object.keys(output.metadata).length > 0 ? [output.metadata] : [];
  return OVERHEAD + named + [...data, ...metadata].reduce((sum: number, each) => sum + dataSize(each), 0);
}

/** Bytes that a result counts for. */
export function resultSize(result: Result): number {
  return sizeOf({ type: 'display', displayId: null, update: false, ...result });
}

function dataSize(value: unknown): number {
  return textSize(typeof value === 'string' ? value : JSON.stringify(value));
}

const UTF8 = new TextEncoder();

/** The characters of a text that fit into so many bytes. */
function cut(text: string, most: number): string {
  const bytes = UTF8.encode(text);
  let end = Math.min(most, bytes.length);
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return new TextDecoder().decode(bytes.subarray(0, end));
}
