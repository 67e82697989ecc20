/** What one session may use: what the person granted, as cells have tightened it since. No cell can loosen it. */

import type { HeldLimits, Limits } from '../worker/messages';

/** How deep calls may nest by default: Monty's own limit, which cannot be removed. */
export const MONTY_RECURSION = 1000;

export type LimitName = keyof Limits;

/** The limits that hold for each cell anew. */
export type CellLimit = 'output' | 'host_calls' | 'asleep';

export const DEFAULT_LIMITS: Limits = {
  memory: 2 ** 30,
  seconds: null,
  recursion: null,
  output: null,
  host_calls: null,
  asleep: null
};

export const NO_LIMITS: Limits = { ...DEFAULT_LIMITS, memory: null };

/** A limit cannot be set to this; the message says why, and what to do instead. */
export class BadLimit extends Error {}

/** One of the limits, as people speak of it. */
export interface LimitKind {
  name: LimitName;
  /** The kernel's option that grants it. */
  option: string;
  /** What the option counts. */
  unit: string;
  /** What is limited. */
  means: string;
  /** Makes a value of a word. Throws BadLimit with the rest of a sentence. */
  read: (word: string) => number;
  /** Says a value in words. */
  show: (value: number) => string;
  /** The lowest value with which a session can go on. */
  least: number;
}

const UNITS = new Map([
  ['', 1],
  ['k', 1000],
  ['m', 1000 ** 2],
  ['g', 1000 ** 3],
  ['ki', 2 ** 10],
  ['mi', 2 ** 20],
  ['gi', 2 ** 30]
]);
const LONGEST = 40; // characters of a number

/** Bytes, from `1000`, `500M`, `64MiB` or `2Gi`. Throws BadLimit. */
export function readSize(word: string): number {
  const match = word.length > LONGEST ? null : /^(\d+)([kmg]?i?)b?$/i.exec(word);
  const unit = match === null ? undefined : UNITS.get(match[2]?.toLowerCase() ?? '');
  if (unit === undefined) throw new BadLimit('write 500M, 64MiB or a number of bytes');
  return Number(match?.[1]) * unit;
}

function readCount(word: string): number {
  if (!/^\d+$/.test(word) || word.length > LONGEST) throw new BadLimit('write a whole number');
  return Number(word);
}

function readSeconds(word: string): number {
  const seconds = word.length <= LONGEST && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : NaN;
  if (!(seconds >= 0 && Number.isFinite(seconds))) throw new BadLimit('write a number of seconds');
  return seconds;
}

/** Bytes, in the largest unit that gives a whole number. */
export function showSize(size: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  while (unit < 3 && size > 0 && size % 1024 === 0) {
    size /= 1024;
    unit += 1;
  }
  return `${showCount(size)} ${units[unit] ?? ''}`;
}

/** A whole number with commas. */
export function showCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function showSeconds(value: number): string {
  return `${general(value)} s`;
}

/** As Python's `{:g}`. */
function general(value: number): string {
  const rounded = Number(value.toPrecision(6));
  const exponent = rounded === 0 ? 0 : Math.floor(Math.log10(Math.abs(rounded)));
  if (exponent >= -4 && exponent < 6) return String(rounded);
  return rounded.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

const ALL: LimitKind[] = [
  {
    name: 'memory',
    option: 'max_memory',
    unit: 'BYTES',
    means: 'of the session',
    read: readSize,
    show: showSize,
    least: 4 * 2 ** 20
  },
  {
    name: 'seconds',
    option: 'max_cell_seconds',
    unit: 'SECONDS',
    means: 'of computing, per cell',
    read: readSeconds,
    show: showSeconds,
    least: 0.1
  },
  {
    name: 'recursion',
    option: 'max_recursion_depth',
    unit: 'CALLS',
    means: 'calls deep',
    read: readCount,
    show: showCount,
    least: 50
  },
  {
    name: 'output',
    option: 'max_cell_output',
    unit: 'BYTES',
    means: 'of each cell',
    read: readSize,
    show: showSize,
    least: 0
  },
  {
    name: 'host_calls',
    option: 'max_host_calls',
    unit: 'CALLS',
    means: 'of each cell',
    read: readCount,
    show: showCount,
    least: 0
  },
  {
    name: 'asleep',
    option: 'max_seconds_asleep',
    unit: 'SECONDS',
    means: 'seconds, per cell',
    read: readSeconds,
    show: showSeconds,
    least: 0
  }
];

/** All limits, by name. */
export const KINDS: ReadonlyMap<string, LimitKind> = new Map(ALL.map(kind => [kind.name, kind]));

/** A limit that is known to be one. */
export function kindOf(name: LimitName): LimitKind {
  const kind = KINDS.get(name);
  if (kind === undefined) throw new Error(`no limit ${name}`);
  return kind;
}

/** What holds for a limit; null for no limit. */
export function effective(limits: Limits, name: LimitName): number | null {
  return limits[name] ?? (name === 'recursion' ? MONTY_RECURSION : null);
}

/** Whether two sets of limits are the same for the interpreter; the host enforces the others. */
export function sameForWorker(one: Limits, other: Limits): boolean {
  return one.memory === other.memory && one.seconds === other.seconds && one.recursion === other.recursion;
}

/** The limits of one session. */
export class SessionLimits {
  readonly granted: Limits;
  /** What holds, never more than was granted. */
  now: Limits;
  /** The label of the running cell. */
  cell = '';
  /** By the name of a limit, the label of the cell that last tightened it. */
  readonly tightened: Map<string, string>;
  #looser: { memory: number | null; cell: string | undefined }[] = []; // what memory was limited to, and who said so

  /**
   * @param changed - Is told when cells tightened something.
   */
  constructor(
    held: HeldLimits,
    private readonly changed: (held: HeldLimits) => void = () => undefined
  ) {
    this.granted = held.granted;
    this.now = held.now;
    this.tightened = new Map(Object.entries(held.tightened));
  }

  /** The limits of a session in which no cell tightened any. */
  static of(granted: Limits): SessionLimits {
    return new SessionLimits({ granted, now: granted, tightened: {} });
  }

  /** All of it, for another worker. */
  get held(): HeldLimits {
    return { granted: this.granted, now: this.now, tightened: Object.fromEntries(this.tightened) };
  }

  /**
   * Set these limits, by name, all or none.
   *
   * @throws BadLimit - One would be looser than it is, or is not a value.
   */
  tighten(words: ReadonlyMap<string, string>): void {
    const values = [...words]
      .map(([name, word]) => this.#read(name, word))
      .filter(([name, value]) => value !== effective(this.now, name));
    for (const [name] of values) {
      if (name === 'memory') this.#looser.push({ memory: this.now.memory, cell: this.tightened.get('memory') });
    }
    this.now = { ...this.now, ...Object.fromEntries(values) };
    for (const [name] of values) this.tightened.set(name, this.cell);
    if (values.length > 0) this.changed(this.held);
  }

  /**
   * The values of limits for one cell alone, by name.
   *
   * @throws BadLimit - One would be looser than it is, is not a value, or cannot hold for one cell.
   */
  ofCell(words: ReadonlyMap<string, string>): Map<CellLimit, number> {
    const values = [...words].map(([name, word]) => this.#read(name, word));
    for (const [name] of values) {
      if (!isOfCell(name)) {
        const word = words.get(name) ?? '';
        throw new BadLimit(
          `${name} cannot hold for one cell; %limits ${name}=${word.slice(0, LONGEST)} holds from the next cell on`
        );
      }
    }
    return new Map(values as [CellLimit, number][]);
  }

  /** Undo the last tightening of memory, as the session is larger; the limit that holds again, in bytes. */
  keepMemory(): number | null {
    const { memory, cell } = this.#looser.pop() ?? { memory: this.granted.memory, cell: undefined };
    this.now = { ...this.now, memory };
    if (cell === undefined) this.tightened.delete('memory');
    else this.tightened.set('memory', cell);
    this.changed(this.held);
    return memory;
  }

  /** A limit in the words of errors: `max_memory = 1 GiB`, or `%limits memory = 64 MiB` if a cell tightened it. */
  inWords(name: LimitName): string {
    const kind = kindOf(name);
    const value = effective(this.now, name);
    const source = this.tightened.has(name) ? `%limits ${name}` : kind.option;
    return `${source} = ${value === null ? 'none' : kind.show(value)}`;
  }

  #read(name: string, word: string): [LimitName, number] {
    const kind = KINDS.get(name);
    if (kind === undefined) {
      throw new BadLimit(`there is no limit '${name.slice(0, 40)}'; the limits are ${[...KINDS.keys()].join(', ')}`);
    }
    const value = readBy(kind, word);
    if (value < kind.least)
      throw new BadLimit(`${name} cannot be less than ${kind.show(kind.least)}, or no cell could run`);
    const present = effective(this.now, kind.name);
    const granted = effective(this.granted, kind.name);
    if (granted !== null && value > granted) {
      throw new BadLimit(
        `${name} is limited to ${kind.show(granted)} where the site was made, and a notebook can only tighten limits. ` +
          `To allow more, set ${kind.option} among the settings of this kernel in the site's jupyter-lite.json`
      );
    }
    if (present !== null && value > present) {
      throw new BadLimit(
        `${name} was tightened to ${kind.show(present)} by ${this.tightened.get(name) ?? ''}; ` +
          'to lift that, restart the kernel'
      );
    }
    return [kind.name, value];
  }
}

function isOfCell(name: LimitName): name is CellLimit {
  return name === 'output' || name === 'host_calls' || name === 'asleep';
}

function readBy(kind: LimitKind, word: string): number {
  try {
    return kind.read(word);
  } catch (error) {
    if (!(error instanceof BadLimit)) throw error;
    throw new BadLimit(`${kind.name}=${word.slice(0, LONGEST)} is not a limit: ${error.message}`);
  }
}
