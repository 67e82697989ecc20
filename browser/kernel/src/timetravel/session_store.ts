/**
 * The sessions of a notebook, kept by the browser: what brings a session back after the page was left.
 *
 * All writes happen beside the cells, one after the other. What fails is said once, tried again after the next cell, and
 * in memory meanwhile.
 */

import about from '../generated/about.json';
import { randomId } from '../random_id';
import { isFull, why } from '../store/database';
import { sessionOf, stateOf } from '../store/schema';
import { BOUNDS, makeAnyRoom, makeRoom } from './retention';
import { dropDumps, keptOf, StoredStates } from './stored_states';
import { NoSuchState } from './timeline';
import type { Claims } from '../store/claims';
import type { Connection, SiteDatabase } from '../store/database';
import type { StoredSession } from '../store/schema';
import type { Snapshot } from '../worker/messages';
import type { Bounds } from './retention';
import type { Kept } from './stored_states';
import type { State, Timeline } from './timeline';

/** Bytes of states that wait to be stored; of more, only the last is stored with its dump. */
const MOST_WAITING = 64 << 20;

/** A session that can be taken up, or that runs in another tab. */
export interface EarlierSession {
  id: string;
  kernel: string;
  started: number;
  used: number;
  current: number;
  states: number;
  running: boolean;
}

/** The store of one kernel. */
export class SessionStore {
  #session: StoredSession | null = null;
  #states = new StoredStates('');
  #claimed: Promise<boolean> = Promise.resolve(false);
  #waiting: Kept[] = [];
  #trouble: string | null = null;
  #isTold = false;

  /**
   * @param notebook - The path of the kernel's notebook now.
   * @param kernel - Who the kernel is now, which neither a restart nor a reload of the page changes.
   */
  constructor(
    private readonly database: SiteDatabase,
    private readonly claims: Claims,
    private readonly notebook: () => string,
    private readonly kernel: () => string,
    private readonly bounds: Bounds = BOUNDS
  ) {}

  /** The id of the session that runs; empty before there is one. */
  get id(): string {
    return this.#session?.id ?? '';
  }

  /** The same, once something of it is stored; null before. */
  get storedId(): string | null {
    return this.#session === null || this.#session.states === 0 ? null : this.#session.id;
  }

  /** What the person should be told, once: that the last states are in memory only. */
  notice(): string | null {
    const trouble = this.#trouble;
    this.#trouble = null;
    return trouble === null ? null : `The last states are in memory only, and lost when this page is left: ${trouble}.`;
  }

  // The session that runs

  /** A session begins; it is stored with its first cell. */
  begin(start: State): void {
    this.#leave();
    const now = Date.now();
    const id = randomId(4);
    const [notebook, kernel] = [this.notebook(), this.kernel()];
    const monty = about.monty;
    this.#own({ id, notebook, kernel, monty, started: now, used: now, current: 0, states: 0, bytes: 0 });
    this.#waiting = [keptOf(start, null)];
  }

  /** Store a state. What is new in it is found out now; the writing goes on beside the cells. */
  keep(state: State, timeline: Timeline): void {
    const session = this.#session;
    if (session === null) return;
    const parent = state.parent === null ? null : timeline.get(state.parent);
    this.#waiting.push(keptOf(state, parent?.snapshot ?? null));
    session.used = Date.now();
    session.current = state.number;
    session.notebook = this.notebook();
    void this.#write(session, connection => this.#storeAll(connection, session, timeline));
  }

  /** The person is at another state now. */
  move(number: number): void {
    const session = this.#session;
    if (session === null) return;
    session.current = number;
    session.used = Date.now();
    if (session.states > 0) void this.#write(session, connection => connection.put('sessions', { ...session }));
  }

  /** These states have other names now. */
  rename(states: readonly State[]): void {
    const session = this.#session;
    if (session === null) return;
    void this.#write(session, async connection => {
      const all = connection.transaction('states', 'readwrite');
      for (const { number, names } of states) {
        const row = stateOf(await all.store.get([session.id, number]));
        if (row !== null) await all.store.put({ ...row, names: [...names] });
      }
      await all.done;
    });
  }

  /** Forget what restores a state; its place in the tree stays. */
  drop(state: State): void {
    const session = this.#session;
    if (session === null) return;
    state.stored = false;
    void this.#write(session, async connection => {
      const freed = await dropDumps(connection, session.id, new Set([state.number]));
      state.stored = false; // it may have been stored meanwhile
      session.bytes = Math.max(0, session.bytes - freed);
      if (session.states > 0) await connection.put('sessions', { ...session });
    });
  }

  /** The notebook may have another name now: the sessions that this kernel ran go with it. */
  moved(): void {
    const session = this.#session;
    const notebook = this.notebook();
    if (session === null || session.notebook === notebook) return;
    const { notebook: before, kernel } = session;
    session.notebook = notebook;
    void this.#write(session, async connection => {
      const running = await this.claims.running(); // those of a tab that was duplicated go with that one
      const all = connection.transaction('sessions', 'readwrite');
      for (const value of await all.store.index('notebook').getAll(before)) {
        const found = sessionOf(value);
        const isOwn = found?.id === session.id || (found?.kernel === kernel && !running.has(found.id));
        if (isOwn) await all.store.put({ ...found, notebook });
      }
      await all.done;
    });
  }

  /** The session ends, when `ended` is fulfilled: until then its last state may come. What is to be written still is. */
  close(ended: Promise<void>): void {
    this.database.expect(
      ended.then(() => {
        this.#leave();
      })
    );
  }

  #own(session: StoredSession): void {
    this.#session = session;
    this.#states = new StoredStates(session.id);
    this.#waiting = [];
    this.#claimed = this.claims.take(session.id);
    this.#claimed.catch(() => undefined); // whoever waits for it is told
  }

  #leave(): void {
    const session = this.#session;
    if (session === null) return;
    this.#session = null;
    const release = (): Promise<void> => {
      this.claims.release(session.id);
      return Promise.resolve();
    };
    void this.database.write(release).catch(release);
  }

  async #write(session: StoredSession, work: (connection: Connection) => Promise<unknown>): Promise<void> {
    try {
      await this.database.write(async connection => {
        await this.#claimed;
        await work(connection);
      });
      this.#isTold = false;
    } catch (error) {
      // a page that could never keep anything says so when it is asked
      if (!this.#isTold && session.states > 0) this.#trouble = why(error);
      this.#isTold = true;
    }
  }

  async #storeAll(connection: Connection, session: StoredSession, timeline: Timeline): Promise<void> {
    if (this.#session !== null && this.#session !== session) return;
    for (let kept = this.#waiting[0]; kept !== undefined; kept = this.#waiting[0]) {
      const waiting = this.#waiting.reduce(
        (sum, each) => sum + (each.state.snapshot === null ? 0 : each.state.size),
        0
      );
      const withDump = this.#waiting.length === 1 || waiting <= MOST_WAITING || kept.state.names.size > 0;
      await this.#store(connection, kept, session, timeline, withDump);
      this.#waiting.shift();
    }
    await makeRoom(connection, session, timeline, () => this.claims.running(), this.bounds);
  }

  async #store(
    connection: Connection,
    kept: Kept,
    session: StoredSession,
    timeline: Timeline,
    withDump: boolean
  ): Promise<void> {
    for (;;) {
      try {
        await this.#states.put(connection, kept, session, withDump);
        return;
      } catch (error) {
        if (!isFull(error)) throw error;
        const more = await makeAnyRoom(connection, session, timeline, () => this.claims.running());
        if (!more) throw error;
      }
    }
  }

  // Earlier sessions

  /** The other sessions of this notebook, the one that was used last at the end. @throws NoSuchState */
  async sessions(): Promise<EarlierSession[]> {
    return this.#read(async connection => {
      const running = await this.claims.running(); // now: what was under way may have been the end of a session
      const found = (await connection.getAllFromIndex('sessions', 'notebook', this.notebook())).map(sessionOf);
      return found
        .filter(each => each !== null)
        .filter(each => each.id !== this.id && each.states > 1)
        .sort((one, other) => one.used - other.used)
        .map(each => ({ ...each, running: running.has(each.id) }));
    });
  }

  /** The cells of a session, the newest first, without those that failed. @throws NoSuchState */
  async cells(session: string): Promise<string[]> {
    const rows = await this.#read(connection => new StoredStates(session).rows(connection));
    const byNumber = new Map(rows.map(row => [row.number, row]));
    const stored = await this.#read(connection => connection.get('sessions', session));
    const cells: string[] = [];
    for (let row = byNumber.get(stored?.current ?? 0); row !== undefined;) {
      if (!row.failed) cells.push(row.source);
      byNumber.delete(row.number);
      row = row.parent === null ? undefined : byNumber.get(row.parent);
    }
    return cells;
  }

  /** Keep a session from other tabs, and give its states, without snapshots. @throws NoSuchState */
  async claim(id: string): Promise<State[]> {
    if (!(await this.claims.take(id))) throw new NoSuchState(`The session ${id} runs in another tab of this browser.`);
    try {
      return await this.#read(async connection => {
        const session = sessionOf(await connection.get('sessions', id));
        const rows = session === null ? [] : await new StoredStates(id).rows(connection);
        if (session !== null && session.monty !== about.monty) {
          const which = `Monty ${session.monty.slice(0, 20)}, and this is Monty ${about.monty}, which cannot read them`;
          throw new NoSuchState(`The states of the session ${id} are of ${which}.`);
        }
        if (rows.length === 0) throw new NoSuchState('Nothing of that session can be read.');
        return rows.map(row => ({
          number: row.number,
          parent: row.parent,
          label: row.label,
          source: row.source,
          failed: row.failed,
          snapshot: null,
          stored: row.dumped,
          size: row.size,
          created: row.created,
          names: new Set(row.names),
          onwards: row.onwards,
          beside: row.beside,
          look: null,
          cellId: row.cellId,
          description: null
        }));
      });
    } catch (error) {
      this.claims.release(id);
      throw error;
    }
  }

  /** The session that was claimed is not taken up. */
  disclaim(id: string): void {
    this.claims.release(id);
  }

  /** The number of the state at which a session stopped: the last one if that is missing. @throws NoSuchState */
  async current(id: string, timeline: Timeline): Promise<number> {
    const stored = await this.#read(async connection => sessionOf(await connection.get('sessions', id)));
    return stored !== null && timeline.has(stored.current) ? stored.current : timeline.last;
  }

  /** This kernel goes on with the session that was claimed, at this state. @throws NoSuchState */
  async adopt(id: string, current: number): Promise<void> {
    const stored = await this.#read(async connection => sessionOf(await connection.get('sessions', id)));
    if (stored === null) throw new NoSuchState('There is no such session any more.');
    this.#leave();
    this.#own({ ...stored, kernel: this.kernel(), notebook: this.notebook() });
    this.move(current);
  }

  /** What restores a state of the present session, or of another. @throws NoSuchState */
  snapshot(number: number, session: string = this.id): Promise<Snapshot> {
    const states = session === this.id ? this.#states : new StoredStates(session);
    return this.#read(connection => states.snapshot(connection, number));
  }

  async #read<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await this.database.read(work);
    } catch (error) {
      if (error instanceof NoSuchState) throw error;
      throw new NoSuchState(`Sessions are not kept here: ${why(error)}.`);
    }
  }
}
