/** A session that outlives its worker: whatever ends the worker, the state before the cell comes back. */

import { said } from '../engine/unavailable';
import type {
  Answer,
  CellRequest,
  Failure,
  HeldLimits,
  Question,
  Snapshot,
  SnapshotChange,
  ToWorker
} from '../worker/messages';
import { nextSnapshot } from '../worker/snapshots';
import { CannotStart, InterruptedEarly, tighter } from './terms';
import { PastCells } from './past_cells';
import { within } from './within';
import { WorkerLink, WorkerLost } from './worker_link';
import type { CellHost, Ran, Restored, SessionSettings } from './terms';
import type { Answering, News } from './worker_link';
import type { WorkerSource } from './workers';

/** Milliseconds in which a worker that waits for the host hears an interrupt. One that does not hear it computes. */
const HEARS_WITHIN = 100;

/** Milliseconds that a session which ends waits for the state after its last cell. */
const SAVES_WITHIN = 10_000;

/** Questions that a cell may have open. */
const MOST_QUESTIONS = 1_000;

/** One session in one worker at a time. */
export class HostedSession {
  /** The last state: what the session goes back to when its worker is gone. Null before there is one. */
  snapshot: Snapshot | null = null;
  /** How many sessions began here with nothing: more than one if a state could not be loaded any more. */
  beginnings = 0;

  limits: HeldLimits; // what was granted, and what holds since cells tightened it
  #missed: [number, string][] = []; // cells that were lost with their worker, and that no state has
  readonly #past = new PastCells();
  #link: WorkerLink | null = null;
  #readying: Promise<void> | null = null;
  #next = 0;
  #cell: { id: number; host: CellHost; saved: (snapshot: Snapshot, changed: boolean) => void } | null = null;
  #between: number | null = null; // the question of a magic that stands between two feeds
  #questions = 0;
  #saving: Promise<void> = Promise.resolve();
  #saved: ((change: SnapshotChange | null) => void) | null = null;
  #unsaved: () => void = () => undefined;
  #interrupting: ReturnType<typeof setTimeout> | null = null;
  #cancel = new Set<(error: InterruptedEarly) => void>();
  #closed = false;

  constructor(
    private readonly workers: WorkerSource,
    private readonly module: () => Promise<WebAssembly.Module>,
    private readonly settings: SessionSettings
  ) {
    this.limits = settings.limits;
  }

  /**
   * Take a worker, and be what the session was in the snapshot; a new session without one.
   *
   * @throws CannotStart - The engine cannot be had here, or the snapshot cannot be read. The message says why.
   */
  async start(snapshot: Snapshot | null = this.snapshot): Promise<void> {
    this.#end();
    const module = await this.module().catch((error: unknown) => {
      throw new CannotStart(`Monty could not be loaded: ${said(error)}`);
    });
    const link = this.#linked();
    try {
      const { timezone, mostShown, mounts = () => [] } = this.settings;
      if (snapshot === null) this.#past.clear();
      const known = { snapshot, missed: [...this.#missed], past: this.#past.all, mounts: mounts() };
      const start = { type: 'start' as const, module, ...known, limits: this.limits, timezone, mostShown };
      const answer = await this.#send(link, id => ({ ...start, id }), { snapshot });
      if (answer.type === 'failed') throw new CannotStart(answer.message, answer.refused);
      if (answer.type !== 'started') throw new WorkerLost('crashed', 'it did not say that it has the session');
      this.snapshot = answer.change === null ? snapshot : nextSnapshot(null, answer.change);
      if (this.snapshot === null) throw new WorkerLost('crashed', 'it did not say what the session is');
    } catch (error) {
      if (this.#link === link) this.#end();
      link.end();
      if (error instanceof CannotStart) throw error;
      throw new CannotStart(`Monty's worker could not be started: ${said(error)}. Run the cell again.`);
    }
    this.workers.prepareSoon();
  }

  #linked(): WorkerLink {
    if (this.#closed) throw new CannotStart('The kernel was shut down.');
    let link: WorkerLink | null = null;
    try {
      link = new WorkerLink(
        this.workers.take(),
        news => {
          this.#heard(news);
        },
        lost => {
          if (this.#link === null || this.#link === link) this.#end(lost);
        }
      );
    } catch (error) {
      throw new CannotStart(
        `Monty's worker could not be made: ${said(error)}. The site's content security policy has to allow it (worker-src).`
      );
    }
    this.#link = link;
    return link;
  }

  /**
   * Run a cell. A worker that is gone is replaced before and after it.
   *
   * @param saved - Is given the state after the cell, if the worker still lives; after the promise is fulfilled.
   * @throws CannotStart - There is no session, and none could be started.
   * @throws InterruptedEarly - The person did not want to wait for the session.
   */
  async run(
    request: CellRequest,
    host: CellHost,
    saved: (snapshot: Snapshot, changed: boolean) => void = () => undefined
  ): Promise<Ran> {
    await this.ready();
    try {
      const link = this.#link;
      if (link === null) throw new WorkerLost('crashed', 'there is no worker');
      const execute = (id: number): ToWorker => {
        this.#cell = { id, host, saved };
        return { type: 'execute', id, request };
      };
      const answer = await this.#send(link, execute, null);
      if (answer.type !== 'finished') throw new WorkerLost('crashed', 'it did not say how the cell ended');
      this.#past.ran(request, answer.outcome.failure, answer.line);
      return { outcome: answer.outcome, lost: null };
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      if (request.remember) this.#missed.push([request.number, request.code]);
      const restored = await this.#restored();
      return { outcome: null, lost: { why: error.why, message: error.message, restored } };
    } finally {
      this.#cell = null;
      this.#between = null;
      this.#heardInterrupt();
    }
  }

  /** The failure of a cell that lost its worker, as the next one lays it out and explains it. */
  async explained(failure: Failure, request: CellRequest): Promise<Failure> {
    const answer = await this.#answered(id => ({ type: 'explain', id, failure, request }));
    this.#past.ran(request, failure, 0);
    return answer?.type === 'explained' ? answer.failure : failure;
  }

  /** Note a cell that did not run, since the one before it failed. */
  passedOver(code: string): void {
    const cell = this.#past.add({ type: 'passedOver', code });
    this.#link?.post(cell);
  }

  /**
   * Wait until the session can run a cell: it may have to be started, or the state of the last cell kept.
   *
   * @throws CannotStart
   * @throws InterruptedEarly
   */
  async ready(): Promise<void> {
    this.#readying ??= this.#getReady().finally(() => {
      this.#readying = null;
    });
    const readying = this.#readying;
    await new Promise<void>((resolve, reject) => {
      this.#cancel.add(reject);
      void readying.then(resolve, reject).finally(() => this.#cancel.delete(reject));
    });
  }

  /** Wait for the state after the last cell. Whether the person did not interrupt that. */
  saved(): Promise<boolean> {
    return new Promise(resolve => {
      const cancel = (): void => {
        resolve(false);
      };
      this.#cancel.add(cancel);
      void this.#saving.then(() => {
        this.#cancel.delete(cancel);
        resolve(true);
      });
    });
  }

  async #getReady(): Promise<void> {
    await this.#saving;
    if (this.#link !== null) return;
    const isNew = this.snapshot === null;
    try {
      await this.start();
      if (isNew) this.beginnings += 1;
    } catch (error) {
      if (!(error instanceof CannotStart) || !error.refused || this.snapshot === null) throw error;
      this.snapshot = null;
      throw new CannotStart(
        `${error.message} The next cell begins a new session; %snapshots lists the states, and %restore goes to one.`,
        true
      );
    }
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
    const answer = await this.#answered(make);
    return answer?.type === 'value' ? answer.value : undefined;
  }

  async #answered(make: (id: number) => ToWorker): Promise<Answering | undefined> {
    try {
      return this.#isFree && this.#link ? await this.#send(this.#link, make, { snapshot: this.snapshot }) : undefined;
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
    const before = this.snapshot;
    try {
      if (this.#link === null) {
        await this.start(snapshot);
        return null;
      }
      const answer = await this.#send(this.#link, id => ({ type: 'load', id, snapshot }), { snapshot });
      if (answer.type !== 'loaded') throw new WorkerLost('crashed', 'it did not say whether the state is there');
      if (answer.failure !== null) return answer.failure;
      if (snapshot === null) this.#past.clear();
      this.snapshot = answer.change === null ? snapshot : nextSnapshot(snapshot ?? before, answer.change);
      return null;
    } catch (error) {
      this.snapshot = before;
      if (error instanceof WorkerLost) return `its worker was lost over it: ${error.message}`;
      if (error instanceof CannotStart) return error.message.replace(/\.$/, '');
      throw error;
    }
  }

  /** Whether no cell computes: none runs, or it waits for a magic that stands between two of its feeds. */
  get #isFree(): boolean {
    return this.#cell === null || this.#between !== null;
  }

  /**
   * Stop the running cell. One that waits gets KeyboardInterrupt; one that computes loses its worker. A cell that waits
   * for its session is given up, and the session is not: the state of the cell before it may be under way.
   */
  interrupt(): void {
    const link = this.#link;
    if (this.#cell === null || link === null) {
      for (const cancel of this.#cancel) cancel(new InterruptedEarly());
      return;
    }
    link.post({ type: 'interrupt' });
    this.#interrupting ??= setTimeout(() => {
      this.#interrupting = null;
      if (this.#cell !== null) link.lose(new WorkerLost('interrupted', ''));
    }, HEARS_WITHIN);
  }

  /** End the session and its worker, when the state after the last cell is kept. Idempotent. */
  async close(): Promise<void> {
    const isFirst = !this.#closed;
    this.#closed = true;
    if (isFirst && this.#cell === null) await within(SAVES_WITHIN, this.#saving);
    this.#end(new WorkerLost('interrupted', 'the kernel was shut down'));
  }

  async #restored(): Promise<Restored> {
    if (this.#closed) return 'gone';
    try {
      await this.start(this.snapshot);
      return 'restored';
    } catch (error) {
      if (!(error instanceof CannotStart) || !error.refused) return 'later';
      this.snapshot = null; // the next cell begins a new session
      return 'gone';
    }
  }

  #send(
    link: WorkerLink,
    make: (id: number) => ToWorker,
    within: Parameters<WorkerLink['request']>[2]
  ): Promise<Answering> {
    const id = ++this.#next;
    return link.request(id, make(id), within);
  }

  #heard(message: News): void {
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
      case 'saved':
        this.#saved?.(message.change);
        return;
      case 'limits':
        this.limits = {
          ...message.limits,
          granted: this.limits.granted,
          now: tighter(message.limits.now, this.limits)
        };
        return;
      case 'payload':
        if (this.#cell?.id === message.id) this.#cell.host.payload?.(message.payload);
        return;
      case 'finished':
        if (this.#cell?.id === message.id) this.#awaitState();
    }
  }

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

  #asked(question: number, what: Question): void {
    const link = this.#link;
    const cell = this.#cell;
    if (link === null) return;
    if (this.#questions >= MOST_QUESTIONS)
      throw new RangeError(`it asks more than ${MOST_QUESTIONS} questions at once`);
    this.#questions += 1;
    if (what.kind === 'magic' && what.between) this.#between = question; // before it is asked: it may load at once
    const answered =
      cell === null
        ? Promise.resolve<Answer>({ exception: 'RuntimeError', message: 'no cell runs' })
        : cell.host.ask(what);
    void answered
      .catch((error: unknown): Answer => ({ exception: 'RuntimeError', message: said(error) }))
      .then(answer => {
        this.#questions -= 1;
        if (this.#link !== link) return;
        if (this.#between === question) this.#between = null;
        link.post({ type: 'answer', question, answer });
      });
  }

  #heardInterrupt(): void {
    if (this.#interrupting !== null) clearTimeout(this.#interrupting);
    this.#interrupting = null;
  }

  #end(lost?: WorkerLost): void {
    this.#heardInterrupt();
    const link = this.#link;
    this.#link = null;
    this.#questions = 0;
    link?.end(lost);
    this.#saved = null;
    this.#unsaved();
  }
}
