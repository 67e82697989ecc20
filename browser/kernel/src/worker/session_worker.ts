/** A session as the page talks to it: takes its messages, one after the other, and says what comes of them. */

import { Engine } from '../engine/engine';
import { Raises, Refusal } from '../engine/frontend';
import { Instance } from '../engine/instance';
import { SessionLimits } from '../engine/limits';
import { ERRNO } from '../engine/os_error';
import { StateRefused } from '../engine/sandbox';
import { savedOf } from '../engine/saved';
import { failed } from '../engine/session';
import { TransportLost } from '../engine/transport';
import { said, whyNotCompiled } from '../engine/unavailable';
import { parse } from '../source/cell';
import { SourceError } from '../source/source_error';
import { parseWith } from '../source/syntax_trees';
import { fromPlain, toPlain } from '../wire/plain';
import type { EngineSettings } from '../engine/engine';
import type { Frontend } from '../engine/frontend';
import type { Transport } from '../engine/transport';
import type { Cell } from '../source/cell';
import type { Action } from '../source/index';
import type { Reply } from '../source/tree';
import type { Value } from '../wire/values';
import type {
  Answer,
  CellRequest,
  DriveAnswer,
  DriveCall,
  Failure,
  FromWorker,
  Outcome,
  Output,
  Question,
  Snapshot,
  ToWorker
} from './messages';
import type { CellContext, Services } from './services';

type Start = Extract<ToWorker, { type: 'start' }>;
type Posts = (message: FromWorker) => void;

/** An interpreter that also parses. */
export type Parsing = Transport & { syntax(source: string): string };

/** Makes interpreters of a module. */
export type Making = (module: WebAssembly.Module) => Promise<Parsing>;

export class SessionWorker {
  #engine: Engine | null = null;
  #instance: Parsing | null = null;
  #cell: { id: number; context: CellContext } | null = null;
  #questions = new Map<number, (answer: Answer) => void>();
  #asked = 0;
  #actionWaits = false;
  #lastFailure: string | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly post: Posts,
    private readonly services: Services,
    private readonly make: Making = module => Instance.make(module)
  ) {}

  /** The session that was started; null before. */
  get engine(): Engine | null {
    return this.#engine;
  }

  /** Take a message. The promise is fulfilled when all that came so far has been answered. */
  receive(message: ToWorker): Promise<void> {
    if (message.type === 'interrupt') this.#interrupt();
    else if (message.type === 'answer') this.#answered(message.question, message.answer);
    else if (message.type === 'passedOver') this.services.remember([message]);
    else if (this.#actionWaits && (message.type === 'evaluate' || message.type === 'load'))
      return this.#handle(message);
    else this.#last = this.#last.then(() => this.#handle(message));
    return this.#last;
  }

  async #handle(message: Exclude<ToWorker, { type: 'interrupt' | 'answer' | 'passedOver' }>): Promise<void> {
    try {
      if (message.type === 'start') await this.#start(message);
      else if (message.type === 'execute') await this.#execute(message.id, message.request);
      else if (message.type === 'load') await this.#load(message.id, message.snapshot);
      else if (message.type === 'explain') this.#explain(message.id, message.failure, message.request);
      else if (message.type === 'syntax')
        this.post({ type: 'value', id: message.id, value: this.#syntax(message.source) });
      else this.post({ type: 'value', id: message.id, value: await this.#evaluate(message.expression, message.parts) });
    } catch (error) {
      // the session cannot be had any more, not even as it was
      this.#engine?.close();
      this.post({ type: 'lost', id: message.id, why: 'crashed', message: said(error) });
    }
  }

  async #start(message: Start): Promise<void> {
    const { id, module, snapshot, timezone, mostShown } = message;
    const limits = new SessionLimits(message.limits, held => {
      this.post({ type: 'limits', limits: held });
    });
    const transports = async (): Promise<Transport> => {
      this.#instance = await this.make(module);
      parseWith(text => this.#parsed(text));
      return this.#instance;
    };
    const { explainer } = this.services;
    const drive: EngineSettings['drive'] = (place, call) => this.#askDrive(place, call);
    this.#engine = new Engine({ transports, limits, timezone, mostShown, explainer, drive });
    for (const mount of message.mounts) this.#engine.mount(mount);
    try {
      if (snapshot === null) await this.#engine.start();
      else await this.#engine.load(savedOf(snapshot));
      this.#engine.missed(message.missed);
      this.services.remember(message.past);
      this.post({ type: 'started', id, change: this.#engine.news() });
    } catch (error) {
      this.#engine.close();
      const refused = snapshot !== null && error instanceof StateRefused;
      const what = refused ? 'The saved session could not be loaded' : 'The session could not be started';
      const why = this.#instance === null ? whyNotCompiled(error) : `${said(error)}.`;
      this.post({ type: 'failed', id, message: `${what}: ${why}`, refused });
    }
  }

  #parsed(text: string): Reply {
    return JSON.parse(this.#syntax(text)) as Reply;
  }

  #syntax(text: string): string {
    if (this.#instance === null) throw new TransportLost('crashed', 'there is no parser');
    return this.#instance.syntax(text);
  }

  #session(): Engine {
    if (this.#engine === null) throw new Error('no session was started');
    return this.#engine;
  }

  async #evaluate(expression: string, parts: string[]): Promise<unknown> {
    return toPlain(await this.#session().evaluate(expression, parts));
  }

  async #load(id: number, snapshot: Snapshot | null): Promise<void> {
    const engine = this.#session();
    let failure: string | null = null;
    try {
      if (snapshot === null) await engine.start();
      else await engine.load(savedOf(snapshot));
      if (snapshot === null) this.services.remember(null);
    } catch (error) {
      if (!(error instanceof StateRefused)) throw error;
      failure = error.message;
    }
    this.post({ type: 'loaded', id, failure, change: engine.news() });
  }

  // Cells

  async #execute(id: number, request: CellRequest): Promise<void> {
    const engine = this.#session();
    const context: CellContext = {
      engine,
      show: output => {
        engine.show(output, { ...frontend });
      },
      page: (name, args) => this.#askPage(name, args, false, context),
      lastFailure: this.#lastFailure,
      payload: payload => {
        this.post({ type: 'payload', id, payload });
      }
    };
    const frontend = this.#frontend(id, context);
    this.#cell = { id, context };
    engine.interrupts.expect();
    let outcome: Outcome;
    try {
      outcome = await this.#outcome(request, frontend, context);
    } finally {
      engine.interrupts.over();
      this.#cell = null;
      this.#questions = new Map();
    }
    const { failure } = outcome;
    this.#lastFailure = failure && `${failure.ename}: ${failure.evalue.slice(0, 1000)}`;
    const [place] = failure?.frames ?? [];
    const line = place?.cell?.label === `In[${request.number}]` ? place.line : 0;
    this.post({ type: 'finished', id, outcome: this.services.told(outcome, request), line });
    await engine.save();
    this.post({ type: 'saved', id, change: engine.news() });
  }

  #explain(id: number, lost: Failure, request: CellRequest): void {
    const { failure } = this.services.told(failed(lost), request);
    this.post({ type: 'explained', id, failure: failure ?? lost });
  }

  async #outcome(request: CellRequest, frontend: Frontend, context: CellContext): Promise<Outcome> {
    const engine = this.#session();
    const recovered = await engine.recover();
    if (recovered !== null) frontend.emit({ type: 'stream', name: 'stderr', text: `${recovered}\n` });
    const cell = await this.#read(request);
    if ('failure' in cell) return cell;
    const number = request.remember ? request.number : 0;
    const stray = this.services.stray(cell);
    if (stray !== null) {
      engine.passOver(cell, number);
      return failed(stray);
    }
    const act = (action: Action): Promise<void> => this.#act(action, context);
    return engine.run(cell, frontend, { number, expressions: request.expressions, act });
  }

  async #read(request: CellRequest): Promise<Cell | Outcome> {
    const { names } = this.#session().session;
    const source = { label: `In[${request.number}]`, text: request.code };
    const options = { number: request.number, show: !request.silent, begin: request.remember, names };
    try {
      return await names.reading(() => parse(source, () => this.services.magics(), options));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const [line, column, endLine, endColumn] = error.place;
      const frame = { cell: source, line, column, endLine, endColumn, function: '<module>' };
      return failed({ kind: 'syntax', ename: 'SyntaxError', evalue: error.message, frames: [frame], note: null });
    }
  }

  async #act(action: Action, context: CellContext): Promise<void> {
    const page = (name: string, args: string): Promise<Value> => this.#askPage(name, args, true, context);
    await this.#session().interrupts.wait(this.services.act(action, { ...context, page }));
  }

  #frontend(id: number, context: CellContext): Frontend {
    const { services } = this;
    const cells = () => this.#session().knownCells;
    return {
      emit: (output: Output) => {
        this.post({ type: 'output', id, output });
      },
      ask: async (prompt, password) => {
        const answer = await this.#ask({ kind: 'input', prompt, password });
        const value = valueOf(answer);
        return typeof value === 'string' ? value : '';
      },
      magic: (name, args) => services.magic(name, args, context),
      help: (topic, kind) => services.help(topic, kind, context),
      named: (text, own) => services.named(text, own, cells()),
      misshown: (kind, method, ename, evalue) => services.misshown(kind, method, ename, evalue, cells()),
      leave: async () => valueOf(await this.#ask({ kind: 'exit' })) === true
    };
  }

  // Questions

  async #askPage(name: string, args: string, between: boolean, context: CellContext): Promise<Value> {
    const { unsaved } = this.#session();
    this.#actionWaits = between;
    try {
      const answer = await this.#ask({ kind: 'magic', name, args, between, unsaved });
      if ('outputs' in answer) for (const output of answer.outputs ?? []) context.show(output);
      return valueOf(answer);
    } finally {
      this.#actionWaits = false;
    }
  }

  async #askDrive(place: string, call: DriveCall): Promise<DriveAnswer> {
    const answer = await this.#ask({ kind: 'contents', place, call });
    if ('value' in answer) return answer.value as DriveAnswer;
    return { error: ['OSError', ERRNO.IO, answer.message] };
  }

  #ask(what: Question): Promise<Answer> {
    this.#asked += 1;
    const question = this.#asked;
    return new Promise(resolve => {
      this.#questions.set(question, resolve);
      this.post({ type: 'ask', question, what });
    });
  }

  #answered(question: number, answer: Answer): void {
    this.#questions.get(question)?.(answer); // else the cell does not wait for it any more
    this.#questions.delete(question);
  }

  #interrupt(): void {
    const heard = this.#engine?.interrupts.interrupt();
    if (heard === 'heard') this.post({ type: 'heard' });
    if (heard !== 'insisted') return;
    this.#engine?.close();
    const message = 'The cell caught KeyboardInterrupt and went on.';
    this.post({ type: 'lost', id: this.#cell?.id ?? null, why: 'insisted', message });
  }
}

/** What no cell catches by its type. */
const REFUSALS = new Set(['UsageError', 'StdinNotImplementedError', 'StdinUnavailable', 'EOFError']);

function valueOf(answer: Answer): Value {
  if (!('exception' in answer)) return fromPlain(answer.value);
  const { exception, message } = answer;
  throw REFUSALS.has(exception) ? new Refusal(exception, message) : new Raises(exception, message);
}
