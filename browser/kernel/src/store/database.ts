/**
 * The database of one site in the browser's IndexedDB: its connection, and the order of what is written.
 *
 * Sites that share an origin have a database each, by their base address, so none is offered what another one keeps. The
 * browser may close the connection at any time, and does so for a tab with a newer version: the next use opens it again.
 */

import { openDB } from 'idb';
import type { IDBPDatabase } from 'idb';

import { said } from '../engine/unavailable';
import { upgrade, VERSION } from './schema';
import type { Schema } from './schema';

export type Connection = IDBPDatabase<Schema>;

/** Milliseconds in which a browser opens the database, or never will. */
const OPENS_WITHIN = 10_000;

/** Nothing can be kept or read. The message says why, and goes on after "Sessions are not kept here: ". */
export class Unavailable extends Error {}

export class SiteDatabase {
  readonly name: string;
  #connection: Promise<Connection> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** @param site - The site's base address. */
  constructor(site: string) {
    this.name = `monty-kernel - ${site}`;
  }

  /** Read, when all that is under way has been written. @throws Unavailable, and what `work` throws. */
  async read<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    await this.#last;
    return this.#connected(work);
  }

  /** Write, after all that is under way. Writes of one page never overlap. @throws Unavailable, and what `work` throws. */
  write<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const done = this.#last.then(() => this.#connected(work));
    this.#last = done.catch(() => undefined); // whoever waits for `done` is told
    return done;
  }

  /** Read or write what has nothing to do with what is under way. @throws Unavailable, and what `work` throws. */
  apart<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#connected(work);
  }

  /** Let whoever reads or writes from now on wait: something is still to come. */
  expect(coming: Promise<unknown>): void {
    this.#last = Promise.allSettled([this.#last, coming]);
  }

  /** Close the connection, when all is written. It is opened again when it is needed. */
  async close(): Promise<void> {
    await this.#last;
    const connection = this.#connection;
    this.#connection = null;
    await connection?.then(
      open => {
        open.close();
      },
      () => undefined
    );
  }

  async #connected<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open());
    } catch (error) {
      if (!wasClosed(error)) throw error;
      this.#connection = null;
      return work(await this.#open());
    }
  }

  #open(): Promise<Connection> {
    const opening = (this.#connection ??= this.#opened());
    return opening.catch((error: unknown) => {
      if (this.#connection === opening) this.#connection = null; // it may work the next time
      throw error instanceof Unavailable ? error : new Unavailable(why(error));
    });
  }

  #opened(): Promise<Connection> {
    if (!hasIndexedDB()) {
      return Promise.reject(new Unavailable('this browser keeps nothing for this page, as in some private windows'));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Unavailable('the browser does not open its database'));
      }, OPENS_WITHIN);
      let given: Connection | null = null;
      const forget = (): void => {
        given?.close();
        this.#connection = null;
      };
      const opening = openDB<Schema>(this.name, VERSION, {
        upgrade,
        blocked: () => {
          reject(new Unavailable('another tab has this site open with an older version of the kernel; close that tab'));
        },
        blocking: forget,
        terminated: forget
      });
      void opening
        .then(connection => {
          given = connection;
          resolve(connection);
        }, reject)
        .finally(() => {
          clearTimeout(timer);
        });
    });
  }
}

function hasIndexedDB(): boolean {
  try {
    return (globalThis.indexedDB as IDBFactory | undefined) !== undefined;
  } catch {
    return false; // some browsers throw where a page may keep nothing
  }
}

/** Whether the browser closed the database before anything was done. */
function wasClosed(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'InvalidStateError' || error.name === 'AbortError');
}

/** Whether there is no more room for what the site keeps. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}

/** Why nothing could be kept, for the person. */
export function why(error: unknown): string {
  if (error instanceof Unavailable) return error.message;
  if (isFull(error)) return 'the browser gives this site no more room';
  const name = error instanceof Error ? error.name : '';
  if (name === 'VersionError') return 'a newer version of the kernel has its sessions there';
  if (name === 'SecurityError') return "the browser's settings forbid it for this page";
  return `this browser does not keep them (${said(error)})`;
}
