/** Dumps: from here to the native worker and back, and bytes that are none. */

import { afterEach, expect, test } from 'vitest';
import { decodeArena } from '../../kernel/src/wire/decode';
import { encodeValue } from '../../kernel/src/wire/encode';
import { configure, ended, EngineLost } from './support/engine';
import type { Engine, Turn } from './support/engine';
import { NativeEngine } from './support/native_engine';
import { WasmEngine } from './support/wasm_engine';

const open: Engine[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(engine => engine.close()));
});

async function started(native: boolean, settings: Parameters<typeof configure>[1] = {}): Promise<Engine> {
  const engine = native ? new NativeEngine() : await WasmEngine.start();
  open.push(engine);
  await configure(engine, settings);
  return engine;
}

function feed(engine: Engine, code: string): Promise<Turn> {
  return engine.turn({ case: 'feed', value: { code } });
}

async function dump(engine: Engine): Promise<Uint8Array> {
  return ended(await engine.turn({ case: 'dump', value: {} }), 'dumpResult').state;
}

function load(engine: Engine, state: Uint8Array): Promise<Turn> {
  return engine.turn({ case: 'load', value: { state } });
}

function result(turn: Turn): unknown {
  const { value, values } = ended(turn, 'complete');
  return decodeArena(values)[value];
}

const SOURCE = `
import random, datetime, decimal, re
class Point:
    def __init__(self, x): self.x = x
    def __repr__(self): return f'<{self.x}>'
def counter():
    n = 0
    def count():
        nonlocal n
        n += 1
        return n
    return count
c = counter()
c()
p = [Point(2 ** 100), {1: ('é', None)}, {3.5, 4j}, frozenset([b'x']), datetime.datetime(2024, 2, 29), decimal.Decimal('1.10')]
alias = p[1]
it = iter([1, 2, 3])
next(it)
random.seed(3)
`;
const LOOK = 'p[1][2] = 0\n[repr(p), c(), alias is p[1], list(it), random.random(), re.sub("a", "b", "cat")]';

for (const [from, to] of [
  [false, true],
  [true, false],
  [false, false]
] as const) {
  const name = (native: boolean): string => (native ? 'native' : 'WebAssembly');
  test(`a session goes from ${name(from)} to ${name(to)}`, async () => {
    const first = await started(from, { scriptName: 'first.py' });
    ended(await feed(first, SOURCE), 'complete');
    const state = await dump(first);
    const second = await started(to);
    const loaded = await load(second, state);
    ended(loaded, 'ok');
    expect(loaded.event.restoredScriptName).toBe('first.py');
    expect(result(await feed(second, LOOK))).toEqual(result(await feed(first, LOOK)));
  });

  test(`a question goes from ${name(from)} to ${name(to)}`, async () => {
    const first = await started(from);
    let turn = await feed(first, 'f([1, 2], k=3) + 1');
    const asked = ended(turn, 'functionCall');
    const second = await started(to);
    const again = ended(await load(second, await dump(first)), 'functionCall');
    expect(again).toEqual(asked);
    const answer = encodeValue(41n);
    const kind = { case: 'returnValue', value: answer.index } as const;
    turn = await second.turn({
      case: 'resumeCall',
      value: { callId: asked.callId, values: answer.values, result: { kind } }
    });
    expect(result(turn)).toBe(42n);
  });
}

test('both engines make the same bytes of the same cells', async () => {
  const cells = ['x = [1, 2, {3: "é"}]', 'def f(a): return a * 2\ny = f(21)', '[y, x]'];
  const states: Uint8Array[] = [];
  for (const native of [false, true]) {
    const engine = await started(native, { limits: { maxMemoryBytes: 100_000_000n } });
    for (const cell of cells) ended(await feed(engine, cell), 'complete');
    states.push(await dump(engine));
  }
  expect(states[0]?.length).toBeGreaterThan(100);
  expect(Math.abs((states[0]?.length ?? 0) - (states[1]?.length ?? 0))).toBeLessThan(64); // clocks and thresholds differ
});

test('the tighter limits hold after a load', async () => {
  const loose = await started(false, { limits: { maxMemoryBytes: 500_000_000n, maxSuspensions: 9n } });
  ended(await feed(loose, 'a = 1'), 'complete');
  const tight = await started(false, { limits: { maxMemoryBytes: 10_000_000n, maxSuspensions: 20n } });
  const loaded = await load(tight, await dump(loose));
  expect(loaded.event.maxSuspensions).toBe(9n);
  const failed = ended(await feed(tight, "x = []\nwhile True: x.append('a' * 1000)"), 'error');
  expect(failed.exception?.excType).toBe('MemoryError');
});

test('a session that checks types is not taken over without its checker', async () => {
  const native = await started(true, { typeCheck: true });
  ended(await feed(native, 'a: int = 1'), 'complete');
  const engine = await started(false);
  const refused = ended(await load(engine, await dump(native)), 'error');
  expect(refused.exception?.message).toBe('protocol violation: this build of Monty has no type checker');
  expect(result(await feed(engine, '1'))).toBe(1n);
});

test('bytes that are no dump are refused, and the session can still be made', async () => {
  const engine = await started(false);
  const whole = await dump(await started(false));
  const foreign = Uint8Array.from(whole);
  foreign[whole.indexOf(0, 1)] = 200;
  const bad = [
    new Uint8Array(),
    new Uint8Array(64),
    whole.subarray(0, whole.length / 2),
    Uint8Array.from([...whole, 0])
  ];
  for (const state of bad) {
    const refused = ended(await load(engine, state), 'error');
    expect(refused.exception?.message).toMatch(/^protocol violation: failed to load session: /);
  }
  expect(result(await feed(engine, '1'))).toBe(1n);
});

test('a damaged dump is refused, or works, or costs the instance and says why', async () => {
  const source = await started(false);
  ended(await feed(source, SOURCE), 'complete');
  const whole = await dump(source);
  const outcomes = { refused: 0, works: 0, lost: 0 };
  const reasons = new Set<string>();
  for (let at = 10; at < whole.length; at += Math.ceil(whole.length / 250)) {
    const state = Uint8Array.from(whole);
    state[at] = (state[at] ?? 0) ^ 0x15;
    const engine = await WasmEngine.start();
    try {
      await configure(engine, { limits: { maxMemoryBytes: 50_000_000n, maxFeedDurationMicros: 1_000_000n } });
      const loaded = await load(engine, state);
      if (loaded.event.kind.case === 'ok') await feed(engine, LOOK);
      outcomes[loaded.event.kind.case === 'error' ? 'refused' : 'works'] += 1;
    } catch (error) {
      if (!(error instanceof EngineLost)) throw error;
      outcomes.lost += 1;
      reasons.add(error.message);
    }
  }
  expect(outcomes.refused).toBeGreaterThan(10);
  expect(outcomes.works).toBeGreaterThan(10);
  // A panic arrives as one line before the trap.
  expect([...reasons].filter(reason => reason.startsWith('child panicked: '))).not.toEqual([]);
  for (const reason of reasons) expect(reason).not.toContain('\n');
});
