/** The interpreter: start it, drive one feed in it, load a state into a new one. */

import { decodeArena, valueAt } from '../wire/decode';
import { raisedOf } from '../wire/events';
import { configure, dump, feed, load, resumeNameLookup, SCRIPT_NAME } from '../wire/requests';
import { LimitReached, ofTheKernel } from './budget';
import { withLimits } from './dumped_limits';
import { NO_FRONTEND } from './frontend';
import { Host } from './host';
import { Interrupted, Interrupts } from './interrupts';
import { TransportLost } from './transport';
import { WORK } from './working_folder';
import type { Budget, Used } from './budget';
import type { Printed } from './captures';
import type { Files } from './files';
import type { Frontend, Refusal } from './frontend';
import type { SessionLimits } from './limits';
import type { Transport, Transports } from './transport';
import type { ChildEvent, ParentRequest } from '../wire/generated/monty/v1/monty_pb';
import type { Raised } from '../wire/events';
import type { Value } from '../wire/values';
import type { Limits } from '../worker/messages';

/**
 * How many times the memory of a session its interpreter may take while it loads it; then the limit in the dump holds.
 * Up to 1.5 times was measured (600,000 short strings): without room, a session that was dumped could not be loaded again.
 */
const TO_LOAD = 3;

/** The host sets no bound for the number of a session's suspensions; this is the highest that Monty can be told here. */
const ANY_NUMBER = (1n << 32n) - 1n;

/** A feed raised. */
export class FeedError extends Error {
  constructor(
    readonly raised: Raised,
    /** The host's refusal that caused it, if Monty has no such type. */
    readonly refusal: Refusal | LimitReached | null = null,
    /** Whether it is the end of a cell that called `exit()`. */
    readonly left = false
  ) {
    super(`${raised.type}: ${raised.message}`);
  }
}

/** The interpreter is gone and the session with it: it crashed, or hit a limit. */
export class WorkerLost extends Error {
  constructor(
    readonly why: 'crashed' | 'memory' | Used,
    message: string
  ) {
    super(message);
  }
}

/** A state cannot be loaded: it is damaged or of another Monty version, or larger than the limits allow. */
export class StateRefused extends Error {}

/** How one feed runs. Without anything it is one of the kernel's own, which may neither call the host nor sleep. */
export interface FeedOptions {
  frontend?: Frontend;
  /** Names that the feed finds defined. */
  inputs?: Iterable<readonly [string, Value]>;
  budget?: Budget;
  interrupts?: Interrupts;
  files?: Files | null;
  textOf?: (filename: string) => string | null;
}

/** One session in one interpreter. */
export class Sandbox {
  /** Those that the interpreter has. */
  limits: Limits;
  #transport: Transport | null = null;
  #isNew = false;

  constructor(
    private readonly session: SessionLimits,
    private readonly transports: Transports,
    private readonly timezone: string
  ) {
    this.limits = session.now;
  }

  /** Whether there is an interpreter that lives. */
  get isAlive(): boolean {
    return this.#transport !== null;
  }

  /**
   * Take a fresh interpreter, and load a session into it.
   *
   * @param state - What `dump` gave; null for an empty session.
   * @throws StateRefused - The state cannot be loaded.
   */
  async start(state: Uint8Array<ArrayBuffer> | null = null, limits: Limits = this.session.now): Promise<void> {
    this.release();
    const own = state === null ? null : withLimits(state, limits);
    const granted = this.session.granted;
    // to load it takes more memory than to have it, and then its own limits hold
    const within =
      own === null ? limits : { ...granted, memory: granted.memory === null ? null : granted.memory * TO_LOAD };
    const transport = await this.transports();
    try {
      await this.#configure(transport, within);
      if (state !== null) await accepted(transport, load(own ?? state));
    } catch (error) {
      transport.close(); // a session without the prelude must not pass for a live one
      throw error instanceof TransportLost ? new StateRefused(error.message) : error;
    }
    this.#transport = transport;
    this.limits = limits;
    this.#isNew = state === null;
  }

  async #configure(transport: Transport, limits: Limits): Promise<void> {
    const asked = {
      maxSuspensions: ANY_NUMBER,
      ...(limits.memory !== null && { maxMemoryBytes: BigInt(Math.floor(limits.memory)) }),
      ...(limits.seconds !== null && { maxFeedDurationMicros: BigInt(Math.round(limits.seconds * 1e6)) }),
      ...(limits.recursion !== null && { maxRecursionDepth: BigInt(limits.recursion) })
    };
    const policy = {
      sleep: { mode: { case: 'callHost' as const, value: {} } },
      randomStart: { case: 'randomCallHost' as const, value: {} }
    };
    const zone = { zone: { case: 'named' as const, value: this.timezone } };
    try {
      await accepted(transport, configure({ limits: asked, osPolicy: { ...policy, timezone: zone } }));
    } catch (error) {
      if (!(error instanceof StateRefused)) throw error;
      await accepted(transport, configure({ limits: asked, osPolicy: policy })); // it does not know the zone: UTC
    }
  }

  /**
   * Run one feed to its end; the value of its last line, which must be plain data.
   *
   * @throws FeedError - The code raised; the session goes on.
   * @throws WorkerLost - It does not. Or the cell had computed for as long as it may before this feed.
   * @throws Interrupted - The cell was interrupted before this feed, which did not run.
   */
  async feed(source: string, options: FeedOptions = {}): Promise<Value> {
    const { frontend = NO_FRONTEND, budget = ofTheKernel(), interrupts = new Interrupts() } = options;
    const { files = null, textOf = () => source } = options;
    if (this.#transport === null) throw new Error('start() comes first');
    if (!budget.mayCompute(0)) throw this.#stopped(budget);
    if (interrupts.take()) throw new Interrupted();
    const host = new Host({ frontend, interrupts, budget, files, textOf });
    const folder = this.#isNew ? WORK : '';
    this.#isNew = false;
    try {
      return await this.#drive(this.#transport, feed(source, options.inputs ?? [], folder), host, budget);
    } catch (error) {
      if (error instanceof FeedError) throw error;
      this.release();
      if (budget.over !== null) throw this.#stopped(budget);
      if (error instanceof TransportLost) throw new WorkerLost(error.why, error.message);
      if (error instanceof WorkerLost) throw error;
      // the host did not know what to answer, and then the interpreter waits for that answer for ever
      throw new WorkerLost('crashed', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }

  #stopped(budget: Budget): WorkerLost {
    this.release();
    return new WorkerLost(budget.over?.kind ?? 'time', budget.over?.message ?? '');
  }

  async #drive(transport: Transport, first: ParentRequest, host: Host, budget: Budget): Promise<Value> {
    const printed = (text: Printed): void => {
      host.printed(text);
      if (budget.over !== null) throw budget.over; // it ends the interpreter: nothing else stops one that computes
    };
    let request = first;
    for (;;) {
      const turn = transport.turn(request, printed);
      const event = turn instanceof Promise ? await turn : turn;
      const seconds = Number(event.feedExecutionMicros) / 1e6;
      const next = await answerTo(event, host);
      if ('ended' in next) {
        budget.computed += seconds;
        if (isUncounted(next.ended)) await transport.turn(feed('None', []), printed); // which is counted in its place
        return ended(next.ended, host, budget);
      }
      if (!budget.mayCompute(seconds) && budget.over !== null) throw budget.over;
      request = next.request;
    }
  }

  /**
   * The session's state.
   *
   * @throws StateRefused - It cannot be dumped, or the interpreter died over it.
   */
  async dump(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#transport === null) throw new StateRefused('the worker is gone');
    try {
      const event = await this.#transport.turn(dump(), () => undefined);
      if (event.kind.case === 'dumpResult') return new Uint8Array(event.kind.value.state);
      throw new StateRefused(refusalOf(event));
    } catch (error) {
      this.release();
      throw error instanceof TransportLost ? new StateRefused(error.message) : error;
    }
  }

  /** Give the interpreter up. The session is over. Idempotent. */
  release(): void {
    this.#transport?.close();
    this.#transport = null;
  }
}

type Next = { request: ParentRequest } | { ended: ChildEvent };

async function answerTo(event: ChildEvent, host: Host): Promise<Next> {
  const kind = event.kind;
  if (kind.case === 'functionCall') return { request: await host.call(kind.value) };
  if (kind.case === 'osCall') return { request: await host.osCall(kind.value) };
  if (kind.case === 'resolveFutures') return { request: await host.futures(kind.value) };
  if (kind.case !== 'nameLookup') return { ended: event };
  const { name, objectId } = kind.value;
  const known = objectId === undefined && host.knows(name);
  return { request: resumeNameLookup(known ? { py: 'function', name, doc: null } : undefined) };
}

function isUncounted({ kind }: ChildEvent): boolean {
  return kind.case === 'error' && raisedOf(kind.value.exception).frames.some(frame => frame.filename === SCRIPT_NAME);
}

function ended(event: ChildEvent, host: Host, budget: Budget): Value {
  const kind = event.kind;
  if (kind.case === 'complete') return valueAt(decodeArena(kind.value.values), kind.value.value);
  if (kind.case !== 'error') throw new TransportLost('crashed', refusalOf(event));
  const raised = raisedOf(kind.value.exception);
  const limit = limitHit(raised);
  if (limit === 'time') budget.overtime(); // Monty found out, and ended the feed
  if (limit !== null) throw new WorkerLost(limit, raised.message);
  const refusal = host.refusal !== null && raised.message === host.refusal.message ? host.refusal : null;
  throw new FeedError(raised, refusal, host.left && raised.type === 'SystemExit');
}

/** Monty says so only in the message. A cell may raise these types itself, and then the session is sound. */
function limitHit(raised: Raised): 'memory' | 'time' | null {
  if (raised.type === 'MemoryError' && raised.message.includes('memory limit')) return 'memory';
  return raised.type === 'TimeoutError' && raised.message.includes('time limit exceeded') ? 'time' : null;
}

async function accepted(transport: Transport, request: ParentRequest): Promise<void> {
  const event = await transport.turn(request, () => undefined);
  if (event.kind.case !== 'ok') throw new StateRefused(refusalOf(event));
}

/** Why it did not do what it was asked. */
function refusalOf(event: ChildEvent): string {
  if (event.kind.case === 'error') return raisedOf(event.kind.value.exception).message;
  return event.kind.case === 'fatalError' ? event.kind.value.message : `it answered ${String(event.kind.case)}`;
}
