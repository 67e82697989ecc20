/** States in the database of a site: each has a row, a compressed dump, and files, which states of a session share. */

import { packed, unpacked } from '../store/compression';
import { allOf, bytesOf, fileOf, stateOf } from '../store/schema';
import { randomId } from '../random_id';
import { NoSuchState, placeOf } from './timeline';
import type { Connection } from '../store/database';
import type { StoredFile, StoredSession, StoredState } from '../store/schema';
import type { FileNode, Snapshot } from '../worker/messages';
import type { State } from './timeline';

/** A state that is to be stored. */
export interface Kept {
  state: State;
  /** Whether `steps` are all that led to it; else those after the first `kept` of its parent. */
  whole: boolean;
  kept: number;
  steps: readonly string[];
}

/** What of a state is new since its parent, of which all that led to it is still known; null without a parent. */
export function keptOf(state: State, before: Snapshot | null): Kept {
  const steps = state.snapshot?.steps ?? [];
  if (before === null) return { state, whole: true, kept: 0, steps };
  let kept = 0;
  while (kept < before.steps.length && kept < steps.length && before.steps[kept] === steps[kept]) kept += 1;
  return { state, whole: false, kept, steps: steps.slice(kept) };
}

/** The states of one session, in one page. */
export class StoredStates {
  #files = new WeakMap<FileNode, string>(); // what is stored of the session, by its id

  constructor(private readonly session: string) {}

  /**
   * Store a state, all of it or nothing. The session's row is stored with it, and counts it.
   *
   * @param withDump - Without, the state is only a place in the tree.
   */
  async put(connection: Connection, kept: Kept, session: StoredSession, withDump: boolean): Promise<void> {
    const { state } = kept;
    const snapshot = withDump ? state.snapshot : null;
    const dump = snapshot === null ? null : await packed(snapshot.state);
    const files = await this.#packedFiles(snapshot?.files ?? new Map<string, FileNode>());
    const row = rowOf(this.session, kept, snapshot, files.paths);
    let bytes = sizeOf(row) + (dump?.length ?? 0);
    for (const [, , file] of files.added) bytes += file.data.length;
    const counts = { states: session.states + 1, bytes: session.bytes + bytes };
    const all = connection.transaction(['sessions', 'states', 'dumps', 'files'], 'readwrite');
    const key: [string, number] = [this.session, state.number];
    const done = [
      all.objectStore('states').put(row),
      all.objectStore('sessions').put({ ...session, ...counts }),
      ...(dump === null ? [] : [all.objectStore('dumps').put(dump, key)]),
      ...files.added.map(([id, , file]) => all.objectStore('files').put(file, [this.session, id]))
    ];
    await settled([...done, all.done]);
    for (const [id, node] of files.added) this.#files.set(node, id);
    Object.assign(session, counts);
    state.stored = dump !== null;
  }

  async #packedFiles(
    nodes: ReadonlyMap<string, FileNode>
  ): Promise<{ paths: [string, string][]; added: [string, FileNode, StoredFile][] }> {
    const ids = new Map<FileNode, string>();
    const paths: [string, string][] = [];
    const added: [string, FileNode, StoredFile][] = [];
    for (const [path, node] of nodes) {
      let id = this.#files.get(node) ?? ids.get(node);
      if (id === undefined) {
        id = randomId(8);
        ids.set(node, id);
        const { kind, data, modified } = node;
        added.push([id, node, { kind, data: await packed(data), size: data.length, modified }]);
      }
      paths.push([path, id]);
    }
    return { paths, added };
  }

  /** What restores a state. @throws NoSuchState */
  async snapshot(connection: Connection, number: number): Promise<Snapshot> {
    const all = connection.transaction(['states', 'dumps', 'files']);
    const way: StoredState[] = [];
    for (let next: number | null = number; next !== null;) {
      const row = stateOf(await all.objectStore('states').get([this.session, next]));
      if (row === null || way.some(each => each.number === row.number)) throw damaged(number);
      way.unshift(row);
      next = row.whole ? null : row.parent;
    }
    const here = way.at(-1);
    const dump: unknown = await all.objectStore('dumps').get([this.session, number]);
    if (here === undefined || dump === undefined) {
      throw new NoSuchState(`The state ${placeOf({ number, label: '' })} has been dropped to save space, or deleted.`);
    }
    const stored: [string, string, unknown][] = [];
    for (const [path, id] of here.files) {
      stored.push([path, id, await all.objectStore('files').get([this.session, id])]);
    }
    const bytes = bytesOf(dump);
    const state = bytes === null ? null : await unpacked(bytes, here.size);
    const files = await this.#unpackedFiles(stored);
    const steps = stepsOf(way);
    if (state === null || files === null || steps === null) throw damaged(number);
    return { state, outside: here.outside, steps, files };
  }

  async #unpackedFiles(stored: readonly [string, string, unknown][]): Promise<Map<string, FileNode> | null> {
    const nodes = new Map<string, FileNode>();
    const found = new Map<string, FileNode>();
    for (const [path, id, value] of stored) {
      let node = nodes.get(id);
      if (node === undefined) {
        const file = fileOf(value);
        const data = file === null ? null : await unpacked(file.data, file.size);
        if (file === null || data === null) return null;
        node = { kind: file.kind, data, modified: file.modified };
        nodes.set(id, node);
        this.#files.set(node, id);
      }
      found.set(path, node);
    }
    return found;
  }

  /** The rows of all states that can be read, in the order in which they were made. */
  async rows(connection: Connection): Promise<StoredState[]> {
    const found = await connection.getAll('states', allOf(this.session));
    return found
      .map(stateOf)
      .filter(row => row !== null)
      .sort((one, other) => one.created - other.created || one.number - other.number);
  }
}

/** Drop the dumps of some states, and the files that only they had. The bytes that were freed. */
export async function dropDumps(
  connection: Connection,
  session: string,
  numbers: ReadonlySet<number>
): Promise<number> {
  const all = connection.transaction(['states', 'dumps', 'files'], 'readwrite');
  let freed = 0;
  const used = new Set<string>();
  for (
    let cursor = await all.objectStore('states').openCursor(allOf(session));
    cursor;
    cursor = await cursor.continue()
  ) {
    const row = stateOf(cursor.value);
    if (row === null) continue;
    if (!numbers.has(row.number)) {
      for (const [, id] of row.files) used.add(id);
      continue;
    }
    const dump = await all.objectStore('dumps').get([session, row.number]);
    freed += dump?.length ?? 0;
    await all.objectStore('dumps').delete([session, row.number]);
    await cursor.update({ ...row, dumped: false, files: [] });
  }
  for (
    let cursor = await all.objectStore('files').openCursor(allOf(session));
    cursor;
    cursor = await cursor.continue()
  ) {
    if (used.has(cursor.key[1])) continue;
    freed += fileOf(cursor.value)?.data.length ?? 0;
    await cursor.delete();
  }
  await all.done;
  return freed;
}

function rowOf(session: string, kept: Kept, snapshot: Snapshot | null, files: [string, string][]): StoredState {
  const { state, whole, steps } = kept;
  const { number, parent, label, source, failed, size, created, names, onwards, beside, cellId } = state;
  const place = { session, number, parent, label, source, failed, size, created, onwards, beside, cellId };
  const outside = snapshot?.outside ?? '';
  return {
    ...place,
    names: [...names],
    dumped: snapshot !== null,
    outside,
    whole,
    kept: kept.kept,
    steps: [...steps],
    files
  };
}

function sizeOf(row: StoredState): number {
  return row.source.length + row.outside.length + row.steps.reduce((sum, step) => sum + step.length, 0) + 200;
}

function stepsOf(way: readonly StoredState[]): string[] | null {
  let steps: string[] = [];
  for (const row of way) {
    if (steps.length < row.kept) return null;
    steps = [...steps.slice(0, row.kept), ...row.steps];
  }
  return steps;
}

function damaged(number: number): NoSuchState {
  return new NoSuchState(`The state ${placeOf({ number, label: '' })} cannot be read: it is damaged.`);
}

/** Wait for all: of the requests of a transaction that fails, each fails. Throws what the transaction failed with. */
async function settled(work: readonly Promise<unknown>[]): Promise<void> {
  const ended = await Promise.allSettled(work);
  const last = ended.at(-1);
  const failed = last?.status === 'rejected' ? last : ended.find(each => each.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
