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

/** Feeds cells to `run`, each when the one before is done. */
export class CellQueue {
  #waiting: Waiting[] = [];
  #running = false;

  /**
   * @param run - Runs a cell to its end; it must not reject.
   * @param abort - Answers a cell that is not run.
   */
  constructor(
    private readonly run: (request: Waiting) => Promise<void>,
    private readonly abort: (request: Waiting) => void
  ) {}

  /** Queue a cell. */
  put(message: Message): void {
    this.#waiting.push({ message, received: performance.now(), aborted: false });
    if (!this.#running) void this.#runAll();
  }

  /** Let none run of those that wait: the cell before them failed, or was interrupted. */
  abortWaiting(): void {
    for (const each of this.#waiting) each.aborted = true;
  }

  /** Forget those that wait: the kernel is gone. */
  clear(): void {
    this.#waiting = [];
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (next.aborted) this.abort(next);
      else await this.run(next);
    }
    this.#running = false;
  }
}
