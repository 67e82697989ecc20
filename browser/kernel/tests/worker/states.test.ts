import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { hasWasm, Page } from './page';
import type { Snapshot } from '../../src/worker/messages';

const PYTHON = fileURLToPath(new URL('../../../../.venv/bin/python', import.meta.url));

async function page(): Promise<Page> {
  const made = new Page();
  await made.start();
  return made;
}

/** What a new page makes of a state. */
async function started(snapshot: Snapshot | null): Promise<Page> {
  const made = new Page();
  const answer = await made.start(snapshot);
  if (answer.type === 'failed') throw new Error(answer.message);
  return made;
}

describe.runIf(hasWasm)('a state', () => {
  test('brings a session back, with In, Out and places of errors', async () => {
    const session = await page();
    await session.run('def f(x):\n    return [1 / x for _ in range(1)]');
    await session.run('%history'.replace('%history', 'f(2)'));
    const later = await started(structuredClone(session.snapshot));
    expect(await later.shown('In[2], Out[2], _')).toBe("('f(2)', [0.5], [0.5])");
    const { outcome } = await later.run('f(0)');
    expect(outcome.failure?.frames.map(frame => [frame.cell?.label, frame.line])).toContainEqual(['In[1]', 2]);
  });

  test('is there from the start', async () => {
    const session = await page();
    const start = session.snapshot;
    await session.run('x = 1');
    expect(await session.load(start)).toBeNull();
    expect((await session.run('x')).outcome.failure?.ename).toBe('NameError');
  });

  test('comes after each cell, and only if something ran', async () => {
    const session = await page();
    session.answer = () => ({ value: null });
    await session.run('x = 1');
    const saved = session.messages.filter(message => message.type === 'saved');
    expect(saved).toHaveLength(1);
    expect(saved[0]).toMatchObject({ change: { kept: 0, steps: [expect.stringContaining('x = 1')] } });
    await session.run('x = 2');
    expect(session.messages.at(-1)).toMatchObject({ change: { kept: 1, steps: [expect.stringContaining('x = 2')] } });
  });

  test('can be gone to while an action waits', async () => {
    const session = new Page({}, ['undo']);
    await session.start();
    await session.run('x = 1');
    const before = session.snapshot;
    await session.run('x = 2');
    session.answer = async question => {
      expect(question).toMatchObject({ kind: 'magic', name: 'undo', between: true, unsaved: false });
      expect(await session.load(before)).toBeNull();
      expect(await session.evaluate('x')).toBe(1);
      return { value: null, outputs: [{ type: 'stream', name: 'stdout', text: 'went back\n' }] };
    };
    const { outcome, text } = await session.run('%undo\nx');
    expect(text).toBe('went back\n');
    expect(outcome.result?.data['text/plain']).toBe('1');
  });

  test('that a cell went to stays when the cell is lost', async () => {
    const session = new Page({ memory: 2 ** 25 }, ['undo']);
    await session.start();
    await session.run('x = 1');
    const before = session.snapshot;
    await session.run('x = 2');
    session.answer = async () => {
      await session.load(before);
      return { value: null };
    };
    const { outcome } = await session.run('%undo\ny = "a"\nwhile True: y = y + y');
    expect(outcome.failure?.note).toBe("The session is as it was after this cell's %undo.");
    expect(await session.shown('x')).toBe('1');
  });

  test('knows what ran in it so far, as an action asks', async () => {
    const session = new Page({}, ['undo']);
    await session.start();
    const unsaved: boolean[] = [];
    session.answer = question => {
      if (question.kind === 'magic') unsaved.push(question.unsaved);
      return { exception: 'UsageError', message: 'not now' };
    };
    await session.run('%undo');
    const { outcome } = await session.run('x = 1\n%undo\nx = 2');
    expect(outcome.failure).toMatchObject({ ename: 'UsageError', evalue: 'not now' });
    expect(unsaved).toStrictEqual([false, true]);
    expect(await session.shown('x')).toBe('1');
  });

  test.each([
    ['is cut', (good: Snapshot) => ({ ...good, state: good.state.slice(0, 100) })],
    ['is empty', (good: Snapshot) => ({ ...good, state: new Uint8Array() })],
    ['is something else', (good: Snapshot) => ({ ...good, state: good.state.map(byte => byte ^ 0x5a) })],
    ['lost what was known of it', (good: Snapshot) => ({ ...good, outside: '{"nextFeed": 1}' })],
    ['has steps that are none', (good: Snapshot) => ({ ...good, steps: ['{"first":', '1'] })]
  ])('that %s is refused, and the session goes on', async (_, spoil) => {
    const session = await page();
    await session.run('x = 1');
    if (session.snapshot === null) throw new Error('no state');
    const bad = spoil(session.snapshot);
    expect(await session.load(bad)).toMatch(/./);
    expect(await session.shown('x')).toBe('1');
    const other = new Page();
    const answer = await other.start(bad);
    expect(answer.type === 'failed' && answer.message).toMatch('The saved session could not be loaded');
  });

  test('of which bytes were changed does no harm outside of its session', { timeout: 60_000 }, async () => {
    const session = await page();
    await session.run('x = {"a": [1, (2, 3)], "b": "text"}\ndef f(): return x\nclass A: pass\na = A()');
    const good = session.snapshot;
    if (good === null) throw new Error('no state');
    for (let at = 7; at < good.state.length; at += Math.ceil(good.state.length / 60)) {
      const state = good.state.slice();
      state[at] = (state[at] ?? 0) ^ (1 << (at % 8));
      const other = new Page();
      const answer = await other.start({ ...good, state });
      if (answer.type === 'started') await other.run('f(), a, x["a"][1]');
      else expect(answer).toMatchObject({ type: 'failed' });
    }
  });

  test('was lost with its worker: In has the cell all the same', async () => {
    const session = await page();
    await session.run('x = 1');
    const later = new Page();
    later.missed = [[2, 'while True: pass']];
    await later.start(session.snapshot);
    await later.run('3', { remember: false });
    expect(await later.shown('In[1:3]')).toBe("['x = 1', 'while True: pass']");
  });
});

const native = (script: string, ...args: string[]): string =>
  execFileSync(PYTHON, ['-c', script, ...args], { encoding: 'utf8' });

describe.runIf(hasWasm && existsSync(PYTHON))('with the native kernel', () => {
  const code =
    'import datetime, re\nclass P:\n    def __init__(self, x): self.x = x\n    def __repr__(self): return f"P({self.x})"\n' +
    'def twice(f): return lambda x: f(f(x))\nbig = 2 ** 100\nd = datetime.date(2024, 2, 29)\np = P(big)\nit = iter([1, 2, 3])\nnext(it)';
  const shows = '(repr(p), d, twice(lambda x: x * 2)(3), next(it), _)';
  const expected = "('P(1267650600228229401496703205376)', datetime.date(2024, 2, 29), 12, 2, 1)";

  test('a state goes there', { timeout: 30_000 }, async () => {
    const session = await page();
    await session.run(code);
    const folder = mkdtempSync(join(tmpdir(), 'monty-state-'));
    try {
      writeFileSync(join(folder, 'state'), session.snapshot?.state ?? '');
      const script = `
import sys, pydantic_monty as monty
with monty.Monty() as pool, pool.checkout() as session:
    session.load_session(open(sys.argv[1], "rb").read())
    print(session.feed_run(sys.argv[2]))
    print(session.feed_run("[In[1][:6], Out[1]]"))
`;
      expect(native(script, join(folder, 'state'), `repr(${shows})`)).toBe(`${expected}\n['import', 1]\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a state comes from there', { timeout: 30_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'monty-state-'));
    try {
      const script = `
import sys
from monty_kernel.engine.engine import Engine
from monty_kernel.engine.frontend import NO_FRONTEND
from monty_kernel.engine.limits import Limits
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, parse
engine = Engine(Limits())
engine.start()
cell = parse(CellSource("In[1]", sys.argv[2]), lambda: None, CellOptions(1))
outcome = engine.run(cell, NO_FRONTEND, number=1)
assert outcome.failure is None, outcome
snapshot = engine.take_snapshot()
open(sys.argv[1], "wb").write(snapshot.state)
print(snapshot.next_feed, ",".join(sorted(snapshot.parts)))
engine.close()
`;
      const said = native(script, join(folder, 'state'), code).trim();
      const [nextFeed = '', parts = ''] = said.split(' ');
      const outside = JSON.stringify({ nextFeed: Number(nextFeed), parts: parts.split(','), unrecorded: [] });
      const state = new Uint8Array(readFileSync(join(folder, 'state')));
      const session = await started({ state, outside, steps: [], files: new Map() });
      session.count = 1;
      expect(await session.shown(shows)).toBe(expected);
      expect(await session.shown('In[1][:6], Out[1]')).toBe("('import', 1)");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
