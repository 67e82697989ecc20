/** What the database of a site has. What is read may have been written by any page of the origin: it is checked. */

import * as v from 'valibot';
import type { DBSchema, IDBPDatabase } from 'idb';

/** Raise it with every change of what is stored, and extend `upgrade`. */
export const VERSION = 1;

const whole = v.pipe(v.number(), v.safeInteger());
const some = v.pipe(whole, v.minValue(0));
const bytes = v.custom<Uint8Array<ArrayBuffer>>(
  value => value instanceof Uint8Array && value.buffer instanceof ArrayBuffer
);

const session = v.object({
  id: v.string(),
  /** The notebook's path. */
  notebook: v.string(),
  /** The id of the kernel that ran it last. */
  kernel: v.string(),
  /** The version of Monty whose dumps these are: others cannot read them. */
  monty: v.string(),
  started: v.number(),
  used: v.number(),
  current: whole,
  states: some,
  /** What it takes, about. */
  bytes: some
});

const state = v.object({
  session: v.string(),
  number: whole,
  parent: v.nullable(whole),
  label: v.string(),
  source: v.string(),
  failed: v.boolean(),
  size: some,
  created: v.number(),
  names: v.array(v.string()),
  onwards: v.nullable(whole),
  beside: v.nullable(whole),
  /** What the front end called the cell. Earlier versions did not store it. */
  cellId: v.optional(v.nullable(v.string()), null),
  /** Whether there is a dump; it may have been dropped to save space, or be in memory only. */
  dumped: v.boolean(),
  outside: v.string(),
  /** Whether `steps` are all steps, and not those after the parent's first `kept`. */
  whole: v.boolean(),
  kept: some,
  steps: v.array(v.string()),
  /** By path, the ids of files. */
  files: v.array(v.tuple([v.string(), v.string()]))
});

const file = v.object({
  kind: v.picklist(['file', 'folder', 'gone']),
  /** Compressed. */
  data: bytes,
  size: some,
  modified: v.number()
});

const input = v.object({ session: some, line: some, source: v.string() });

export type StoredSession = v.InferOutput<typeof session>;
export type StoredState = v.InferOutput<typeof state>;
export type StoredFile = v.InferOutput<typeof file>;
export type StoredInput = v.InferOutput<typeof input>;

export interface Schema extends DBSchema {
  sessions: { key: string; value: StoredSession; indexes: { notebook: string } };
  states: { key: [session: string, number: number]; value: StoredState };
  /** Compressed dumps. */
  dumps: { key: [session: string, number: number]; value: Uint8Array<ArrayBuffer> };
  files: { key: [session: string, id: string]; value: StoredFile };
  /** The numbers of sessions in the history of inputs, and when they began. */
  histories: { key: number; value: { started: number } };
  inputs: { key: [session: number, line: number]; value: StoredInput };
}

/** Make the stores, or those that are new since an older version. */
export function upgrade(database: IDBPDatabase<Schema>): void {
  database.createObjectStore('sessions', { keyPath: 'id' }).createIndex('notebook', 'notebook');
  database.createObjectStore('states', { keyPath: ['session', 'number'] });
  database.createObjectStore('dumps');
  database.createObjectStore('files');
  database.createObjectStore('histories', { autoIncrement: true });
  database.createObjectStore('inputs', { keyPath: ['session', 'line'] });
}

function checked<T extends v.GenericSchema>(schema: T): (value: unknown) => v.InferOutput<T> | null {
  return value => {
    const found = v.safeParse(schema, value, { abortEarly: true });
    return found.success ? found.output : null;
  };
}

/** What is stored, if it is what it should be; else null. */
export const sessionOf = checked(session);
export const stateOf = checked(state);
export const fileOf = checked(file);
export const inputOf = checked(input);
export const bytesOf = checked(bytes);

/** The keys of all that belongs to a session, in a store whose keys begin with it. */
export function allOf(session: string): IDBKeyRange {
  return IDBKeyRange.bound([session], [session, []]);
}
