/** A worker that says what a test has it say. */

import type { WorkerPort } from '../../src/session/workers';
import type { FromWorker, Snapshot, SnapshotChange, ToWorker } from '../../src/worker/messages';

export const CHANGE: SnapshotChange = {
  state: new Uint8Array([1]),
  outside: '{}',
  kept: 0,
  steps: [],
  files: new Map(),
  overlays: new Map()
};
export const STATE: Snapshot = {
  state: new Uint8Array([1]),
  outside: '{}',
  steps: [],
  files: new Map(),
  overlays: new Map()
};
export const DONE = { failure: null, result: null, expressions: {} };

export class StandIn implements WorkerPort {
  failure: string | null = null;
  readonly posted: ToWorker[] = [];
  ended = false;
  #heard: (message: unknown) => void = () => undefined;
  #failed: (reason: string) => void = () => undefined;

  /** `answers` is called with each message to the worker, and says what it says. */
  constructor(private readonly answers: (message: ToWorker, worker: StandIn) => void = sound) {}

  post(message: ToWorker): void {
    this.posted.push(message);
    void Promise.resolve().then(() => {
      this.answers(message, this);
    });
  }

  listen(heard: (message: unknown) => void, failed: (reason: string) => void): void {
    this.#heard = heard;
    this.#failed = failed;
    if (this.failure !== null) failed(this.failure);
  }

  end(): void {
    this.ended = true;
  }

  /** Say something, whatever it is. */
  say(message: unknown): void {
    this.#heard(message);
  }

  /** Fail, as a script that throws. */
  fail(reason: string): void {
    this.failure = reason;
    this.#failed(reason);
  }
}

/** What a sound worker says. */
export function sound(message: ToWorker, worker: StandIn): void {
  const say = (answer: FromWorker): void => {
    worker.say(answer);
  };
  if (message.type === 'start')
    say({ type: 'started', id: message.id, change: message.snapshot === null ? CHANGE : null });
  if (message.type === 'load') say({ type: 'loaded', id: message.id, failure: null, change: null });
  if (message.type === 'execute') {
    say({ type: 'finished', id: message.id, outcome: DONE, line: 0 });
    say({ type: 'saved', id: message.id, change: { ...CHANGE, steps: [`{"cell": ${message.request.number}}`] } });
  }
}
