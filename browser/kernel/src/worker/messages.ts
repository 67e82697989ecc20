/**
 * What the page and the worker of a session say to each other.
 *
 * The worker holds the WebAssembly instance, so whatever it says may have been forged by a cell that broke out of the
 * interpreter: the page bounds, checks and sanitizes all of it. The page holds the states, and starts a worker from one.
 */

/** A MIME bundle: MIME type to data. Text as a string, binary as base64, JSON as plain data. */
export type MimeBundle = Record<string, unknown>;

/** A place in a cell. Lines and columns count characters from 1; `endColumn` is exclusive. */
export interface SourceFrame {
  /** The cell and its label (`In[3]`); null for code given to `eval` or `exec`. */
  cell: { label: string; text: string } | null;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** Its name; `<module>` at the top level. */
  function: string;
}

/** Why a cell did not succeed, as `Failure` in `monty_kernel/engine/source`. */
export interface Failure {
  kind: 'raised' | 'syntax' | 'interrupted' | 'crashed' | 'memory' | 'time' | 'limit';
  ename: string;
  evalue: string;
  frames: SourceFrame[];
  note: string | null;
}

/** An output of the running cell, not sanitized. */
export type Output =
  | { type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { type: 'display'; data: MimeBundle; metadata: Record<string, unknown>; displayId: string | null; update: boolean }
  | { type: 'clear'; wait: boolean }
  | { type: 'error'; ename: string; evalue: string; traceback: string[] };

/** The value of an expression, to be shown. */
export interface Result {
  data: MimeBundle;
  metadata: Record<string, unknown>;
}

/** How a cell ended. */
export interface Outcome {
  failure: Failure | null;
  result: Result | null;
  expressions: Record<string, Result | Failure>;
}

/** A session between two cells, as `Snapshot` in `monty_kernel/engine/snapshot.py`. */
export interface Snapshot {
  /** Monty's dump, which the native kernel can load too. */
  state: Uint8Array<ArrayBuffer>;
  /** What is known of the session outside of the sandbox, as JSON text that only the engine reads. */
  outside: string;
  /** Bytes of files by path, in the working folder. Equal files of several snapshots are one object. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
}

/** What a session may use. Null is unlimited. */
export interface Limits {
  /** Bytes. */
  memory: number | null;
  /** Seconds that one cell computes. */
  seconds: number | null;
  /** Calls that nest. */
  recursion: number | null;
}

/** A cell to run. */
export interface CellRequest {
  code: string;
  /** Its execution count, or the next one's if it stays out of the history. */
  number: number;
  /** Whether it stays in the history. */
  remember: boolean;
  silent: boolean;
  /** User expressions by name. */
  expressions: Record<string, string>;
}

/** From the page to the worker. Every `id` is answered once. */
export type ToWorker =
  | {
      type: 'start';
      id: number;
      module: WebAssembly.Module;
      /** Null for a new session. */
      snapshot: Snapshot | null;
      limits: Limits;
      /** IANA name of the person's zone. */
      timezone: string;
    }
  | { type: 'execute'; id: number; request: CellRequest }
  /** The person's interrupt. Only a worker that waits for the host hears it. */
  | { type: 'interrupt' }
  /** The value of an expression over the prelude's functions, between two cells; `parts` are fed first. */
  | { type: 'evaluate'; id: number; expression: string; parts: string[] }
  /** An answer to `ask`. */
  | { type: 'answer'; question: number; answer: Answer };

/** What the page answers: a value, or an exception to raise in the cell. */
export type Answer = { value: unknown } | { exception: string; message: string };

/** What a cell asks of the page. */
export type Question =
  | { kind: 'input'; prompt: string; password: boolean }
  /** A magic whose work is the page's. A travelling one is answered with the snapshot to go to. */
  | { kind: 'magic'; name: string; args: string; between: boolean; snapshot: Snapshot | null }
  /** The cell called `exit()`: whether the front end leaves. */
  | { kind: 'exit' }
  /** A file of the site's drive below a mounted folder: contents' answers. */
  | { kind: 'contents'; operation: string; path: string; data: unknown };

/** From the worker to the page. */
export type FromWorker =
  | { type: 'started'; id: number }
  /** The session could not be started; `message` is for the person. */
  | { type: 'failed'; id: number; message: string }
  | { type: 'output'; id: number; output: Output }
  | { type: 'ask'; question: number; what: Question }
  /** The cell is over. The snapshot follows in `saved`, when the reply is on its way. */
  | { type: 'finished'; id: number; outcome: Outcome }
  | { type: 'saved'; id: number; snapshot: Snapshot; changed: boolean }
  | { type: 'value'; id: number; value: unknown }
  /** The interrupt reached a worker that waits: the cell gets KeyboardInterrupt. One that computes cannot say so. */
  | { type: 'heard' }
  /** The instance is of no use any more: it trapped, or ran out of memory. */
  | { type: 'lost'; id: number | null; why: 'crashed' | 'memory' | 'time'; message: string };
