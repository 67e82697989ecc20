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
  /** As it is shown; missing until the worker has laid it out. */
  traceback?: string[];
}

/** An output of the running cell, not sanitized. */
export type Output =
  | { type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | {
      type: 'display';
      data: MimeBundle;
      metadata: Record<string, unknown>;
      displayId: string | null;
      update: boolean;
      /** A file to be saved by a link, which only the page makes; `data` is what is shown where it cannot. */
      file?: { name: string; content: Uint8Array<ArrayBuffer> };
    }
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
  /** The cells that led to it, oldest first, as JSON texts that only the engine reads. */
  steps: readonly string[];
  /** What cells wrote, by path, such as `/work/data.csv`. Equal files of several snapshots are one object. */
  files: ReadonlyMap<string, FileNode>;
  /**
   * What cells wrote to the overlays of mounted folders, by the place, the folder and the path below it, with a NUL
   * between them. Missing where it is not kept.
   */
  overlays?: ReadonlyMap<string, FileNode>;
}

/** A file or folder that cells wrote, or that they removed. `modified` is in seconds since the epoch. */
export interface FileNode {
  kind: 'file' | 'folder' | 'gone';
  /** Empty for a folder. */
  data: Uint8Array<ArrayBuffer>;
  modified: number;
}

/** What makes a snapshot of the worker's last one: `nextSnapshot` in `snapshots.ts` does. */
export interface SnapshotChange {
  state: Uint8Array<ArrayBuffer>;
  outside: string;
  /** How many of the last snapshot's steps are steps of this one too. */
  kept: number;
  /** The steps after them. */
  steps: string[];
  /** What was written since; null for what is gone. */
  files: Map<string, FileNode | null>;
  /** The same of the overlays. */
  overlays: Map<string, FileNode | null>;
}

/** How cells may use a mounted folder: read it, change it, or change what they see of it. */
export type MountMode = 'ro' | 'rw' | 'overlay';

/** A folder of the site's drive that the person granted. */
export interface MountSpec {
  /** Where cells see it: an absolute path. */
  place: string;
  /** Its path on the drive. The worker only compares it. */
  folder: string;
  mode: MountMode;
}

/** What a cell asks of a mounted folder. Paths are the names that lead to a file below it. */
export type DriveCall = DriveLook | DriveChange;

export interface DriveLook {
  do: 'info' | 'read' | 'entries';
  path: readonly string[];
}

export type DriveChange =
  | { do: 'makeFolder' | 'remove'; path: readonly string[] }
  | { do: 'write' | 'append'; path: readonly string[]; data: Uint8Array<ArrayBuffer> }
  | { do: 'rename'; path: readonly string[]; target: readonly string[] };

/** What is at a path of the drive. `modified` is in seconds since the epoch. */
export interface DriveInfo {
  kind: 'file' | 'folder';
  size: number;
  modified: number;
}

/** The Python exception of a file operation that failed. */
export type OsErrorType =
  'OSError' | 'FileNotFoundError' | 'FileExistsError' | 'IsADirectoryError' | 'NotADirectoryError' | 'PermissionError';

/**
 * What the page answers: to `info` a DriveInfo or null, to `read` bytes, to `entries` pairs of names and DriveInfo; or
 * the error to raise.
 */
export type DriveAnswer = { value: unknown } | { error: [type: OsErrorType, errno: number, message: string] };

/** What a session may use, by the names that `%limits` has. Null is unlimited. */
export interface Limits {
  /** Bytes. */
  memory: number | null;
  /** Seconds that one cell computes. */
  seconds: number | null;
  /** Calls that nest; null for Monty's own limit. */
  recursion: number | null;
  /** Bytes that one cell shows. */
  output: number | null;
  /** How often one cell calls the host. */
  host_calls: number | null;
  /** Seconds that one cell sleeps. */
  asleep: number | null;
}

/** The limits of a session: what was granted, and what cells made of that. They outlive a worker. */
export interface HeldLimits {
  granted: Limits;
  now: Limits;
  /** By a limit's name, the label of the cell that last tightened it. */
  tightened: Record<string, string>;
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

/** What became of a cell of the history, for what fails because of it. `line` is where it failed in itself; 0 if unknown. */
export type PastCell =
  | { type: 'passed'; code: string }
  | { type: 'failed'; code: string; number: number; kind: Failure['kind']; ename: string; evalue: string; line: number }
  /** It did not run, since the one before it failed. */
  | { type: 'passedOver'; code: string };

/** From the page to the worker. Every `id` is answered once. */
export type ToWorker =
  | {
      type: 'start';
      id: number;
      module: WebAssembly.Module;
      /** Null for a new session. */
      snapshot: Snapshot | null;
      /** Cells of the history that were lost with the last worker, by number: `In` is to have them. */
      missed: [number: number, code: string][];
      /** What is mounted. */
      mounts: readonly MountSpec[];
      /** The cells that ran in the session's workers before, oldest first. */
      past: PastCell[];
      limits: HeldLimits;
      /** IANA name of the person's zone. */
      timezone: string;
      /** Characters of one MIME type that the page's sanitizer lets through; null for no limit. */
      mostShown: number | null;
    }
  | { type: 'execute'; id: number; request: CellRequest }
  /** The person's interrupt. Only a worker that waits for the host hears it. */
  | { type: 'interrupt' }
  /**
   * The value of an expression over the prelude's functions; `parts` are fed first. Between two cells, or while a
   * magic's question with `between` waits.
   */
  | { type: 'evaluate'; id: number; expression: string; parts: string[] }
  /** The tree of a text, as JSON text; see `source/tree.ts`. Between two cells. */
  | { type: 'syntax'; id: number; source: string }
  /** Go to another state; null for a new session. When `evaluate` may come. */
  | { type: 'load'; id: number; snapshot: Snapshot | null }
  /** Say why a cell failed that lost its worker, as `finished` would have. */
  | { type: 'explain'; id: number; failure: Failure; request: CellRequest }
  /** A cell was not run, since the one before it failed. */
  | { type: 'passedOver'; code: string }
  /** An answer to `ask`. */
  | { type: 'answer'; question: number; answer: Answer };

/**
 * What the page answers: a value, or an exception to raise in the cell. `UsageError` and `StdinUnavailable` are
 * exceptions that no cell can catch as such. `outputs` are shown first, as outputs of the cell.
 */
export type Answer = { value: unknown; outputs?: Output[] } | { exception: string; message: string };

/** What a cell asks of the page. */
export type Question =
  | { kind: 'input'; prompt: string; password: boolean }
  /**
   * A magic whose work is the page's. `between`: it stands on a line of its own, and may go to another state. `unsaved`:
   * no state has what the cell did so far.
   */
  | { kind: 'magic'; name: string; args: string; between: boolean; unsaved: boolean }
  /** The cell called `exit()`: whether the front end leaves. */
  | { kind: 'exit' }
  /** Of the folder that is mounted at a place. The value of the answer is a DriveAnswer. */
  | { kind: 'contents'; place: string; call: DriveCall };

/** From the worker to the page. */
export type FromWorker =
  /** The session is there. `change` makes the first snapshot of a new one; it is null for one that was loaded. */
  | { type: 'started'; id: number; change: SnapshotChange | null }
  /** The session could not be started; `message` is for the person. `refused`: the snapshot is to blame. */
  | { type: 'failed'; id: number; message: string; refused: boolean }
  | { type: 'output'; id: number; output: Output }
  /** What the reply of the cell holds for the front end, such as the pager's text. The last of each source counts. */
  | { type: 'payload'; id: number; payload: Record<string, unknown> }
  | { type: 'ask'; question: number; what: Question }
  /** A cell tightened limits. */
  | { type: 'limits'; limits: HeldLimits }
  /**
   * The cell is over. The snapshot follows in `saved`, when the reply is on its way. `line`: where the cell failed in
   * itself; 0 if it did not, or nobody knows.
   */
  | { type: 'finished'; id: number; outcome: Outcome; line: number }
  /** `change` is null if the session is as it was in the last snapshot. */
  | { type: 'saved'; id: number; change: SnapshotChange | null }
  | { type: 'value'; id: number; value: unknown }
  | { type: 'explained'; id: number; failure: Failure }
  /** `failure` says why the state could not be loaded: then the session is as it was. */
  | { type: 'loaded'; id: number; failure: string | null; change: SnapshotChange | null }
  /** The interrupt reached a worker that waits: the cell gets KeyboardInterrupt. One that computes cannot say so. */
  | { type: 'heard' }
  /**
   * The session is of no use any more, and could not be restored where it was. `insisted`: the cell caught
   * KeyboardInterrupt and went on, and the person interrupted it again and again.
   */
  | { type: 'lost'; id: number | null; why: 'crashed' | 'memory' | 'time' | 'insisted'; message: string };
