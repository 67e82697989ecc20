/**
 * The sessions of a site in the browser's IndexedDB: what brings a session back after the page was left.
 *
 * A state is stored as what is new in it since its parent; its dump is compressed. All writes happen one after the other
 * and beside the cells: what fails is said once, and the states are in memory all the same.
 */

import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';

import type { FileNode, Snapshot } from '../worker/messages';
import { NoSuchState } from './timeline';
import type { State, Timeline } from './timeline';

/** The version of Monty whose dumps these are is part of the database's name: others cannot read them. */
const DATABASE = 'monty-kernel-1.4.0';
const MOST_BYTES = 256 << 20;
const MOST_SESSIONS = 50;

interface StoredSession {
  id: string;
  /** The site's base address and the notebook's path. Sites that share an origin are not offered each other's. */
  place: string;
  kernel: string;
  started: number;
  used: number;
  current: number;
  states: number;
  bytes: number;
  names: string[];
}

interface StoredState {
  session: string;
  number: number;
  parent: number | null;
  label: string;
  source: string;
  failed: boolean;
  size: number;
  created: number;
  names: string[];
  onwards: number | null;
  beside: number | null;
  /** The compressed dump; null if it was dropped. */
  state: Uint8Array<ArrayBuffer> | null;
  outside: string;
  /** Whether steps and files are all there are, and not only what is new since the parent. */
  whole: boolean;
  /** How many of the parent's steps are steps of this state too, and those after them. */
  kept: number;
  steps: string[];
  files: [path: string, node: FileNode | null][];
}

interface Schema extends DBSchema {
  sessions: { key: string; value: StoredSession; indexes: { place: string } };
  states: { key: [string, number]; value: StoredState; indexes: { session: string } };
}

/** A session that can be taken up. */
export interface EarlierSession {
  id: string;
  kernel: string;
  started: number;
  used: number;
  current: number;
  states: number;
  names: string[];
}

/** The store of one kernel. */
export class SessionStore {
  /** The session that runs. */
  readonly kernel: string;
  id = crypto.randomUUID().slice(0, 8);

  #database: Promise<IDBPDatabase<Schema>> | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #session: StoredSession | null = null;
  #trouble: string | null = null;
  #broken = false;

  constructor(
    private readonly place: () => string,
    kernel: string,
    private readonly factory: IDBFactory | undefined = globalThis.indexedDB
  ) {
    this.kernel = kernel;
  }

  /** What the person should be told, once: why states are in memory only. */
  notice(): string | null {
    const trouble = this.#trouble;
    this.#trouble = null;
    return trouble === null ? null : `The last states are in memory only, and lost when this page is left: ${trouble}.`;
  }

  // What happens to the session that runs

  /** A session begins; it is stored with its first cell. */
  begin(start: State): void {
    this.id = crypto.randomUUID().slice(0, 8);
    this.#session = {
      id: this.id,
      place: this.place(),
      kernel: this.kernel,
      started: Date.now(),
      used: Date.now(),
      current: 0,
      states: 0,
      bytes: 0,
      names: []
    };
    this.#pending = start;
  }

  #pending: State | null = null;

  /** Store a state. Its snapshot is taken now; the writing goes on beside the cells. */
  keep(state: State, timeline: Timeline): void {
    if (this.#session === null) return;
    const session = this.#session;
    const begin = this.#pending;
    this.#pending = null;
    const parent = state.parent === null ? null : timeline.get(state.parent);
    const before = parent?.snapshot ?? null;
    const { snapshot } = state;
    session.used = Date.now();
    session.current = state.number;
    session.place = this.place();
    this.#soon(async database => {
      if (begin?.snapshot) await this.#put(database, session, begin, begin.snapshot, null);
      if (snapshot !== null) await this.#put(database, session, state, snapshot, before);
      await database.put('sessions', session);
      await this.#makeRoom(database);
    });
  }

  async #put(
    database: IDBPDatabase<Schema>,
    session: StoredSession,
    state: State,
    snapshot: Snapshot,
    before: Snapshot | null
  ): Promise<void> {
    const packed = await compressed(snapshot.state);
    const kept = before === null ? 0 : common(before.steps, snapshot.steps);
    await database.put('states', {
      session: session.id,
      number: state.number,
      parent: state.parent,
      label: state.label,
      source: state.source,
      failed: state.failed,
      size: state.size,
      created: state.created,
      names: [...state.names],
      onwards: state.onwards,
      beside: state.beside,
      state: packed,
      outside: snapshot.outside,
      whole: before === null,
      kept,
      steps: snapshot.steps.slice(kept),
      files: newFiles(before, snapshot)
    });
    session.states += 1;
    session.bytes += packed.length;
    state.stored = true;
  }

  /** The person is at another state now. */
  move(number: number): void {
    const session = this.#session;
    if (session === null) return;
    session.current = number;
    if (session.states > 0) this.#soon(database => database.put('sessions', session));
  }

  /** A state has other names now. */
  rename(state: State): void {
    const session = this.#session;
    if (session === null) return;
    this.#soon(async database => {
      const stored = await database.get('states', [session.id, state.number]);
      if (stored !== undefined) await database.put('states', { ...stored, names: [...state.names] });
    });
  }

  /** The kernel ends. What was to be written still is. */
  close(): void {
    const database = this.#database;
    this.#session = null;
    if (database !== null) {
      void this.#last.then(async () => {
        (await database).close();
      });
    }
  }

  // What was stored

  /** The earlier sessions of this notebook, the one that was used last at the end. */
  async sessions(): Promise<EarlierSession[]> {
    const database = await this.#open();
    if (database === null) return [];
    await this.#last;
    const found = await database.getAllFromIndex('sessions', 'place', this.place());
    return found.filter(each => each.id !== this.id && each.states > 1).sort((one, other) => one.used - other.used);
  }

  /** The states of a session, without their snapshots. @throws NoSuchState */
  async states(session: string): Promise<State[]> {
    const database = await this.#open();
    const stored = database === null ? [] : await database.getAllFromIndex('states', 'session', session);
    if (stored.length === 0) throw new NoSuchState('Nothing of that session can be read.');
    return stored
      .sort((one, other) => one.created - other.created)
      .map(each => ({
        number: each.number,
        parent: each.parent,
        label: each.label,
        source: each.source,
        failed: each.failed,
        snapshot: null,
        stored: each.state !== null,
        size: each.size,
        created: each.created,
        names: new Set(each.names),
        onwards: each.onwards,
        beside: each.beside,
        look: null
      }));
  }

  /** This kernel goes on with an earlier session. */
  async adopt(session: string): Promise<void> {
    const database = await this.#open();
    const stored = await database?.get('sessions', session);
    if (stored === undefined) throw new NoSuchState('There is no such session any more.');
    this.#session = { ...stored, kernel: this.kernel, used: Date.now() };
    this.#pending = null;
    this.id = session;
  }

  /** What restores a state of the present session, or of another. @throws NoSuchState */
  async snapshot(number: number, session: string = this.id): Promise<Snapshot> {
    const database = await this.#open();
    await this.#last;
    const way: StoredState[] = [];
    for (let next: number | null = number; next !== null && database !== null;) {
      const stored: StoredState | undefined = await database.get('states', [session, next]);
      if (stored === undefined) break;
      way.unshift(stored);
      next = stored.whole ? null : stored.parent;
    }
    const last = way.at(-1);
    if (last?.state == null) throw new NoSuchState('That state has been dropped to save space.');
    let steps: string[] = [];
    const files = new Map<string, FileNode>();
    for (const each of way) {
      if (steps.length < each.kept) throw new NoSuchState('That state cannot be read: a part of it is missing.');
      steps = [...steps.slice(0, each.kept), ...each.steps];
      for (const [path, node] of each.files) {
        if (node === null) files.delete(path);
        else files.set(path, node);
      }
    }
    return { state: await decompressed(last.state), outside: last.outside, steps, files };
  }

  // The database

  #soon(write: (database: IDBPDatabase<Schema>) => Promise<unknown>): void {
    this.#last = this.#last.then(async () => {
      const database = await this.#open();
      if (database === null || this.#broken) return;
      try {
        await write(database);
      } catch (error) {
        this.#broken = true; // a state without its parent could not be put together
        this.#trouble = why(error);
      }
    });
  }

  async #open(): Promise<IDBPDatabase<Schema> | null> {
    if (this.factory === undefined) return null;
    this.#database ??= openDB<Schema>(DATABASE, 1, {
      upgrade(database) {
        database.createObjectStore('sessions', { keyPath: 'id' }).createIndex('place', 'place');
        database.createObjectStore('states', { keyPath: ['session', 'number'] }).createIndex('session', 'session');
      }
    });
    try {
      return await this.#database;
    } catch (error) {
      if (!this.#broken) this.#trouble = why(error);
      this.#broken = true;
      return null;
    }
  }

  /** Forget the oldest sessions, until what is left fits. */
  async #makeRoom(database: IDBPDatabase<Schema>): Promise<void> {
    const all = (await database.getAll('sessions')).sort((one, other) => one.used - other.used);
    let bytes = all.reduce((sum, each) => sum + each.bytes, 0);
    let count = all.length;
    for (const each of all) {
      if (bytes <= MOST_BYTES && count <= MOST_SESSIONS) return;
      if (each.id === this.#session?.id) continue;
      await this.#forget(database, each.id);
      bytes -= each.bytes;
      count -= 1;
    }
    if (bytes > MOST_BYTES && this.#session !== null)
      await this.#dropStates(database, this.#session, bytes - MOST_BYTES);
  }

  async #forget(database: IDBPDatabase<Schema>, session: string): Promise<void> {
    const both = database.transaction(['sessions', 'states'], 'readwrite');
    await both.objectStore('states').delete(IDBKeyRange.bound([session, -Infinity], [session, Infinity]));
    await both.objectStore('sessions').delete(session);
    await both.done;
  }

  /** Drop the dumps of the present session's oldest states that have no name. What leads to others stays. */
  async #dropStates(database: IDBPDatabase<Schema>, session: StoredSession, bytes: number): Promise<void> {
    let left = bytes;
    for (const stored of await database.getAllFromIndex('states', 'session', session.id)) {
      if (left <= 0) break;
      if (stored.state === null || stored.names.length > 0 || stored.number === session.current) continue;
      left -= stored.state.length;
      session.bytes -= stored.state.length;
      await database.put('states', { ...stored, state: null });
    }
    await database.put('sessions', session);
  }
}

function common(before: readonly string[], now: readonly string[]): number {
  let kept = 0;
  while (kept < before.length && kept < now.length && before[kept] === now[kept]) kept += 1;
  return kept;
}

function newFiles(before: Snapshot | null, now: Snapshot): [string, FileNode | null][] {
  const old = before?.files ?? new Map<string, FileNode>();
  if (old === now.files) return [];
  const found: [string, FileNode | null][] = [];
  for (const [path, node] of now.files) if (old.get(path) !== node) found.push([path, node]);
  for (const path of old.keys()) if (!now.files.has(path)) found.push([path, null]);
  return found;
}

function why(error: unknown): string {
  if (error instanceof DOMException && error.name === 'QuotaExceededError')
    return 'the browser gives this site no more room';
  const said = error instanceof Error ? error.message : String(error);
  return `this browser does not keep them (${said})`;
}

async function compressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return through(bytes, new CompressionStream('deflate-raw'));
}

async function decompressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await through(bytes, new DecompressionStream('deflate-raw'));
  } catch {
    throw new NoSuchState('That state cannot be read: it is damaged.');
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}
