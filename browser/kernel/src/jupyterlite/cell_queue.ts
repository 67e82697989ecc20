/**
 * The cells that wait, in order.
 *
 * JupyterLite hands a kernel one message at a time and waits until it is done with it. This kernel takes each at once and
 * queues cells itself: so questions are answered while a cell runs, and a cell that fails aborts those behind it.
 */

import type { Message } from './messages';

/** A request in the queue. */
export interface Waiting {
  message: Message;
  /** Milliseconds, as `performance.now()` gives them. */
  received: number;
  aborted: boolean;
}

/** What is done between two cells. It does not reject. */
type Between = () => Promise<void>;

/** Feeds cells to `run`, each when the one before is done. */
export class CellQueue {
  #waiting: (Waiting | Between)[] = [];
  #running = false;
  #cells = 0;

  /**
   * @param run - Runs a cell to its end; it must not reject.
   * @param abort - Answers a cell that is not run.
   */
  constructor(
    private readonly run: (request: Waiting) => Promise<void>,
    private readonly abort: (request: Waiting) => void
  ) {}

  /** Whether a cell runs or waits. */
  get hasCells(): boolean {
    return this.#cells > 0;
  }

  /** Queue a cell. */
  put(message: Message): void {
    this.#cells += 1;
    this.#add({ message, received: performance.now(), aborted: false });
  }

  /** Do something when no cell runs; the cells that come meanwhile wait for it. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#add(() => work().then(resolve, reject));
    });
  }

  #add(next: Waiting | Between): void {
    this.#waiting.push(next);
    if (!this.#running) void this.#runAll();
  }

  /** Let none run of those that wait: the cell before them failed, or was interrupted. */
  abortWaiting(): void {
    for (const each of this.#waiting) if (typeof each !== 'function') each.aborted = true;
  }

  /** Forget those that wait: the kernel is gone. */
  clear(): void {
    this.#waiting = [];
    this.#cells = 0;
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (typeof next === 'function') {
        await next();
        continue;
      }
      if (next.aborted) this.abort(next);
      else await this.run(next);
      this.#cells -= 1;
    }
    this.#running = false;
  }
}
