/** A session that outlives its worker: whatever ends the worker, the state before the cell comes back. */

import type {
  Answer,
  CellRequest,
  FromWorker,
  HeldLimits,
  Outcome,
  Output,
  Question,
  Snapshot,
  SnapshotChange,
  ToWorker
} from '../worker/messages';
import { nextSnapshot } from '../worker/snapshots';
import type { WorkerPort, Workers } from './workers';

/** Milliseconds in which a worker that waits for the host hears an interrupt. One that does not hear it computes. */
const HEARS_WITHIN = 100;

/** Why a worker is gone. */
export type Why = 'interrupted' | 'insisted' | 'crashed' | 'memory' | 'time';

/** What takes part in one cell. */
export interface CellHost {
  /** Take an output of the cell; it is not sanitized. */
  output(output: Output): void;
  /** Answer what the cell asks. The promise may stay open: an interrupt answers in its place. */
  ask(question: Question): Promise<Answer>;
  /** Take what the cell's reply is to hold for the front end. */
  payload?(payload: Record<string, unknown>): void;
}

/** How a cell ended: with an outcome, or with its worker. */
export type Ran =
  { outcome: Outcome; lost: null } | { outcome: null; lost: { why: Why; message: string; restored: boolean } };

/** What a session is started with. */
export interface SessionSettings {
  limits: HeldLimits;
  timezone: string;
  /** Characters of one MIME type that the sanitizer lets through; null for no limit. */
  mostShown: number | null;
}

interface Waiting {
  resolve: (message: FromWorker) => void;
  reject: (lost: WorkerLost) => void;
}

/** The worker is gone, and what it was asked is not answered. */
export class WorkerLost extends Error {
  constructor(
    readonly why: Why,
    message: string
  ) {
    super(message);
  }
}

/** The session could not be started. The message is for the person. */
export class CannotStart extends Error {}

/** One session in one worker at a time. */
export class HostedSession {
  /** The last state: what the session goes back to when its worker is gone. Null before there is one. */
  snapshot: Snapshot | null = null;

  #limits: HeldLimits;
  #missed: [number, string][] = []; // cells that were lost with their worker, and that no state has
  #worker: WorkerPort | null = null;
  #starting: Promise<void> | null = null;
  #waiting = new Map<number, Waiting>();
  #next = 0;
  #cell: { id: number; host: CellHost; saved: (snapshot: Snapshot, changed: boolean) => void } | null = null;
  #saving: Promise<void> = Promise.resolve();
  #interrupting: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(
    private readonly workers: Workers,
    private readonly module: () => Promise<WebAssembly.Module>,
    private readonly settings: SessionSettings
  ) {
    this.#limits = settings.limits;
  }

  /** Whether a cell runs. */
  get isRunning(): boolean {
    return this.#cell !== null;
  }

  /** Whether there is a worker with the session. */
  get isAlive(): boolean {
    return this.#worker !== null;
  }

  /**
   * Take a worker, and be what the session was in the snapshot; a new session without one.
   *
   * @throws CannotStart - The engine cannot be had here, or the snapshot cannot be read. The message says why.
   */
  async start(snapshot: Snapshot | null = this.snapshot): Promise<void> {
    this.#end();
    const starting = this.#start(snapshot);
    this.#starting = starting;
    try {
      await starting;
    } finally {
      if (this.#starting === starting) this.#starting = null;
    }
  }

  async #start(snapshot: Snapshot | null): Promise<void> {
    const module = await this.module().catch((error: unknown) => {
      throw new CannotStart(`Monty could not be loaded: ${said(error)}. Reload the page to try again.`);
    });
    const worker = this.workers.take();
    this.#worker = worker;
    worker.listen(
      message => {
        if (this.#worker === worker) this.#heard(message);
      },
      reason => {
        if (this.#worker === worker) this.#lose(new WorkerLost('crashed', reason));
      }
    );
    try {
      const { timezone, mostShown } = this.settings;
      const limits = this.#limits;
      const missed = [...this.#missed];
      const start = { type: 'start' as const, module, snapshot, missed, limits, timezone, mostShown };
      const answer = await this.#send(id => ({ ...start, id }));
      if (answer.type === 'failed') throw new CannotStart(answer.message);
      this.snapshot = answer.type === 'started' && answer.change ? nextSnapshot(null, answer.change) : snapshot;
    } catch (error) {
      this.#end();
      throw error instanceof WorkerLost ? new CannotStart(`the worker ended: ${error.message}`) : error;
    }
    this.workers.prepare();
  }

  /**
   * Run a cell. A worker that is gone is replaced before and after it.
   *
   * @param saved - Is given the state after the cell, if the worker still lives; after the promise is fulfilled.
   * @throws CannotStart - There is no session, and none could be started.
   */
  async run(
    request: CellRequest,
    host: CellHost,
    saved: (snapshot: Snapshot, changed: boolean) => void = () => undefined
  ): Promise<Ran> {
    await this.ready();
    try {
      const answer = await this.#send(id => {
        this.#cell = { id, host, saved };
        return { type: 'execute', id, request };
      });
      if (answer.type !== 'finished') throw new WorkerLost('crashed', 'it did not say how the cell ended');
      return { outcome: answer.outcome, lost: null };
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      if (request.remember) this.#missed.push([request.number, request.code]);
      const restored = await this.#restored();
      return { outcome: null, lost: { why: error.why, message: error.message, restored } };
    } finally {
      this.#cell = null;
      this.#heardInterrupt();
    }
  }

  /** Wait until the session can run a cell: it may have to be started, or the state of the last cell kept. */
  async ready(): Promise<void> {
    if (this.#starting !== null) await this.#starting;
    await this.#saving;
    if (this.#worker === null) await this.start();
  }

  /**
   * The value of an expression over the prelude's functions; undefined if it fails or a cell runs.
   *
   * @param parts - Names of the prelude's parts that it needs.
   */
  evaluate(expression: string, parts: string[]): Promise<unknown> {
    return this.#value(id => ({ type: 'evaluate', id, expression, parts }));
  }

  /** The tree of a text, as JSON text of the parser's; undefined while a cell runs. */
  async syntax(source: string): Promise<string | undefined> {
    const tree = await this.#value(id => ({ type: 'syntax', id, source }));
    return typeof tree === 'string' ? tree : undefined;
  }

  async #value(make: (id: number) => ToWorker): Promise<unknown> {
    if (!this.#isFree || this.#worker === null) return undefined;
    try {
      const answer = await this.#send(make);
      return answer.type === 'value' ? answer.value : undefined;
    } catch (error) {
      if (error instanceof WorkerLost) return undefined;
      throw error;
    }
  }

  /**
   * Be what the session was in a snapshot; a new session for null. Where `evaluate` may be asked.
   *
   * @returns Why it could not be loaded: then the session is as it was. Null if it was.
   */
  async load(snapshot: Snapshot | null): Promise<string | null> {
    if (!this.#isFree) return 'a cell runs';
    if (this.#worker === null) {
      await this.start(snapshot);
      return null;
    }
    try {
      const answer = await this.#send(id => ({ type: 'load', id, snapshot }));
      if (answer.type !== 'loaded') return 'the worker did not say whether it is there';
      if (answer.failure !== null) return answer.failure;
      this.snapshot = answer.change === null ? snapshot : nextSnapshot(snapshot ?? this.snapshot, answer.change);
      return null;
    } catch (error) {
      if (error instanceof WorkerLost) return 'its worker ended';
      throw error;
    }
  }

  /** Whether no cell computes: none runs, or it waits for a magic that stands between two of its feeds. */
  get #isFree(): boolean {
    return this.#cell === null || this.#between;
  }

  #between = false;

  /** Stop the running cell. One that waits gets KeyboardInterrupt; one that computes loses its worker. */
  interrupt(): void {
    const worker = this.#worker;
    if (this.#cell === null || worker === null) return;
    worker.post({ type: 'interrupt' });
    this.#interrupting ??= setTimeout(() => {
      this.#interrupting = null;
      if (this.#worker === worker && this.#cell !== null) this.#lose(new WorkerLost('interrupted', ''));
    }, HEARS_WITHIN);
  }

  /** End the session and its worker. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#lose(new WorkerLost('interrupted', 'the kernel was shut down'));
    this.workers.close();
  }

  async #restored(): Promise<boolean> {
    if (this.#closed) return false;
    try {
      await this.start(this.snapshot);
      return true;
    } catch {
      this.snapshot = null; // the next cell begins a new session
      return false;
    }
  }

  #send(make: (id: number) => ToWorker): Promise<FromWorker> {
    const worker = this.#worker;
    if (worker === null) return Promise.reject(new WorkerLost('crashed', 'there is no worker'));
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.post(make(id));
    });
  }

  #heard(message: FromWorker): void {
    switch (message.type) {
      case 'output':
        if (this.#cell?.id === message.id) this.#cell.host.output(message.output);
        return;
      case 'ask':
        this.#asked(message.question, message.what);
        return;
      case 'heard':
        this.#heardInterrupt();
        return;
      case 'lost':
        this.#lose(new WorkerLost(message.why, message.message));
        return;
      case 'saved':
        this.#saved?.(message.change);
        return;
      case 'limits':
        this.#limits = message.limits;
        return;
      case 'payload':
        if (this.#cell?.id === message.id) this.#cell.host.payload?.(message.payload);
        return;
      case 'finished':
        this.#awaitState();
        break;
      case 'started':
      case 'failed':
      case 'loaded':
      case 'value':
    }
    this.#waiting.get(message.id)?.resolve(message);
    this.#waiting.delete(message.id);
  }

  #saved: ((change: SnapshotChange | null) => void) | null = null;

  #awaitState(): void {
    const report = this.#cell?.saved;
    this.#saving = new Promise(resolve => {
      this.#saved = change => {
        this.#saved = null;
        if (change !== null) {
          this.snapshot = nextSnapshot(this.snapshot, change);
          this.#missed = [];
        }
        if (this.snapshot !== null) report?.(this.snapshot, change !== null);
        resolve();
      };
      this.#unsaved = resolve;
    });
  }

  #unsaved: () => void = () => undefined;

  #asked(question: number, what: Question): void {
    const worker = this.#worker;
    const cell = this.#cell;
    if (worker === null) return;
    const answered =
      cell === null
        ? Promise.resolve<Answer>({ exception: 'RuntimeError', message: 'no cell runs' })
        : cell.host.ask(what);
    this.#between = what.kind === 'magic' && what.between;
    void answered
      .catch((error: unknown): Answer => ({ exception: 'RuntimeError', message: said(error) }))
      .then(answer => {
        this.#between = false;
        if (this.#worker === worker) worker.post({ type: 'answer', question, answer });
      });
  }

  #heardInterrupt(): void {
    if (this.#interrupting !== null) clearTimeout(this.#interrupting);
    this.#interrupting = null;
  }

  #lose(lost: WorkerLost): void {
    this.#end();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const each of waiting) each.reject(lost);
  }

  #end(): void {
    this.#heardInterrupt();
    this.#worker?.end();
    this.#worker = null;
    this.#saved = null;
    this.#unsaved();
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
