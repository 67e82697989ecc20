/** The inputs of one kernel, as history_request asks for them. They are gone with the kernel. */

import type { History } from './parts';

type Entry = [session: number, line: number, input: string | [string, string | null]];

export class SessionHistory implements History {
  #inputs = new Map<number, string>();
  #outputs = new Map<number, string>();

  add(number: number, code: string): void {
    this.#inputs.set(number, code);
  }

  addOutput(number: number, text: string): void {
    this.#outputs.set(number, text);
  }

  answer(request: Record<string, unknown>): Promise<Entry[]> {
    const withOutput = request['output'] === true;
    const entries = [...this.#inputs].map(([number, code]): Entry => {
      return [0, number, withOutput ? [code, this.#outputs.get(number) ?? null] : code];
    });
    return Promise.resolve(this.#chosen(entries, request));
  }

  #chosen(entries: Entry[], request: Record<string, unknown>): Entry[] {
    switch (request['hist_access_type']) {
      case 'range': {
        const start = whole(request['start']) ?? 1;
        const stop = whole(request['stop']) ?? Infinity;
        return whole(request['session']) === 0 || request['session'] === undefined
          ? entries.filter(([, line]) => line >= start && line < stop)
          : [];
      }
      case 'search': {
        const pattern = glob(typeof request['pattern'] === 'string' ? request['pattern'] : '*');
        const found = entries.filter(([, line]) => pattern.test(this.#inputs.get(line) ?? ''));
        return last(request['unique'] === true ? this.#unique(found) : found, request['n']);
      }
      default:
        return last(entries, request['n']);
    }
  }

  #unique(entries: Entry[]): Entry[] {
    const newest = new Map(entries.map(entry => [this.#inputs.get(entry[1]), entry]));
    return entries.filter(entry => newest.get(this.#inputs.get(entry[1])) === entry);
  }
}

function whole(value: unknown): number | null {
  return typeof value === 'number' ? Math.trunc(value) : null;
}

function last(entries: Entry[], n: unknown): Entry[] {
  const count = whole(n);
  return count === null ? entries : count > 0 ? entries.slice(-count) : [];
}

/** A pattern with `*` and `?` for the whole of a text. */
function glob(pattern: string): RegExp {
  const escaped = pattern.slice(0, 1_000).replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\*+/g, '.*').replace(/\?/g, '.')}$`, 's');
}
