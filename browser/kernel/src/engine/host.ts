/**
 * Answers what a cell asks of the host: input, sleep, display, magics, help, and files. All else is refused.
 */

import { decodeArena, valueAt } from '../wire/decode';
import { positionOf } from '../wire/events';
import { resumeCall, resumeFutures } from '../wire/requests';
import { isTrue, typeName } from '../wire/values';
import { str } from '../wire/python_text';
import { LimitReached } from './budget';
import { jsonObject, mimeBundle } from './bundles';
import { Captures } from './captures';
import { Raises, Refusal } from './frontend';
import { helpTopic } from './help_topics';
import { isFileCall } from './files';
import { Interrupted } from './interrupts';
import { showCount } from './limits';
import { WORK } from './working_folder';
import type { Budget } from './budget';
import type { Printed } from './captures';
import type { Files } from './files';
import type { Frontend } from './frontend';
import type { Interrupts } from './interrupts';
import type { FunctionCall, OsCall, ParentRequest, ResolveFutures } from '../wire/generated/monty/v1/monty_pb';
import type { Position } from '../wire/events';
import type { Answered, Settled } from '../wire/requests';
import type { Value } from '../wire/values';

const MOST_RANDOM = 1 << 20;

/** Bytes that a browser gives at a time. */
const ENTROPY = 65_536;

/**
 * These do not count as host calls of the cell: output and sleep have limits of their own, and Monty itself seeds the
 * module random.
 */
const UNCOUNTED = new Set(
  '__mk_emit __mk_clear __mk_most_shown __mk_capture __mk_captured time.sleep asyncio.sleep os.urandom'.split(' ')
);

/** Neither do these: looking at the limits, being told what is wrong with a magic, and what became of the last cell. */
const FREE_MAGICS = new Set(['limits', '!usage', '!syntax', '!last']);

const LEAVES = new Set(['exit', 'quit']);

/** They tell only what is shown, and are answered whatever the cell has used up. */
const UNASKED = new Set(['__mk_named', '__mk_failed']);

interface Call {
  args: Value[];
  kwargs: Map<string, Value>;
  position: Position;
}

/** What one feed may reach. */
export interface Reach {
  frontend: Frontend;
  interrupts: Interrupts;
  budget: Budget;
  /** Null for feeds of the kernel's own, which reach no files. */
  files: Files | null;
  /** Gives the text of an earlier feed, or of this one, by the name that Monty has for it. */
  textOf: (filename: string) => string | null;
}

/** Answers the suspensions of one feed. */
export class Host {
  /** The last refusal that it answered with, of a type that Monty does not have. */
  refusal: Refusal | LimitReached | null = null;
  /** Whether the cell called `exit()`, and the front end leaves. The cell ends with the SystemExit that it got. */
  left = false;

  readonly #captures: Captures;
  readonly #sleeps = new Map<number, number>(); // by call id: when it is over
  readonly #functions: ReadonlyMap<string, (call: Call) => Value | Promise<Value>>;

  constructor(private readonly reach: Reach) {
    this.#captures = new Captures(reach.budget);
    this.#functions = new Map<string, (call: Call) => Value | Promise<Value>>([
      ['input', call => this.#input(call)],
      ['getpass.getpass', call => this.#getpass(call)],
      ['__mk_emit', call => this.#emit(call)],
      ['__mk_clear', call => this.#clear(call)],
      ['__mk_most_shown', () => asInt(reach.budget.mostShown)],
      ['__mk_capture', ({ args }) => this.#captures.begin(textAt(args, 0))],
      ['__mk_captured', ({ args }) => this.#captures.take(args[0] ?? null)],
      ['__mk_magic', call => this.#magic(call)],
      ['__mk_download', call => this.#download(call)],
      ['__mk_named', ({ args }) => reach.frontend.named(textAt(args, 0), textAt(args, 1) === 'True')],
      ['__mk_failed', call => this.#failed(call)],
      ['help', call => this.#help(call)]
    ]);
  }

  /** Whether a name that the session does not define is a function of the host. */
  knows(name: string): boolean {
    return LEAVES.has(name) || (this.#functions.has(name) && !name.includes('.'));
  }

  /** The answer to a call of a function. */
  async call(call: FunctionCall): Promise<ParentRequest> {
    const name = call.functionName;
    const values = decodeArena(call.values);
    const answer = await this.#answer(name, {
      args: call.args.map(index => valueAt(values, index)),
      kwargs: new Map(call.kwargs.map(pair => [str(valueAt(values, pair.key)), valueAt(values, pair.value)])),
      position: positionOf(call.position)
    });
    this.#endIfOver();
    return resumeCall(call.callId, answer);
  }

  /** The answer to a call of the operating system. */
  async osCall(call: OsCall): Promise<ParentRequest> {
    const answer = await this.#osAnswer(call);
    this.#endIfOver();
    return resumeCall(call.callId, answer);
  }

  /** Every task of the cell awaits the host: wait until one can go on, and answer all that can. */
  async futures(waiting: ResolveFutures): Promise<ParentRequest> {
    const settled = await this.#waitForSome(waiting.pendingCallIds);
    for (const callId of settled.keys()) this.#sleeps.delete(callId);
    this.#endIfOver();
    return resumeFutures(settled);
  }

  /** Show what is printed, or keep it for the cell, if it redirected that stream. */
  printed(text: Printed): void {
    if (!this.#captures.catch(text)) this.reach.frontend.emit({ type: 'stream', ...text });
  }

  #endIfOver(): void {
    if (this.reach.budget.over !== null) throw this.reach.budget.over;
  }

  // Functions

  async #answer(name: string, call: Call): Promise<Answered> {
    if (!UNASKED.has(name)) {
      const free = UNCOUNTED.has(name) || (name === '__mk_magic' && FREE_MAGICS.has(textAt(call.args, 0)));
      const refused = await this.#refusal(free);
      if (refused !== null) return refused;
    }
    if (LEAVES.has(name)) {
      this.left ||= await this.reach.frontend.leave();
      return { raise: 'SystemExit', message: '' };
    }
    const answer = this.#functions.get(name);
    if (answer !== undefined) return this.#answered(() => answer(call));
    return name.includes('.')
      ? { raise: 'PermissionError', message: `${name}() is not granted to this session` }
      : { raise: 'NameError', message: `name '${name}' is not defined` };
  }

  /** What refuses a call: an interrupt, or that it is one too many. Null if it may go on; then it counts. */
  async #refusal(free: boolean): Promise<Answered | null> {
    const interrupts = this.reach.interrupts;
    await interrupts.breathe();
    if (interrupts.take()) return { raise: 'KeyboardInterrupt', message: '' };
    try {
      if (!free) this.reach.budget.call();
      return null;
    } catch (error) {
      if (error instanceof LimitReached) return this.#refused(error);
      throw error;
    }
  }

  #refused(error: Refusal | LimitReached): Settled {
    this.refusal = error;
    return { raise: 'RuntimeError', message: error.message };
  }

  #answered(call: () => Value | Promise<Value>): Promise<Answered> {
    return this.#caught(async () => ({ value: await call() }));
  }

  async #caught(answer: () => Promise<Answered>): Promise<Answered> {
    try {
      return await answer();
    } catch (error) {
      if (error instanceof Refusal || error instanceof LimitReached) return this.#refused(error);
      if (error instanceof Raises) return { raise: error.type, message: error.message };
      if (error instanceof Interrupted) return { raise: 'KeyboardInterrupt', message: '' };
      throw error;
    }
  }

  #input(call: Call): Promise<Value> {
    const { args, kwargs } = call;
    if (kwargs.size > 0) throw new Raises('TypeError', 'input() takes no keyword arguments');
    if (args.length > 1) throw new Raises('TypeError', `input expected at most 1 argument, got ${args.length}`);
    return this.#ask(args.length === 0 ? '' : str(args[0] ?? null), false);
  }

  #getpass(call: Call): Promise<Value> {
    const { prompt = 'Password: ' } = named(call, 'getpass', ['prompt', 'stream', 'echo_char']);
    return this.#ask(str(prompt), true);
  }

  async #ask(prompt: string, password: boolean): Promise<Value> {
    this.reach.budget.admit({ type: 'stream', name: 'stdout', text: prompt });
    if (this.reach.budget.over !== null) throw this.reach.budget.over;
    return this.reach.interrupts.wait(this.reach.frontend.ask(prompt, password));
  }

  #emit(call: Call): Value {
    const {
      data = null,
      jsons = null,
      metadata = null,
      display_id = null,
      update = null
    } = named(call, '__mk_emit', ['data', 'jsons', 'metadata', 'display_id', 'update']);
    const bundle = mimeBundle(data, jsons);
    const id = display_id === true ? randomId() : display_id;
    if (id !== null && typeof id !== 'string' && typeof id !== 'bigint') {
      throw new Raises('TypeError', `display_id must be a str, an int or True, not ${typeName(id)}`);
    }
    if (Object.keys(bundle).length > 0 || update === null) {
      // messages and notebooks have only text
      const displayId = id === null ? null : String(id);
      const shown = { data: bundle, metadata: jsonObject(metadata), displayId, update: isTrue(update) };
      this.reach.frontend.emit({ type: 'display', ...shown });
    }
    return id;
  }

  #clear(call: Call): Value {
    const { wait = false } = named(call, 'clear_output', ['wait']);
    this.reach.frontend.emit({ type: 'clear', wait: isTrue(wait) });
    return null;
  }

  #magic(call: Call): Promise<Value> {
    const { name = '', args = '' } = named(call, '__mk_magic', ['name', 'args']);
    return this.reach.interrupts.wait(this.reach.frontend.magic(str(name), str(args)));
  }

  /** Show a link that saves a file which the cell can read. */
  async #download(call: Call): Promise<Value> {
    const [path, place] = [textAt(call.args, 0), textAt(call.args, 1)];
    const content = (await this.reach.files?.read(place)) ?? null;
    const missing = `Path (${path}) doesn't exist, or is no file.`;
    const shown = { displayId: null, update: false, metadata: {} };
    if (content === null) {
      this.reach.frontend.emit({ type: 'display', data: { 'text/plain': missing }, ...shown });
    } else {
      const file = { name: place.slice(place.lastIndexOf('/') + 1), content: content.slice() };
      this.reach.frontend.emit({ type: 'display', data: { 'text/plain': path }, ...shown, file });
    }
    return null;
  }

  /** An object's method raised while the object was shown: show that, if it is known where. */
  #failed({ args }: Call): Value {
    const [kind, method, ename, evalue] = [0, 1, 2, 3].map(index => textAt(args, index));
    const error = this.reach.frontend.misshown(kind ?? '', method ?? '', ename ?? '', evalue ?? '');
    if (error === null) return false;
    const text = error.traceback.join('\n');
    if (this.reach.budget.admit({ type: 'stream', name: 'stderr', text }) !== null) this.reach.frontend.emit(error);
    return true;
  }

  async #help(call: Call): Promise<Value> {
    const [topic, kind] = helpTopic(call.args, call.position, this.reach.textOf);
    const text = await this.reach.interrupts.wait(this.reach.frontend.help(topic, kind));
    this.printed({ name: 'stdout', text: `${text}\n` });
    return null;
  }

  // The operating system

  async #osAnswer(call: OsCall): Promise<Answered> {
    const asked = call.call;
    if (asked.case === 'import') return asked.value.module === 'getpass' ? { value: GETPASS } : 'unhandled';
    if (asked.case === 'getenv') {
      const fallback = valueAt(decodeArena(call.values), asked.value.default);
      // for os.path.expanduser()
      return asked.value.key === 'HOME' && fallback === null ? { value: WORK } : 'unhandled';
    }
    if (isFileCall(asked)) {
      const { files } = this.reach;
      const refused = await this.#refusal(false);
      if (refused !== null || files === null) return refused ?? 'unhandled';
      return this.#caught(() => files.call(asked));
    }
    if (asked.case !== 'sleep' && asked.case !== 'asyncSleep' && asked.case !== 'urandom') return 'unhandled';
    const refused = await this.#refusal(true);
    if (refused !== null) return refused;
    if (asked.case === 'asyncSleep') {
      this.#sleeps.set(call.callId, performance.now() + asked.value.delay * 1000);
      return 'later';
    }
    if (asked.case === 'sleep') return this.#answered(() => this.#sleep(asked.value.seconds));
    return this.#answered(() => random(Number(asked.value.size)));
  }

  async #sleep(seconds: number): Promise<null> {
    const { budget, interrupts } = this.reach;
    if (budget.maySleep(seconds) < seconds) throw budget.overslept();
    const start = performance.now();
    try {
      await interrupts.sleep(seconds * 1000);
    } finally {
      budget.slept(Math.min(seconds, (performance.now() - start) / 1000));
    }
    return null;
  }

  async #waitForSome(pending: readonly number[]): Promise<Map<number, Settled>> {
    const { budget, interrupts } = this.reach;
    const sleeps = pending.flatMap(callId => {
      const deadline = this.#sleeps.get(callId);
      return deadline === undefined ? [] : [[callId, deadline] as const];
    });
    if (sleeps.length === 0) return new Map(); // it awaits a sleep() of an earlier cell, which Monty does not keep
    const start = performance.now();
    const wanted = Math.max(0, Math.min(...sleeps.map(([, deadline]) => deadline)) - start) / 1000;
    const allowed = budget.maySleep(wanted);
    try {
      await interrupts.sleep(allowed * 1000);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      return new Map(pending.map(callId => [callId, { raise: 'KeyboardInterrupt', message: '' }]));
    }
    const now = performance.now();
    budget.slept(Math.min(allowed, (now - start) / 1000));
    if (allowed < wanted) {
      const refused = this.#refused(budget.overslept());
      return new Map(sleeps.map(([callId]) => [callId, refused]));
    }
    // a timer may be a fraction of a millisecond early
    const due = sleeps.filter(([, deadline]) => deadline <= now + 1).sort((one, other) => one[1] - other[1]);
    return new Map(due.map(([callId]) => [callId, { value: null }]));
  }
}

/** The one module that is the host's. Its functions arrive here by their full name. */
const GETPASS: Value = {
  py: 'module',
  name: 'getpass',
  id: Uint8Array.from('monty-kernel gp.', character => character.charCodeAt(0)),
  attributes: [['getpass', { py: 'function', name: 'getpass.getpass', doc: null }]]
};

/** The arguments by their names, as a Python function would take them. */
function named<N extends string>(call: Call, name: string, parameters: readonly N[]): Partial<Record<N, Value>> {
  const { args, kwargs } = call;
  if (args.length > parameters.length) {
    throw new Raises('TypeError', `${name}() takes ${parameters.length} arguments, and ${args.length} were given`);
  }
  const found: Partial<Record<N, Value>> = {};
  parameters.forEach((parameter, index) => {
    const value = args[index] ?? kwargs.get(parameter);
    if (value !== undefined || index < args.length) found[parameter] = value ?? null;
  });
  const unknown = [...kwargs.keys()].find(key => !(parameters as readonly string[]).includes(key));
  if (unknown !== undefined) throw new Raises('TypeError', `${name}() got an unexpected keyword argument '${unknown}'`);
  return found;
}

function textAt(args: readonly Value[], index: number): string {
  const value = args[index];
  return value === undefined ? '' : str(value);
}

/** Monty seeds its module random with this. */
function random(size: number): Uint8Array {
  if (size > MOST_RANDOM) {
    throw new Raises('ValueError', `os.urandom() gives at most ${showCount(MOST_RANDOM)} bytes at a time`);
  }
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += ENTROPY) crypto.getRandomValues(bytes.subarray(at, at + ENTROPY));
  return bytes;
}

function randomId(): string {
  return [...random(16)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

function asInt(value: number | null): Value {
  return value === null ? null : BigInt(value);
}
