/** The web workers of one page: each is used for one session and then ended, and one stands ready. */

import type { ToWorker } from '../worker/messages';

/** One worker, as a session talks to it. */
export interface WorkerPort {
  /** Why it is of no use, if that is known. */
  readonly failure: string | null;
  post(message: ToWorker): void;
  /** Be told what it says, which may be anything, and why it failed if it did, before or from now on. Called once. */
  listen(heard: (message: unknown) => void, failed: (reason: string) => void): void;
  /** End it, whatever it does. Idempotent. */
  end(): void;
}

/** A web worker as a port. `url` is that of the worker's script. @throws SecurityError - The page may make none. */
export function webWorker(url: string): WorkerPort {
  const worker = new Worker(url);
  let failure: string | null = null;
  let tell: ((reason: string) => void) | null = null;
  const fail = (reason: string): void => {
    failure ??= reason;
    tell?.(reason);
  };
  // from the start: a spare worker fails while nobody listens
  worker.onerror = event => {
    event.preventDefault();
    fail(event.message || noScript(url));
  };
  worker.onmessageerror = () => {
    fail('it sent what cannot be read');
  };
  return {
    get failure() {
      return failure;
    },
    post(message) {
      worker.postMessage(message);
    },
    listen(heard, failed) {
      worker.onmessage = (event: MessageEvent<unknown>) => {
        heard(event.data);
      };
      tell = failed;
      if (failure !== null) failed(failure);
    },
    end() {
      tell = null;
      worker.onmessage = worker.onerror = worker.onmessageerror = null;
      worker.terminate();
    }
  };
}

// a browser does not say which of the two it was
function noScript(url: string): string {
  return `its script ${url} could not be loaded: it is not there, or the site's content security policy (worker-src) forbids it`;
}

/** Milliseconds for which a session that has just begun has the processor to itself. */
const BEGINS_WITHIN = 250;

/** Where a session gets its workers. */
export interface WorkerSource {
  /** A worker that nobody uses. Throws what kept it from being made. */
  take(): WorkerPort;
  /** A worker was taken, and has begun: another one may be wanted. */
  prepareSoon(): void;
}

/** Gives workers, and keeps one in readiness for the next interrupt: to make one takes longer than a person notices. */
export class Workers implements WorkerSource {
  #spare: WorkerPort | null = null;
  #soon: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly spawn: () => WorkerPort) {}

  /** Workers for what is never urgent: the one in readiness stays where it is. */
  get beside(): WorkerSource {
    return { take: () => this.spawn(), prepareSoon: () => undefined };
  }

  /** A worker that nobody uses. Throws what `spawn` throws. */
  take(): WorkerPort {
    const spare = this.#spare;
    this.#spare = null;
    if (spare?.failure === null) return spare;
    spare?.end(); // the next one may be luckier
    return this.spawn();
  }

  /** Make the next one in a moment: to read its script takes a core, which the first cell needs. */
  prepareSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.prepare();
    }, BEGINS_WITHIN);
  }

  /** Make the next one now, so that it is there when it is needed. */
  prepare(): void {
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#soon = null;
    try {
      this.#spare ??= this.spawn();
    } catch {
      // whoever takes one is told
    }
  }
}
