/** What of a site's sessions is kept: those that were not used for longest go first, and never one that runs. */

import { allOf, sessionOf } from '../store/schema';
import { dropDumps } from './stored_states';
import type { Connection } from '../store/database';
import type { StoredSession } from '../store/schema';
import type { Timeline } from './timeline';

export interface Bounds {
  /** Of all sessions of the site, about. */
  bytes: number;
  sessions: number;
  /** Milliseconds for which a session is kept that is not used. */
  unused: number;
}

export const BOUNDS: Bounds = { bytes: 256 << 20, sessions: 50, unused: 30 * 24 * 3_600_000 };

/** Forget what is beyond the bounds. */
export async function makeRoom(
  connection: Connection,
  own: StoredSession,
  timeline: Timeline,
  running: () => Promise<ReadonlySet<string>>,
  bounds: Bounds
): Promise<void> {
  const all = await others(connection, own);
  let bytes = all.reduce((sum, each) => sum + each.bytes, own.bytes);
  let count = all.length + 1;
  const isOld = (each: StoredSession): boolean => each.used < Date.now() - bounds.unused;
  if (bytes <= bounds.bytes && count <= bounds.sessions && !all.some(isOld)) return;
  const alive = await running();
  for (const each of all) {
    if (bytes <= bounds.bytes && count <= bounds.sessions && !isOld(each)) break;
    if (alive.has(each.id)) continue;
    await forget(connection, each.id);
    bytes -= each.bytes;
    count -= 1;
  }
  if (bytes > bounds.bytes) await dropOldest(connection, own, timeline, bytes - bounds.bytes);
}

/** The browser gives no more room: forget what can be done without. Whether there was anything. */
export async function makeAnyRoom(
  connection: Connection,
  own: StoredSession,
  timeline: Timeline,
  running: () => Promise<ReadonlySet<string>>
): Promise<boolean> {
  const alive = await running();
  const oldest = (await others(connection, own)).find(each => !alive.has(each.id));
  if (oldest !== undefined) {
    await forget(connection, oldest.id);
    return true;
  }
  return (await dropOldest(connection, own, timeline, 1)) > 0;
}

/** All sessions but one that can be read, the one that was used last at the end. */
async function others(connection: Connection, own: StoredSession): Promise<StoredSession[]> {
  const found = (await connection.getAll('sessions')).map(sessionOf).filter(each => each !== null);
  return found.filter(each => each.id !== own.id).sort((one, other) => one.used - other.used);
}

async function forget(connection: Connection, session: string): Promise<void> {
  const all = connection.transaction(['sessions', 'states', 'dumps', 'files'], 'readwrite');
  await Promise.all([
    all.objectStore('states').delete(allOf(session)),
    all.objectStore('dumps').delete(allOf(session)),
    all.objectStore('files').delete(allOf(session)),
    all.objectStore('sessions').delete(session),
    all.done
  ]);
}

/** Drop the oldest half of the session's own states that have no name and are not the present one. The bytes freed. */
async function dropOldest(
  connection: Connection,
  own: StoredSession,
  timeline: Timeline,
  bytes: number
): Promise<number> {
  let freed = 0;
  while (freed < bytes) {
    const droppable = [...timeline].filter(
      state => state.stored && state.names.size === 0 && state.number !== timeline.current
    );
    if (droppable.length === 0) break;
    const dropped = droppable.slice(0, Math.ceil(droppable.length / 2));
    freed += await dropDumps(connection, own.id, new Set(dropped.map(state => state.number)));
    for (const state of dropped) state.stored = false;
  }
  own.bytes = Math.max(0, own.bytes - freed);
  if (freed > 0) await connection.put('sessions', { ...own });
  return freed;
}
