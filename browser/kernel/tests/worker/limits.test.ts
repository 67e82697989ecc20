import { describe, expect, test } from 'vitest';
import { hasWasm, Page } from './page';
import type { Limits } from '../../src/worker/messages';

async function page(limits: Partial<Limits> = {}, mostShown: number | null = null): Promise<Page> {
  const made = new Page(limits, [], mostShown);
  await made.start();
  return made;
}

describe.runIf(hasWasm)('limits', () => {
  test('of memory: the session is as it was before the cell', async () => {
    const session = await page({ memory: 2 ** 25 });
    await session.run('x = [1, 2]');
    const { outcome } = await session.run('x.append(3)\ny = "a" * 1000\nwhile True: y = y + y');
    expect(outcome.failure).toStrictEqual({
      kind: 'memory',
      ename: 'MemoryError',
      evalue: 'the session would need more than max_memory = 32 MiB',
      frames: [],
      note: 'The session is as it was before this cell.'
    });
    expect(await session.shown('x')).toBe('[1, 2]');
    expect(await session.shown('In[2][:11]')).toBe("'x.append(3)'");
    expect(session.messages.some(message => message.type === 'lost')).toBe(false);
  });

  test('of memory that one allocation passes', async () => {
    const session = await page({ memory: 2 ** 25 });
    expect((await session.run('x = "a" * (1 << 28)')).outcome.failure).toMatchObject({ kind: 'memory' });
    expect((await session.run('x = [0] * (1 << 29)')).outcome.failure).toMatchObject({ kind: 'memory' });
    expect(await session.shown('1')).toBe('1');
  });

  test('of the instance, where the session has none', async () => {
    const session = await page({ memory: null });
    await session.run('x = 1');
    const { outcome } = await session.run('y = "a" * 1000\nwhile True: y = y + y');
    expect(['crashed', 'memory']).toContain(outcome.failure?.kind);
    expect(outcome.failure?.note).toBe('The session is as it was before this cell.');
    expect(await session.shown('x')).toBe('1');
  });

  test('of calls that nest', async () => {
    const session = await page();
    await session.run('def f(n): return f(n + 1)');
    expect((await session.run('f(0)')).outcome.failure).toMatchObject({
      kind: 'raised',
      ename: 'RecursionError',
      note: null
    });
    const tight = await page({ recursion: 60 });
    await tight.run('def f(n): return f(n + 1)');
    expect((await tight.run('f(0)')).outcome.failure?.note).toBe(
      'Calls nest no deeper here than max_recursion_depth = 60.'
    );
  });

  test('of nesting that is not a call', async () => {
    const session = await page();
    await session.run('x = 1');
    await session.run('deep = []\nfor i in range(100_000): deep = [deep]');
    await session.run('repr(deep)');
    await session.run('deep == [deep]');
    await session.run(`${'('.repeat(5000)}1${')'.repeat(5000)}`);
    await session.run(`${'-'.repeat(20_000)}1`);
    expect(await session.shown('x')).toBe('1');
  });

  test('of computing time', async () => {
    const session = await page({ seconds: 0.2 });
    await session.run('x = 1');
    const { outcome } = await session.run('x = 2\nwhile True: pass');
    expect(outcome.failure).toMatchObject({
      kind: 'time',
      ename: 'TimeoutError',
      evalue: 'the cell computed for longer than max_cell_seconds = 0.2 s',
      note: 'The session is as it was before this cell.'
    });
    expect(await session.shown('x')).toBe('1');
  });

  test('of computing time do not count what the cell waits', async () => {
    const session = await page({ seconds: 0.2 });
    expect((await session.run('import time\ntime.sleep(0.3)')).outcome.failure).toBeNull();
  });

  test('of output cut a print, and end the cell', async () => {
    const session = await page({ output: 1000 });
    const { outcome, text } = await session.run('x = 2\nwhile True: print("é" * 10)');
    expect(outcome.failure).toMatchObject({
      kind: 'limit',
      ename: 'OutputLimitExceeded',
      evalue: 'the cell would show more than max_cell_output = 1000 bytes'.replace('1000', '1,000')
    });
    expect(new TextEncoder().encode(text).length).toBeGreaterThan(990);
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(1000);
    expect((await session.run('x')).outcome.failure?.ename).toBe('NameError');
  });

  test('of output hold for results, too', async () => {
    const session = await page({ output: 1000 });
    expect((await session.run('"a" * 2000')).outcome.failure?.ename).toBe('OutputLimitExceeded');
  });

  test('of calls of the host raise, and the cell keeps what it did', async () => {
    const session = await page({ host_calls: 2 });
    session.answer = () => ({ value: 'a' });
    const { outcome } = await session.run('x = []\nfor i in range(5): x.append(input())');
    expect(outcome.failure).toMatchObject({
      kind: 'limit',
      ename: 'HostCallLimitExceeded',
      evalue: 'the cell would call the host more often than max_host_calls = 2'
    });
    expect(outcome.failure?.frames).toHaveLength(1);
    expect(await session.shown('x')).toBe("['a', 'a']");
  });

  test('of calls of the host end a cell that goes on calling', async () => {
    const session = await page({ host_calls: 2 });
    session.answer = () => ({ value: 'a' });
    await session.run('x = 1');
    const { outcome } = await session.run('x = 2\nwhile True:\n    try: input()\n    except RuntimeError: pass');
    expect(outcome.failure).toMatchObject({
      ename: 'HostCallLimitExceeded',
      note: 'The session is as it was before this cell.'
    });
    expect(await session.shown('x')).toBe('1');
  });

  test('of sleep', async () => {
    const session = await page({ asleep: 0.05 });
    const { outcome } = await session.run('import time\ntime.sleep(0.03)\ntime.sleep(0.03)');
    expect(outcome.failure).toMatchObject({
      ename: 'SleepLimitExceeded',
      evalue: 'the cell would sleep for longer than max_seconds_asleep = 0.05 s'
    });
    const gathered = 'import asyncio\nawait asyncio.gather(asyncio.sleep(5), asyncio.sleep(9))';
    expect((await session.run(gathered)).outcome.failure?.ename).toBe('SleepLimitExceeded');
  });

  test('of what the page shows are known where it is made', async () => {
    const session = await page({}, 100);
    const { outcome } = await session.run('class A:\n    def _repr_html_(self): return "a" * 5_000_000\nA()');
    expect(String(outcome.result?.data['text/html'])).toHaveLength(101);
  });

  test('that cells tightened hold from the next cell on, and the page knows them', async () => {
    const session = await page();
    await session.run('x = list(range(100_000))');
    const engine = session.engine;
    engine.limits.cell = 'In[2]';
    engine.limits.tighten(
      new Map([
        ['memory', '64MiB'],
        ['seconds', '0.2']
      ])
    );
    expect(session.limits.tightened).toStrictEqual({ memory: 'In[2]', seconds: 'In[2]' });
    await session.run('1');
    expect((await session.run('while True: pass')).outcome.failure?.evalue).toBe(
      'the cell computed for longer than %limits seconds = 0.2 s'
    );
    expect((await session.run('y = "a" * (1 << 26)')).outcome.failure?.evalue).toBe(
      'the session would need more than %limits memory = 64 MiB'
    );
    expect(await session.shown('len(x)')).toBe('100000');
  });

  test('that the session is over already stay as they were', async () => {
    const session = await page();
    await session.run('x = list(range(1_000_000))');
    session.engine.limits.tighten(new Map([['memory', '4MiB']]));
    await session.run('1');
    const { outputs } = await session.run('len(x)');
    expect(outputs).toStrictEqual([
      {
        type: 'stream',
        name: 'stderr',
        text: 'The session already takes more memory than the 4 MiB of %limits: the limit stays at 1 GiB.\n'
      }
    ]);
    expect(session.limits.now.memory).toBe(2 ** 30);
  });
});
