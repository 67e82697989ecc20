/** A page that talks to a session in this process, as the real one does to a web worker. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIMITS } from '../../src/engine/limits';
import { plainServices } from '../../src/worker/plain_services';
import { SessionWorker } from '../../src/worker/session_worker';
import { nextSnapshot } from '../../src/worker/snapshots';
import type { Engine } from '../../src/engine/engine';
import type { Services } from '../../src/worker/services';
import type {
  Answer,
  FromWorker,
  HeldLimits,
  Limits,
  Outcome,
  Output,
  Question,
  Snapshot,
  ToWorker
} from '../../src/worker/messages';

const WASM = fileURLToPath(new URL('../../../wasm/dist/monty.wasm', import.meta.url));

/** Whether the engine was built: `make wasm`. */
export const hasWasm = existsSync(WASM);

let compiled: Promise<WebAssembly.Module> | undefined;

/** The engine's module. */
export function module(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(readFileSync(WASM));
  return compiled;
}

type Of<T extends FromWorker['type']> = Extract<FromWorker, { type: T }>;

export interface Ran {
  outcome: Outcome;
  outputs: Output[];
  /** What was printed to stdout. */
  text: string;
}

export class Page {
  readonly messages: FromWorker[] = [];
  snapshot: Snapshot | null = null;
  limits: HeldLimits;
  /** Cells that were lost with a worker before. */
  missed: [number, string][] = [];
  /** Answers questions. */
  answer: (question: Question) => Promise<Answer> | Answer = () => ({ exception: 'EOFError', message: '' });
  /** Is told of every message. */
  heard: (message: FromWorker) => void = () => undefined;
  readonly #worker: SessionWorker;
  #lost: () => void = () => undefined;
  #next = 0;
  /** The execution count of the last cell. */
  count = 0;

  constructor(
    limits: Partial<Limits> = {},
    actions: string[] | Services = [],
    readonly mostShown: number | null = null
  ) {
    const granted = { ...DEFAULT_LIMITS, ...limits };
    this.limits = { granted, now: granted, tightened: {} };
    this.#worker = new SessionWorker(
      message => {
        this.#hear(structuredClone(message));
      },
      Array.isArray(actions) ? plainServices(new Set(actions)) : actions
    );
  }

  #hear(message: FromWorker): void {
    this.messages.push(message);
    if ('change' in message && message.change !== null) this.snapshot = nextSnapshot(this.snapshot, message.change);
    if (message.type === 'limits') this.limits = message.limits;
    if (message.type === 'ask') {
      const { question, what } = message;
      void Promise.resolve(this.answer(what)).then(answer => this.send({ type: 'answer', question, answer }));
    }
    if (message.type === 'lost') this.#lost();
    this.heard(message);
  }

  /** The session's engine, for what only magics do to it. */
  get engine(): Engine {
    const engine = this.#worker.engine;
    if (engine === null) throw new Error('start() comes first');
    return engine;
  }

  send(message: ToWorker): Promise<void> {
    return this.#worker.receive(message.type === 'start' ? message : structuredClone(message));
  }

  async start(snapshot: Snapshot | null = null): Promise<FromWorker> {
    const { limits, mostShown } = this;
    this.snapshot = snapshot;
    const { missed } = this;
    const start = {
      type: 'start' as const,
      snapshot,
      missed,
      mounts: [],
      past: [],
      limits,
      timezone: 'UTC',
      mostShown,
      module: await module()
    };
    return this.#request(id => ({ ...start, id }));
  }

  async run(
    code: string,
    more: { silent?: boolean; remember?: boolean; expressions?: Record<string, string> } = {}
  ): Promise<Ran> {
    const { silent = false, remember = true, expressions = {} } = more;
    if (remember) this.count += 1;
    const number = this.count + (remember ? 0 : 1);
    const from = this.messages.length;
    const request = { code, number, remember, silent, expressions };
    await this.#request(id => ({ type: 'execute', id, request }));
    const own = this.messages.slice(from);
    const outputs = own.filter(each => each.type === 'output').map(each => each.output);
    const finished = own.find((each): each is Of<'finished'> => each.type === 'finished');
    if (finished === undefined) throw new Error(JSON.stringify(own.at(-1)));
    const text = outputs.map(each => (each.type === 'stream' && each.name === 'stdout' ? each.text : '')).join('');
    return { outcome: finished.outcome, outputs, text };
  }

  /** The text of what a cell gives. */
  async shown(code: string): Promise<unknown> {
    const { outcome } = await this.run(code);
    if (outcome.failure !== null) throw new Error(`${outcome.failure.ename}: ${outcome.failure.evalue}`);
    return outcome.result?.data['text/plain'];
  }

  async evaluate(expression: string, parts: string[] = []): Promise<unknown> {
    const answer = await this.#request(id => ({ type: 'evaluate', id, expression, parts }));
    return answer.type === 'value' ? answer.value : undefined;
  }

  async load(snapshot: Snapshot | null): Promise<string | null> {
    const before = this.snapshot;
    this.snapshot = snapshot;
    const answer = await this.#request(id => ({ type: 'load', id, snapshot }));
    if (answer.type !== 'loaded') throw new Error(JSON.stringify(answer));
    if (answer.failure !== null) this.snapshot = before;
    return answer.failure;
  }

  interrupt(): void {
    void this.send({ type: 'interrupt' });
  }

  async #request(make: (id: number) => ToWorker): Promise<FromWorker> {
    this.#next += 1;
    const id = this.#next;
    const lost = new Promise<void>(resolve => {
      this.#lost = resolve;
    });
    await Promise.race([this.send(make(id)), lost]);
    const answer = this.messages.findLast(each => 'id' in each && each.id === id);
    if (answer === undefined) throw new Error(`${id} was not answered`);
    return answer;
  }
}
