/** Runs a test case on an engine, with the host that it expects. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import { decodeArena, valueAt } from '../../../kernel/src/wire/decode';
import { ArenaBuilder, encodeValue } from '../../../kernel/src/wire/encode';
import type { Value } from '../../../kernel/src/wire/values';
import type {
  ExtFunctionResultSchema,
  FunctionCall,
  FutureResultSchema,
  NameLookup,
  OsCall
} from '../../../kernel/src/wire/generated/monty/v1/monty_pb';
import { configure, printed } from '../support/engine';
import type { Engine, Request, Turn } from '../support/engine';
import { MountedFolder } from './files';
import type { Fixture } from './fixture';
import { HostObjects, Raised } from './functions';
import type { Outcome } from './outcome';

/** As `monty-datatest` has it: little enough for recursion to end soon. */
const MAX_RECURSION = 50n;
const ENVIRONMENT = new Map<Value, Value>([
  ['VIRTUAL_HOME', '/virtual/home'],
  ['VIRTUAL_USER', 'testuser'],
  ['VIRTUAL_EMPTY', '']
]);

/**
 * Run a case to its end.
 *
 * @param engines - Where it runs. With two, each question moves it to the other one, as a dump.
 */
export async function runCase(engines: readonly [Engine, ...Engine[]], fixture: Fixture): Promise<Outcome> {
  const host = new CaseHost(fixture);
  try {
    for (const engine of engines) await start(engine, fixture);
    let [engine] = engines;
    let turn = await engine.turn({ case: 'feed', value: { code: fixture.source, cwd: host.folder ?? '' } });
    let text = printed(turn);
    for (;;) {
      const end = turn.event.kind;
      if (end.case === 'complete') {
        return { printed: text, end: { result: valueAt(decodeArena(end.value.values), end.value.value) } };
      }
      if (end.case === 'error') {
        if (end.value.exception === undefined) throw new Error('an error without its exception');
        return { printed: text, end: { exception: end.value.exception } };
      }
      const answer = await host.answer(turn);
      const next = engines[(engines.indexOf(engine) + 1) % engines.length] ?? engine;
      if (next !== engine) {
        await move(engine, next, fixture);
        engine = next;
      }
      turn = await engine.turn(answer);
      text += printed(turn);
    }
  } finally {
    host.close();
  }
}

async function start(engine: Engine, fixture: Fixture): Promise<void> {
  await engine.turn({ case: 'reset', value: {} });
  const interval = fixture.directives.get('gc-interval');
  const zone = fixture.directives.get('timezone');
  await configure(engine, {
    scriptName: fixture.name,
    limits: { maxRecursionDepth: MAX_RECURSION, ...(interval !== undefined && { gcInterval: BigInt(interval) }) },
    ...(zone !== undefined && { osPolicy: { timezone: { zone: { case: 'named', value: zone } } } })
  });
}

async function move(from: Engine, to: Engine, fixture: Fixture): Promise<void> {
  const dumped = (await from.turn({ case: 'dump', value: {} })).event.kind;
  if (dumped.case !== 'dumpResult') throw new Error('no dump');
  await start(to, fixture);
  const loaded = (await to.turn({ case: 'load', value: { state: dumped.value.state } })).event.kind;
  if (loaded.case === 'error') throw new Error(loaded.value.exception?.message ?? 'no load');
}

interface Later {
  readonly value: Value | Raised;
  readonly due: number;
}

class CaseHost {
  readonly #objects = new HostObjects();
  readonly #later = new Map<number, Later>();
  readonly #folder: MountedFolder | undefined;

  constructor(fixture: Fixture) {
    if (fixture.directives.get('mount-fs') === 'true') this.#folder = new MountedFolder('/mnt');
    else if (fixture.directives.get('call-external') === 'true') this.#folder = new MountedFolder('/virtual');
  }

  /** Where the case starts, if that is anywhere special. */
  get folder(): string | undefined {
    return this.#folder?.root === '/mnt' ? '/mnt' : undefined;
  }

  close(): void {
    this.#folder?.close();
  }

  /** The answer to the question that a turn ended with. */
  async answer(turn: Turn): Promise<Request> {
    const question = turn.event.kind;
    if (question.case === 'functionCall') return this.#call(question.value);
    if (question.case === 'osCall') return this.#osCall(question.value);
    if (question.case === 'nameLookup') return this.#lookup(question.value);
    if (question.case === 'resolveFutures') return this.#settled(question.value.pendingCallIds);
    throw new Error(`a test case ends with ${String(question.case)}`);
  }

  #call(call: FunctionCall): Request {
    const values = decodeArena(call.values);
    const args = call.args.map(index => valueAt(values, index));
    if (call.objectId !== undefined) {
      const kwargs = new Map(call.kwargs.map(pair => [valueAt(values, pair.key), valueAt(values, pair.value)]));
      return resumed(call.callId, this.#objects.callMethod(call.objectId.data, call.functionName, args, kwargs));
    }
    const answer = this.#objects.call(call.functionName, args);
    if (answer === undefined) return missing(call.callId, call.functionName);
    return 'now' in answer ? resumed(call.callId, answer.now) : this.#postponed(call.callId, answer.later, 0);
  }

  async #osCall({ callId, call, values }: OsCall): Promise<Request> {
    const file = this.#folder?.answer(call);
    if (file !== undefined) return resumed(callId, file);
    if (call.case === 'sleep' || call.case === 'systemSleep') {
      await sleep(call.value.seconds * 1000);
      return resumed(callId, null);
    }
    if (call.case === 'asyncSleep' || call.case === 'asyncSystemSleep') {
      return this.#postponed(callId, null, call.value.delay * 1000);
    }
    if (call.case === 'getEnviron') return resumed(callId, ENVIRONMENT);
    if (call.case === 'getenv') {
      return resumed(callId, ENVIRONMENT.get(call.value.key) ?? valueAt(decodeArena(values), call.value.default));
    }
    if (call.case === 'import') {
      const module = this.#objects.importModule(call.value.module);
      return module === undefined ? missing(callId, call.value.module) : resumed(callId, module);
    }
    if (call.case === 'urandom') {
      return resumed(callId, crypto.getRandomValues(new Uint8Array(Number(call.value.size))));
    }
    return { case: 'resumeCall', value: { callId, result: { kind: { case: 'notHandled', value: {} } } } };
  }

  #lookup({ name, objectId }: NameLookup): Request {
    const root: Value | undefined =
      name === 'root' && this.folder !== undefined ? { py: 'Path', path: this.folder } : undefined;
    const found =
      objectId === undefined ? (root ?? this.#objects.lookup(name)) : this.#objects.attribute(objectId.data, name);
    if (found === undefined) return { case: 'resumeNameLookup', value: { kind: { case: 'undefined', value: {} } } };
    if (found instanceof Raised) {
      return { case: 'resumeNameLookup', value: { kind: { case: 'error', value: raised(found) } } };
    }
    const { values, index } = encodeValue(found);
    return { case: 'resumeNameLookup', value: { values, kind: { case: 'value', value: index } } };
  }

  #postponed(callId: number, value: Value | Raised, milliseconds: number): Request {
    this.#later.set(callId, { value, due: performance.now() + milliseconds });
    return { case: 'resumeCall', value: { callId, result: { kind: { case: 'future', value: callId } } } };
  }

  /** What is due of the pending calls, once something is. */
  async #settled(pending: readonly number[]): Promise<Request> {
    const known = pending.map(id => [id, this.#later.get(id)] as const).filter(entry => entry[1] !== undefined) as [
      number,
      Later
    ][];
    const first = Math.min(...known.map(([, { due }]) => due));
    await sleep(first - performance.now());
    const arena = new ArenaBuilder();
    const results: MessageInitShape<typeof FutureResultSchema>[] = [];
    for (const [callId, { value, due }] of known) {
      if (due > first) continue;
      this.#later.delete(callId);
      results.push({ callId, result: outcomeOf(value, arena) });
    }
    return { case: 'resumeFutures', value: { results, values: arena.finish() } };
  }
}

function missing(callId: number, name: string): Request {
  return { case: 'resumeCall', value: { callId, result: { kind: { case: 'notFound', value: name } } } };
}

function resumed(callId: number, value: Value | Raised): Request {
  const arena = new ArenaBuilder();
  const result = outcomeOf(value, arena);
  return { case: 'resumeCall', value: { callId, result, values: arena.finish() } };
}

function outcomeOf(value: Value | Raised, arena: ArenaBuilder): MessageInitShape<typeof ExtFunctionResultSchema> {
  if (value instanceof Raised) return { kind: { case: 'error', value: raised(value) } };
  return { kind: { case: 'returnValue', value: arena.push(value) } };
}

function raised({ excType, message }: Raised): { excType: string; message: string } {
  return { excType, message };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, Math.max(0, milliseconds)));
}
