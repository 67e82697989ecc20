/** Tabs of one browser, each with a page of a site: a kernel that keeps its sessions in a real IndexedDB. */

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { expect, vi } from 'vitest';
import { LockedClaims } from '../../src/store/claims';
import { SiteDatabase } from '../../src/store/database';
import { Client } from '../jupyterlite/client';
import { Locks, TabLocks } from './locks';
import type { Connection } from '../../src/store/database';

export class Tab {
  readonly database: SiteDatabase;
  readonly locks: TabLocks;
  notebook = 'work/a.ipynb';

  constructor(
    readonly browser: Browser,
    readonly site: string
  ) {
    this.database = new SiteDatabase(site);
    this.locks = new TabLocks(browser.locks);
    browser.tabs.push(this);
  }

  /** A kernel in it. A restart keeps its id. */
  kernel(id?: string): Client {
    const kept = { database: this.database, claims: this.claims() };
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

  tab(site = 'https://host/site/'): Tab {
    return new Tab(this, site);
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close();
    for (const tab of this.tabs) await tab.leave();
  }
}
