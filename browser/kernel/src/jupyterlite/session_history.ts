/** The inputs of one kernel and of those before it, as history_request asks for them. As `history/history.py`. */

import { why } from '../store/database';
import { globbing } from './glob';
import type { Row, StoredInputs } from '../store/inputs';
import type { History } from './parts';

type Entry = [session: number, line: number, input: string | [string, string | null]];

interface Input extends Row {
  output: string | null;
}

/** Characters of an output that are kept, of an answer, and of a pattern. */
const MOST_OUTPUT = 10_000;
const MOST_ANSWER = 5 << 20;
const MOST_PATTERN = 1_000;
/** Characters that an entry counts for in an answer besides its text. */
const ENTRY = 64;

export class SessionHistory implements History {
  #session: number | null = null; // in the store, once there is one
  #inputs = new Map<number, { source: string; output: string | null }>();
  #unwritten = new Map<number, string>();
  #isTold = false;

  /** @param stored - Keeps inputs when the page is left; null where nothing does. Outputs are in memory only. */
  constructor(private readonly stored: StoredInputs | null = null) {}

  add(number: number, code: string): void {
    const source = code.replace(/\n+$/, '');
    this.#inputs.set(number, { source, output: null });
    this.#unwritten.set(number, source);
    void this.#write();
  }

  addOutput(number: number, text: string): void {
    const known = this.#inputs.get(number);
    if (known === undefined) return;
    const cut = `\n... cut: ${text.length.toLocaleString('en-US')} characters`;
    known.output = text.length > MOST_OUTPUT ? text.slice(0, MOST_OUTPUT) + cut : text;
  }

  /** An earlier session goes on: its inputs belong to this one too. In the store they stay where they are. */
  takeUp(inputs: ReadonlyMap<number, string>): void {
    const last = Math.max(0, ...inputs.keys());
    const later = [...this.#inputs].filter(([number]) => number > last);
    const earlier = [...inputs].map(([number, source]) => [number, { source, output: null }] as const);
    this.#inputs = new Map([...earlier, ...later]);
  }

  async answer(request: Record<string, unknown>): Promise<Entry[]> {
    const { hist_access_type: type, n, output } = request;
    const withOutput = output === true;
    if (type === 'range') return entries(await this.#range(request), withOutput);
    if (type === 'tail')
      return newest(await this.#tail(n === undefined || n === null ? 10 : Math.max(0, whole(n))), withOutput);
    const pattern = typeof request['pattern'] === 'string' ? request['pattern'] : '';
    return newest(
      await this.#search(
        pattern === '' ? '*' : pattern,
        n === undefined || n === null ? Infinity : whole(n),
        request['unique'] === true
      ),
      withOutput
    );
  }

  /** This session's number in the store. Until something is written, the one that it would get now. */
  async sessionNumber(): Promise<number> {
    await this.#writing;
    if (this.#session !== null || this.stored === null) return this.#session ?? 1;
    try {
      return await this.stored.next();
    } catch (error) {
      this.#complain(error);
      return 1;
    }
  }

  /** The last inputs, the newest first. This session's are first, whatever other kernels have run since. */
  async #tail(n: number): Promise<Input[]> {
    const own = [...(await this.#own())].reverse().slice(0, n);
    const others: Input[] = [];
    if (own.length < n) await this.#others(row => others.push(row) < n - own.length);
    return [...own, ...others];
  }

  async #range(request: Record<string, unknown>): Promise<Input[]> {
    const session = whole(request['session']);
    const [start, stop] = [whole(request['start'] ?? 1), whole(request['stop'])];
    const current = await this.sessionNumber();
    const number = session > 0 ? session : session + current;
    const own = number === current;
    const past = Math.max(0, ...this.#inputs.keys()) + 1;
    const from = (place: number): number => (own && place < 0 ? place + past : place);
    const [first, end] = [from(start), from(stop === 0 ? Infinity : stop)];
    const rows = own ? (await this.#own()).map(row => ({ ...row, session })) : await this.#of(number);
    return rows.filter(({ line }) => line >= first && line < end);
  }

  /** The last inputs that match, the newest first. */
  async #search(pattern: string, n: number, unique: boolean): Promise<Input[]> {
    const matches = pattern.length > MOST_PATTERN ? null : globbing(pattern);
    const found: Input[] = [];
    if (matches === null || n <= 0) return found;
    const seen = new Set<string>();
    const take = (row: Input): boolean => {
      if (matches(row.source) && !(unique && seen.has(row.source))) {
        seen.add(row.source);
        found.push(row);
      }
      return found.length < n;
    };
    if ([...(await this.#own())].reverse().every(take)) await this.#others(take);
    return found;
  }

  async #own(): Promise<Input[]> {
    const session = await this.sessionNumber();
    const lines = [...this.#inputs].sort(([one], [other]) => one - other);
    return lines.map(([line, { source, output }]) => ({ session, line, source, output }));
  }

  async #others(take: (row: Input) => boolean): Promise<void> {
    try {
      await this.stored?.newest(this.#session, row => take({ ...row, output: null }));
    } catch (error) {
      this.#complain(error);
    }
  }

  async #of(session: number): Promise<Input[]> {
    try {
      return ((await this.stored?.of(session)) ?? []).map(row => ({ ...row, output: null }));
    } catch (error) {
      this.#complain(error);
      return [];
    }
  }

  #writing: Promise<void> = Promise.resolve();

  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const inputs = this.#unwritten;
      if (this.stored === null || inputs.size === 0) return;
      this.#unwritten = new Map();
      try {
        this.#session = await this.stored.write(this.#session, inputs);
      } catch (error) {
        this.#unwritten = new Map([...inputs, ...this.#unwritten]); // with the next one
        this.#complain(error);
      }
    });
    return this.#writing;
  }

  #complain(error: unknown): void {
    if (!this.#isTold) console.warn(`Monty's history of inputs is in memory only: ${why(error)}.`);
    this.#isTold = true;
  }
}

function newest(rows: readonly Input[], output: boolean): Entry[] {
  return entries(rows, output).reverse();
}

/** The first of the rows, as many as an answer has room for. */
function entries(rows: readonly Input[], withOutput: boolean): Entry[] {
  const found: Entry[] = [];
  let left = MOST_ANSWER;
  for (const { session, line, source, output } of rows) {
    left -= ENTRY + source.length + (withOutput ? (output?.length ?? 0) : 0);
    if (left < 0) break;
    found.push([session, line, withOutput ? [source, output] : source]);
  }
  return found;
}

/** A number, from whatever a message has. */
function whole(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : 0;
}
