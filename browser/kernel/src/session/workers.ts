/** The web workers of one page: each is used for one session and then ended, and one stands ready. */

import type { FromWorker, ToWorker } from '../worker/messages';

/** One worker, as a session talks to it. */
export interface WorkerPort {
  post(message: ToWorker): void;
  /** Be told what it says, and why it failed if its script did. Called once. */
  listen(heard: (message: FromWorker) => void, failed: (reason: string) => void): void;
  /** End it, whatever it does. Idempotent. */
  end(): void;
}

/** A web worker as a port. `url` is that of the worker's script. */
export function webWorker(url: string): WorkerPort {
  const worker = new Worker(url);
  return {
    post(message) {
      worker.postMessage(message);
    },
    listen(heard, failed) {
      worker.onmessage = (event: MessageEvent<FromWorker>) => {
        heard(event.data);
      };
      worker.onerror = event => {
        event.preventDefault();
        failed(event.message || 'its script could not be loaded');
      };
      worker.onmessageerror = () => {
        failed('it sent what cannot be read');
      };
    },
    end() {
      worker.onmessage = worker.onerror = worker.onmessageerror = null;
      worker.terminate();
    }
  };
}

/** Gives workers, and keeps one in readiness for the next interrupt: to make one takes longer than a person notices. */
export class Workers {
  #spare: WorkerPort | null = null;
  #closed = false;

  constructor(private readonly spawn: () => WorkerPort) {}

  /** A worker that nobody uses. */
  take(): WorkerPort {
    const taken = this.#spare ?? this.spawn();
    this.#spare = null;
    return taken;
  }

  /** Make the next one now, so that it is there when it is needed. */
  prepare(): void {
    if (!this.#closed) this.#spare ??= this.spawn();
  }

  /** End the spare one. */
  close(): void {
    this.#closed = true;
    this.#spare?.end();
    this.#spare = null;
  }
}
