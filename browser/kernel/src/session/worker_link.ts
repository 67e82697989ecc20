/** One worker of a session: requests with their answers, and a bound on how much it may say. */

import type { FromWorker, Snapshot, ToWorker } from '../worker/messages';
import { checkedMessage } from './checked_messages';
import type { WorkerPort } from './workers';

/** Why a worker is gone. */
export type Why = 'interrupted' | 'insisted' | 'crashed' | 'memory' | 'time' | 'flood';

/** The worker is gone, and what it was asked is not answered. */
export class WorkerLost extends Error {
  constructor(
    readonly why: Why,
    message: string
  ) {
    super(message);
  }
}

/** Messages that answer a request. */
export type Answering = Extract<
  FromWorker,
  { type: 'started' | 'failed' | 'finished' | 'value' | 'explained' | 'loaded' }
>;
/** What concerns the session otherwise: also that a cell is over, before anybody hears how. */
export type News = Exclude<FromWorker, { type: 'started' | 'failed' | 'value' | 'explained' | 'loaded' | 'lost' }>;

/** Milliseconds in which a worker that runs no cell of the person's answers, and those more for each byte it is given. */
const ANSWERS_WITHIN = 60_000;
const FOR_A_BYTE = 1 / 1_000;

/** Messages and characters that a page takes of one cell. It would be of no use long before its tab ran out of memory. */
const MOST_MESSAGES = 500_000;
const MOST_CHARACTERS = 256 << 20;
/** Messages that a page takes between two requests. */
const MOST_UNASKED = 1_000;

interface Waiting {
  resolve: (message: Answering) => void;
  reject: (lost: WorkerLost) => void;
  timer: ReturnType<typeof setTimeout> | null;
}

export class WorkerLink {
  #waiting = new Map<number, Waiting>();
  #messages = 0;
  #characters = 0;
  #ended = false;

  /**
   * @param news - Takes what it says without being asked. What it throws costs the worker.
   * @param lost - Is told once that the worker is gone, unless `end` did it.
   */
  constructor(
    private readonly port: WorkerPort,
    private readonly news: (message: News) => void,
    private readonly lost: (lost: WorkerLost) => void
  ) {
    port.listen(
      message => {
        if (!this.#ended) this.#heard(message);
      },
      reason => {
        this.lose(new WorkerLost('crashed', reason));
      }
    );
  }

  /**
   * Ask it, and wait for the answer.
   *
   * @param within - Whether it has to answer soon; `snapshot` is what it has to load for that.
   * @throws WorkerLost
   */
  request(id: number, message: ToWorker, within: { snapshot?: Snapshot | null } | null = {}): Promise<Answering> {
    if (this.#ended) return Promise.reject(new WorkerLost('crashed', 'the worker is gone'));
    this.#messages = 0;
    this.#characters = 0;
    return new Promise((resolve, reject) => {
      const timer = within === null ? null : this.#timer(within.snapshot ?? null);
      this.#waiting.set(id, { resolve, reject, timer });
      this.port.post(message);
    });
  }

  #timer(snapshot: Snapshot | null): ReturnType<typeof setTimeout> {
    const within = ANSWERS_WITHIN + (snapshot?.state.length ?? 0) * FOR_A_BYTE;
    return setTimeout(() => {
      this.lose(new WorkerLost('crashed', `it did not answer within ${Math.round(within / 1_000)} seconds`));
    }, within);
  }

  /** Tell it something. */
  post(message: ToWorker): void {
    if (!this.#ended) this.port.post(message);
  }

  /** The worker is of no use any more. */
  lose(lost: WorkerLost): void {
    if (this.#ended) return;
    this.end(lost);
    this.lost(lost);
  }

  /** End the worker. What it was asked is not answered. Idempotent. */
  end(lost = new WorkerLost('crashed', 'the worker was ended')): void {
    this.#ended = true;
    this.port.end();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, timer } of waiting) {
      if (timer !== null) clearTimeout(timer);
      reject(lost);
    }
  }

  #heard(said: unknown): void {
    const message = checkedMessage(said);
    if (message === null) {
      this.lose(new WorkerLost('crashed', 'it said what is no message'));
      return;
    }
    if (this.#isTooMuch(message)) {
      this.lose(new WorkerLost('flood', 'It said more than a page can take.'));
      return;
    }
    switch (message.type) {
      case 'lost':
        this.lose(new WorkerLost(message.why, message.message));
        return;
      case 'started':
      case 'failed':
      case 'finished':
      case 'value':
      case 'explained':
      case 'loaded':
        this.#answered(message);
        return;
      case 'output':
      case 'payload':
      case 'ask':
      case 'heard':
      case 'limits':
      case 'saved':
        this.#tell(message);
    }
  }

  #tell(message: News): void {
    try {
      this.news(message);
    } catch (error) {
      this.lose(new WorkerLost('crashed', error instanceof Error ? error.message : String(error)));
    }
  }

  #answered(message: Answering): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if (message.type === 'finished') this.#tell(message);
    this.#waiting.delete(message.id);
    if (waiting.timer !== null) clearTimeout(waiting.timer);
    waiting.resolve(message);
  }

  #isTooMuch(message: FromWorker): boolean {
    this.#messages += 1;
    if (message.type === 'output') this.#characters += charactersOf(message.output);
    const most = this.#waiting.size > 0 ? MOST_MESSAGES : MOST_UNASKED;
    return this.#messages > most || this.#characters > MOST_CHARACTERS;
  }
}

/** Characters of the texts of an output, about. */
function charactersOf(output: unknown): number {
  if (typeof output !== 'object' || output === null) return 0;
  let found = 0;
  for (const value of Object.values(output) as unknown[]) {
    if (typeof value === 'string') found += value.length;
    else if (value instanceof Uint8Array) found += value.length;
    else if (typeof value === 'object' && value !== null) {
      for (const inner of Object.values(value) as unknown[]) if (typeof inner === 'string') found += inner.length;
    }
  }
  return found;
}
