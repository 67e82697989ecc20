/** Tabs of one browser, each with a page of a site: a kernel that keeps its sessions in a real IndexedDB. */

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { expect, vi } from 'vitest';
import { Identities } from '../../src/jupyterlite/identities';
import { LockedClaims } from '../../src/store/claims';
import { SiteDatabase } from '../../src/store/database';
import { Client } from '../jupyterlite/client';
import { Locks, TabLocks } from './locks';
import type { TabStorage } from '../../src/jupyterlite/identities';
import type { Connection } from '../../src/store/database';

/** The session storage of a tab. */
export class Kept extends Map<string, string> implements TabStorage {
  getItem(key: string): string | null {
    return this.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.set(key, value);
  }

  removeItem(key: string): void {
    this.delete(key);
  }
}

export class Tab {
  readonly database: SiteDatabase;
  readonly locks: TabLocks;
  notebook = 'work/a.ipynb';
  readonly #identities: Identities;

  constructor(
    readonly browser: Browser,
    readonly site: string,
    readonly storage: TabStorage | null
  ) {
    this.#identities = new Identities(site, storage);
    this.database = new SiteDatabase(site);
    this.locks = new TabLocks(browser.locks);
    browser.tabs.push(this);
  }

  /** A kernel in it. A restart keeps its id. */
  kernel(id?: string): Client {
    const kept = { database: this.database, claims: this.claims(), identities: this.#identities };
    const client = new Client({ notebook: () => this.notebook, kept, id: id ?? crypto.randomUUID() });
    client.person = () => 'y';
    this.browser.clients.push(client);
    return client;
  }

  claims(): LockedClaims {
    return (this.#claims ??= new LockedClaims(this.database.name, this.locks));
  }
  #claims: LockedClaims | null = null;

  /** Wait until this many states of the site are stored. */
  async stored(states: number): Promise<void> {
    await vi.waitFor(async () => {
      expect(await this.read(connection => connection.count('states'))).toBe(states);
    });
  }

  read<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.database.read(work);
  }

  /** Load the page anew, in the same tab. */
  async reload(): Promise<Tab> {
    await this.leave();
    return new Tab(this.browser, this.site, this.storage);
  }

  /** A tab that begins with what this one keeps. */
  duplicate(): Tab {
    return new Tab(this.browser, this.site, new Kept(this.storage instanceof Kept ? this.storage : []));
  }

  /** Leave the page: nothing of it runs any more. */
  async leave(): Promise<void> {
    await this.database.close();
    this.locks.end();
  }
}

export class Browser {
  readonly locks = new Locks();
  readonly tabs: Tab[] = [];
  readonly clients: Client[] = [];

  constructor() {
    globalThis.indexedDB = new IDBFactory();
  }

  /** A new tab. @param storage - Its session storage; null where that is blocked. */
  tab(site = 'https://host/site/', storage: TabStorage | null = new Kept()): Tab {
    return new Tab(this, site, storage);
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close();
    for (const tab of this.tabs) await tab.leave();
  }
}
