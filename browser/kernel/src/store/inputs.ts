/** The inputs of the site's earlier sessions, in its database: the newest of them, within bounds. */

import { inputOf } from './schema';
import type { Connection, SiteDatabase } from './database';

/** One input, as IPython's history has it. */
export interface Row {
  session: number;
  line: number;
  source: string;
}

/** Inputs, and characters of them, that a site keeps. */
const MOST_INPUTS = 5_000;
const MOST_CHARACTERS = 16 << 20;
/** Characters of one input that are kept. */
const LONG = 1 << 20;
/** Inputs after which those beyond the bounds are forgotten. */
const TOGETHER = 100;

export class StoredInputs {
  #written = 0;

  constructor(private readonly database: SiteDatabase) {}

  /**
   * Write some inputs of a session.
   *
   * @param session - Its number; null for a new one.
   * @returns Its number.
   * @throws Unavailable, and what the browser throws: nothing was written.
   */
  write(session: number | null, inputs: ReadonlyMap<number, string>): Promise<number> {
    return this.database.apart(async connection => {
      const all = connection.transaction(['histories', 'inputs'], 'readwrite');
      const number = session ?? (await all.objectStore('histories').add({ started: Date.now() }));
      for (const [line, source] of inputs) {
        await all.objectStore('inputs').put({ session: number, line, source: cut(source) });
      }
      await all.done;
      if (this.#written % TOGETHER === 0) await forget(connection);
      this.#written += inputs.size;
      return number;
    });
  }

  /**
   * Look at the inputs of all sessions but one, the newest first, until `take` says that it has enough.
   *
   * @throws Unavailable, and what the browser throws.
   */
  async newest(session: number | null, take: (row: Row) => boolean): Promise<void> {
    await this.database.apart(connection => visit(connection, null, row => row.session === session || take(row)));
  }

  /** The inputs of one session, in order. @throws Unavailable, and what the browser throws. */
  async of(session: number): Promise<Row[]> {
    const rows: Row[] = [];
    const range = IDBKeyRange.bound([session], [session, []]);
    await this.database.apart(connection => visit(connection, range, row => rows.push(row) > 0));
    return rows.reverse();
  }

  /** The number that a new session would get. @throws Unavailable, and what the browser throws. */
  async next(): Promise<number> {
    const keys = await this.database.apart(async connection => {
      const cursor = await connection.transaction('histories').store.openKeyCursor(null, 'prev');
      return cursor?.key;
    });
    return (keys ?? 0) + 1;
  }
}

async function visit(connection: Connection, range: IDBKeyRange | null, go: (row: Row) => boolean): Promise<void> {
  const inputs = connection.transaction('inputs').store;
  for (let cursor = await inputs.openCursor(range, 'prev'); cursor !== null; cursor = await cursor.continue()) {
    const row = inputOf(cursor.value);
    if (row !== null && !go(row)) return;
  }
}

async function forget(connection: Connection): Promise<void> {
  let [inputs, characters] = [0, 0];
  let last: Row | null = null;
  await visit(connection, null, row => {
    inputs += 1;
    characters += row.source.length;
    if (inputs <= MOST_INPUTS && characters <= MOST_CHARACTERS) return true;
    last = row;
    return false;
  });
  const beyond = last as Row | null; // what was called set it
  if (beyond !== null) await connection.delete('inputs', IDBKeyRange.upperBound([beyond.session, beyond.line]));
}

function cut(source: string): string {
  if (source.length <= LONG) return source;
  return `${source.slice(0, LONG)}\n# ... cut: ${source.length.toLocaleString('en-US')} characters`;
}
