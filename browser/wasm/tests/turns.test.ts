/** What ends a turn: results, errors, and the questions to the host. */

import { expect, test } from 'vitest';
import { decodeArena } from '../../kernel/src/wire/decode';
import { encodeValue } from '../../kernel/src/wire/encode';
import type { Value } from '../../kernel/src/wire/values';
import { PrintStream } from '../../kernel/src/wire/generated/monty/v1/monty_pb';
import { configure, ended, EngineLost, printed, PROTOCOL_VERSION } from './support/engine';
import type { Engine, Turn } from './support/engine';
import { WasmEngine } from './support/wasm_engine';

async function started(settings: Parameters<typeof configure>[1] = {}): Promise<WasmEngine> {
  const engine = await WasmEngine.start();
  await configure(engine, settings);
  return engine;
}

function feed(engine: Engine, code: string): Promise<Turn> {
  return engine.turn({ case: 'feed', value: { code } });
}

function result(turn: Turn): Value | undefined {
  const { value, values } = ended(turn, 'complete');
  return decodeArena(values)[value];
}

function failure(turn: Turn): string {
  const exception = ended(turn, 'error').exception;
  return `${exception?.excType ?? ''}: ${exception?.message ?? ''}`;
}

/** Answer the call that the turn ended with. */
function answer(engine: Engine, callId: number, value: Value): Promise<Turn> {
  const { values, index } = encodeValue(value);
  return engine.turn({
    case: 'resumeCall',
    value: { callId, values, result: { kind: { case: 'returnValue', value: index } } }
  });
}

/** Answer a lookup with a function of the host. */
function offer(engine: Engine, turn: Turn): Promise<Turn> {
  const { values, index } = encodeValue({ py: 'function', name: ended(turn, 'nameLookup').name, doc: null });
  return engine.turn({ case: 'resumeNameLookup', value: { values, kind: { case: 'value', value: index } } });
}

test('a result, an error, and a session that survives it', async () => {
  const engine = await started();
  expect(result(await feed(engine, 'a = 20\na + 1'))).toBe(21n);
  const failed = await feed(engine, 'b = 1\nb / 0');
  expect(failure(failed)).toBe('ZeroDivisionError: division by zero');
  const frame = ended(failed, 'error').exception?.traceback[0];
  expect([frame?.filename, frame?.start?.line, frame?.previewLine]).toEqual(['<python-input-1>', 2, 'b / 0']);
  expect(failure(await feed(engine, 'x ='))).toMatch(/^SyntaxError: /);
  expect(result(await feed(engine, 'a + b'))).toBe(21n);
});

test('events carry the clocks and the limits that the host keeps', async () => {
  const engine = await started({ limits: { maxSuspensions: 7n, maxFeedDurationMicros: 5_000_000n } });
  const { event } = await feed(engine, 'for i in range(200_000): pass');
  expect(event.feedExecutionMicros).toBeGreaterThan(0n);
  expect(event.totalExecutionMicros).toBeGreaterThanOrEqual(event.feedExecutionMicros);
  expect([event.maxSuspensions, event.maxFeedDurationMicros]).toEqual([7n, 5_000_000n]);
});

test('a call of a function of the host', async () => {
  const engine = await started();
  const asked = await feed(engine, "print('before')\nf(1, [2], key='v') + 1");
  const call = ended(asked, 'functionCall');
  const values = decodeArena(call.values);
  expect([call.functionName, call.args.map(index => values[index])]).toEqual(['f', [1n, [2n]]]);
  expect(call.kwargs.map(pair => [values[pair.key], values[pair.value]])).toEqual([['key', 'v']]);
  expect(result(await answer(engine, call.callId, 41n))).toBe(42n);
});

test('what a call may be answered with', async () => {
  const engine = await started();
  const call = async (): Promise<number> => ended(await feed(engine, 'f()'), 'functionCall').callId;
  const error = { excType: 'KeyError', message: 'gone', traceback: [] };
  let callId = await call();
  const raised = await engine.turn({
    case: 'resumeCall',
    value: { callId, result: { kind: { case: 'error', value: error } } }
  });
  expect(failure(raised)).toBe('KeyError: gone');
  callId = await call();
  const missing = await engine.turn({
    case: 'resumeCall',
    value: { callId, result: { kind: { case: 'notFound', value: 'f' } } }
  });
  expect(failure(missing)).toBe("NameError: name 'f' is not defined");
});

test('a name that stands for a function of the host', async () => {
  const engine = await started();
  const asked = ended(await offer(engine, await feed(engine, 'g = f\ng(7)')), 'functionCall');
  expect([asked.functionName, decodeArena(asked.values)]).toEqual(['f', [7n]]);
  expect(result(await answer(engine, asked.callId, null))).toBe(null);
});

test('a name that nobody knows', async () => {
  const engine = await started();
  expect(ended(await feed(engine, 'nobody'), 'nameLookup').name).toBe('nobody');
  const turn = await engine.turn({ case: 'resumeNameLookup', value: { kind: { case: 'undefined', value: {} } } });
  expect(failure(turn)).toBe("NameError: name 'nobody' is not defined");
});

test('a call of the operating system that nobody takes', async () => {
  const engine = await started();
  const call = ended(await feed(engine, "open('/secret').read()"), 'osCall');
  expect(call.call).toMatchObject({ case: 'open', value: { path: '/secret', mode: 'r' } });
  const refused = await engine.turn({
    case: 'resumeCall',
    value: { callId: call.callId, result: { kind: { case: 'notHandled', value: {} } } }
  });
  expect(failure(refused)).toBe("PermissionError: Permission denied: '/secret'");
});

test("sleeps are the host's", async () => {
  const engine = await started({ osPolicy: { sleep: { mode: { case: 'callHost', value: {} } } } });
  const call = ended(await feed(engine, 'import time\ntime.sleep(2.5)\n7'), 'osCall');
  expect(call.call).toMatchObject({ case: 'sleep', value: { seconds: 2.5 } });
  expect(result(await answer(engine, call.callId, null))).toBe(7n);
});

test('futures that settle later, and one at once', async () => {
  const engine = await started();
  const source = 'import asyncio\nasync def both():\n    return await asyncio.gather(f(1), f(2))\nawait both()';
  let turn = await feed(engine, source);
  const ids: number[] = [];
  while (turn.event.kind.case === 'functionCall') {
    const { callId } = turn.event.kind.value;
    ids.push(callId);
    turn = await engine.turn({
      case: 'resumeCall',
      value: { callId, result: { kind: { case: 'future', value: callId } } }
    });
  }
  // Monty keeps them in no order.
  expect(ended(turn, 'resolveFutures').pendingCallIds.toSorted()).toEqual(ids);
  const { values, index } = encodeValue('settled');
  turn = await engine.turn({
    case: 'resumeFutures',
    value: { values, results: ids.map(callId => ({ callId, result: { kind: { case: 'returnValue', value: index } } })) }
  });
  expect(result(turn)).toEqual(['settled', 'settled']);

  const asked = ended(await feed(engine, 'await f(3)'), 'functionCall');
  expect(asked.allowEagerAwait).toBe(true);
  const eager = encodeValue('eager');
  const kind = { case: 'returnValue', value: eager.index } as const;
  turn = await engine.turn({
    case: 'resumeFutures',
    value: { values: eager.values, results: [{ callId: asked.callId, result: { kind } }] }
  });
  expect(result(turn)).toBe('eager');
});

test('an abort passes every handler, and the session survives it', async () => {
  const engine = await started();
  const source = 'seen = []\ntry:\n    f()\nexcept BaseException:\n    seen.append(1)\nfinally:\n    seen.append(2)';
  ended(await feed(engine, source), 'functionCall');
  const exception = { excType: 'KeyboardInterrupt', message: 'stopped', traceback: [] };
  const turn = await engine.turn({ case: 'abortFeed', value: { exception } });
  expect(failure(turn)).toBe('KeyboardInterrupt: stopped');
  expect(result(await feed(engine, 'seen'))).toEqual([]);
});

test('an interrupt that the cell may catch', async () => {
  const engine = await started();
  const asked = await feed(engine, "try:\n    f()\nexcept KeyboardInterrupt:\n    r = 'caught'\nr");
  const { callId } = ended(asked, 'functionCall');
  const kind = { case: 'error' as const, value: { excType: 'KeyboardInterrupt' } };
  expect(result(await engine.turn({ case: 'resumeCall', value: { callId, result: { kind } } }))).toBe('caught');
});

test('what breaks the protocol changes nothing', async () => {
  const engine = await started();
  const { callId } = ended(await feed(engine, 'f() + 1'), 'functionCall');
  const violations = [
    await engine.turn({ case: 'feed', value: { code: '1' } }),
    await engine.turn({ case: 'configure', value: { protocolVersion: PROTOCOL_VERSION } }),
    await engine.turn({ case: 'load', value: { state: new Uint8Array() } }),
    await engine.turn({ case: 'resumeNameLookup', value: { kind: { case: 'undefined', value: {} } } }),
    await engine.turn({ case: 'resumeCall', value: { callId: callId + 1 } }),
    await engine.turn({ case: 'resumeCall', value: { callId } }),
    await engine.turn({ case: 'resumeCall', value: { callId, result: { kind: { case: 'notHandled', value: {} } } } }),
    await engine.turn({ case: 'resumeCall', value: { callId, result: { kind: { case: 'returnValue', value: 3 } } } }),
    await engine.turn({ case: 'abortFeed', value: {} }),
    engine.send(new Uint8Array([1, 2, 3])),
    engine.send(new Uint8Array())
  ];
  for (const turn of violations) expect(failure(turn)).toMatch(/^RuntimeError: protocol violation: /);
  expect(result(await answer(engine, callId, 1n))).toBe(2n);
});

test('what this build lacks is refused', async () => {
  const engine = await WasmEngine.start();
  expect(failure(await feed(engine, '1'))).toBe('RuntimeError: protocol violation: session has not been configured');
  const checked = await engine.turn({
    case: 'configure',
    value: { protocolVersion: PROTOCOL_VERSION, typeCheck: true }
  });
  expect(failure(checked)).toBe('RuntimeError: protocol violation: this build of Monty has no type checker');
  const installed = await engine.turn({ case: 'installDependencies', value: { requirements: ['numpy'] } });
  expect(failure(installed)).toBe('RuntimeError: dependency installation is only supported by the CPython worker');
  await expect(engine.turn({ case: 'configure', value: { protocolVersion: 99 } })).rejects.toThrow(
    /unsupported protocol version 99/
  );
});

test('a reset makes room for another session', async () => {
  const engine = await started();
  await feed(engine, 'a = 1');
  ended(await engine.turn({ case: 'reset', value: {} }), 'ok');
  await configure(engine);
  expect(ended(await feed(engine, 'a'), 'nameLookup').name).toBe('a');
});

test('prints leave while the cell computes', async () => {
  const engine = await started();
  const arrived: { text: string; at: number }[] = [];
  engine.onEvent = ({ kind }) => {
    if (kind.case === 'print')
      arrived.push({ text: kind.value.segments.map(each => each.text).join(''), at: performance.now() });
  };
  const turn = await feed(engine, "print('first')\nfor i in range(2_000_000): pass\nprint('last')");
  const after = performance.now();
  expect(arrived.map(each => each.text)).toEqual(['first\n', 'last\n']);
  expect(after - (arrived[0]?.at ?? after)).toBeGreaterThan(20);
  expect(printed(turn)).toBe('first\nlast\n');
});

test('many lines are few events', async () => {
  const engine = await started();
  let events = 0;
  engine.onEvent = () => (events += 1);
  const turn = await feed(engine, "for i in range(10_000): print('line', i)");
  expect(printed(turn).split('\n')).toHaveLength(10_001);
  const most = turn.prints.reduce((longest, segment) => Math.max(longest, segment.text.length), 0);
  expect(most).toBeLessThanOrEqual(64 * 1024);
  expect(events).toBeLessThan(200);
});

test('the order of both streams stays, and without an interval each line comes by itself', async () => {
  const engine = await started({ printFlushIntervalMs: 0 });
  const texts: string[] = [];
  engine.onEvent = ({ kind }) => {
    if (kind.case === 'print') texts.push(kind.value.segments.map(each => `${each.stream}${each.text}`).join('|'));
  };
  const source = "import sys\nprint('a\\nb', end='')\nprint('c', file=sys.stderr)\nprint('é\\n\\nend', end='')";
  const turn = await feed(engine, source);
  expect(texts).toEqual(['1a\n', '1b|2c\n', '1é\n', '1\n', '1end']);
  expect(printed(turn, PrintStream.STDERR)).toBe('c\n');
});

test('one print of megabytes comes in pieces', async () => {
  const engine = await started();
  const turn = await feed(engine, "print('ü' * 1_500_000)");
  expect(printed(turn)).toBe(`${'ü'.repeat(1_500_000)}\n`);
  expect(turn.prints.length).toBeGreaterThan(40);
});

test('sources with NUL, of megabytes, and nested too deeply', async () => {
  const engine = await started();
  expect(failure(await feed(engine, 'a = 1\0'))).toMatch(/^SyntaxError: /);
  expect(result(await feed(engine, "len('\0')"))).toBe(1n);
  expect(result(await feed(engine, `x = '${'y'.repeat(5_000_000)}'\nlen(x)`))).toBe(5_000_000n);
  const deep = [
    `${'('.repeat(1000)}1${')'.repeat(1000)}`,
    `${'-'.repeat(3000)}1`,
    `1${'+1'.repeat(100_000)}`,
    `a${'.b'.repeat(50_000)}`
  ];
  for (const source of deep)
    expect(failure(await feed(engine, source))).toBe('SyntaxError: Source is too deeply nested');
  expect(result(await feed(engine, '1'))).toBe(1n);
});

test('a cell over its time', async () => {
  const engine = await started({ limits: { maxFeedDurationMicros: 50_000n } });
  expect(failure(await feed(engine, 'while True: pass'))).toMatch(/^TimeoutError: /);
  expect(result(await feed(engine, '1'))).toBe(1n);
});

test('a cell over its memory, softly and hard', async () => {
  const soft = await started({ limits: { maxMemoryBytes: 20_000_000n } });
  expect(failure(await feed(soft, 'x = []\nwhile True: x.append([0] * 1000)'))).toMatch(/^MemoryError: /);
  const hard = await started({ limits: { maxMemoryBytes: 20_000_000n } });
  ended(await feed(hard, '1'), 'complete');
  const large = feed(hard, `x = '${'y'.repeat(30_000_000)}'`);
  await expect(large).rejects.toMatchObject({
    exitCode: 65,
    message: expect.stringMatching(/exceeds the memory limit$/) as string
  });
  const unlimited = await started();
  const bomb = feed(unlimited, "x = 'a' * 1000\nwhile True: x = x * 2");
  await expect(bomb).rejects.toMatchObject({
    exitCode: 65,
    message: expect.stringMatching(/^monty worker: allocation of \d+ bytes failed$/) as string
  });
  await expect(bomb).rejects.toBeInstanceOf(EngineLost);
});

test('recursion as deep as in the native worker', async () => {
  const engine = await started();
  const nested = (wrap: string, last = 'None'): string => `x = ${last}\nfor _ in range(900): x = ${wrap}\n`;
  await feed(engine, 'import copy, json\nfrom dataclasses import dataclass\n@dataclass\nclass A:\n    x: object');
  const cells = [
    'def f(n): return f(n - 1) + 1 if n else 0\nf(990)',
    `${nested('[x]')}len(repr(x)), x == copy.deepcopy(x), len(json.dumps(x))`,
    `${nested('(x,)')}isinstance(hash(x), int), str(x) == f'{x}'`,
    `${nested('{1: x}')}len(repr(x)), x == copy.deepcopy(x)`,
    `${nested('A(x)')}len(repr(x)), x == copy.deepcopy(x)`
  ];
  for (const cell of cells) ended(await feed(engine, cell), 'complete');
  expect(failure(await feed(engine, 'f(1000)'))).toBe('RecursionError: maximum recursion depth exceeded');
});
