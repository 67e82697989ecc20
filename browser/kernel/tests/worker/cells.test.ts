import { describe, expect, test } from 'vitest';
import { hasWasm, Page } from './page';
import type { Limits } from '../../src/worker/messages';

async function page(limits: Partial<Limits> = {}): Promise<Page> {
  const made = new Page(limits);
  expect(await made.start()).toMatchObject({ type: 'started' });
  return made;
}

describe.runIf(hasWasm)('a cell', () => {
  test('shows the value of its last expression', async () => {
    const session = await page();
    expect(await session.shown('1 + 1')).toBe('2');
    expect(await session.shown('_ + 1')).toBe('3');
    expect(await session.shown('{"a": [1, 2.5, None]}')).toBe("{'a': [1, 2.5, None]}");
    expect(await session.shown('Out[1], In[2]')).toBe("(2, '_ + 1')");
    expect((await session.run('1;')).outcome.result).toBeNull();
  });

  test('prints as it goes, on both streams in order', async () => {
    const session = await page();
    const { outputs } = await session.run('import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)');
    expect(outputs).toStrictEqual([
      { type: 'stream', name: 'stdout', text: '1\n' },
      { type: 'stream', name: 'stderr', text: '2\n' },
      { type: 'stream', name: 'stdout', text: '3\n' }
    ]);
  });

  test('says where it failed', async () => {
    const session = await page();
    await session.run('def f(x):\n    return 1 / x');
    const { outcome } = await session.run('a = 1\nf(0)');
    expect(outcome.failure).toMatchObject({ kind: 'raised', ename: 'ZeroDivisionError', evalue: 'division by zero' });
    expect(outcome.failure?.frames).toMatchObject([
      { cell: { label: 'In[2]' }, line: 2, column: 1, endLine: 2, endColumn: 5, function: '<module>' },
      { cell: { label: 'In[1]' }, line: 2, column: 12, endLine: 2, endColumn: 17, function: 'f' }
    ]);
    expect(await session.shown('a')).toBe('1');
  });

  test('that Monty cannot parse does not run', async () => {
    const session = await page();
    const { outcome, outputs } = await session.run('print(1)\nif');
    expect(outcome.failure).toMatchObject({ kind: 'syntax', ename: 'SyntaxError' });
    expect(outputs).toStrictEqual([]);
  });

  test('that a person raises SyntaxError in has run', async () => {
    const session = await page();
    const { outcome } = await session.run('x = 1\nraise SyntaxError("mine")');
    expect(outcome.failure).toMatchObject({ kind: 'raised', ename: 'SyntaxError', evalue: 'mine' });
  });

  test('asks for a line, and for a password', async () => {
    const session = await page();
    session.answer = question => ({
      value: question.kind === 'input' ? `${question.prompt}${String(question.password)}` : ''
    });
    expect(await session.shown('from getpass import getpass\ninput("name? "), getpass(), input(1.5)')).toBe(
      "('name? false', 'Password: true', '1.5false')"
    );
  });

  test('fails where nobody can be asked', async () => {
    const session = await page();
    session.answer = () => ({ exception: 'StdinNotImplementedError', message: 'no input here' });
    const { outcome } = await session.run('input()');
    expect(outcome.failure).toMatchObject({ ename: 'StdinNotImplementedError', evalue: 'no input here' });
  });

  test('may only give input() what it takes', async () => {
    const session = await page();
    expect((await session.run('input(1, 2)')).outcome.failure).toMatchObject({
      ename: 'TypeError',
      evalue: 'input expected at most 1 argument, got 2'
    });
  });

  test('displays, updates and clears', async () => {
    const session = await page();
    const { outputs, outcome } = await session.run(
      'from IPython.display import display, clear_output, HTML\n' +
        'handle = display(HTML("<b>1</b>"), display_id="one")\nhandle.update(HTML("<b>2</b>"))\n' +
        'clear_output(wait=True)\nclear_output()\ndisplay({"x": 1}, metadata={"k": 1})'
    );
    expect(outcome.failure).toBeNull();
    expect(outputs).toMatchObject([
      { type: 'display', data: { 'text/html': '<b>1</b>' }, displayId: 'one', update: false },
      { type: 'display', data: { 'text/html': '<b>2</b>' }, displayId: 'one', update: true },
      { type: 'clear', wait: true },
      { type: 'clear', wait: false },
      { type: 'display', data: { 'text/plain': "{'x': 1}" }, metadata: { k: 1 }, displayId: null }
    ]);
  });

  test('counts source that nests too deeply', async () => {
    const session = await page();
    const nested = Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}if 1:\n`).join('') + ' '.repeat(900);
    const cellOf = async (code: string): Promise<unknown> =>
      (await session.run(code)).outcome.failure?.frames[0]?.cell?.label;
    expect(await cellOf(`${nested}x = 1`)).toBe('In[1]');
    expect(await cellOf(`${'('.repeat(201)}1${')'.repeat(201)}`)).toBe('In[2]');
    expect(await cellOf('1/0')).toBe('In[3]');
  });

  test('sleeps, also in several tasks at a time', async () => {
    const session = await page();
    const start = performance.now();
    const code =
      'import asyncio, time\nasync def nap(n):\n    await asyncio.sleep(n / 10)\n    return n\n' +
      'time.sleep(0.05)\nawait asyncio.gather(nap(3), nap(2), nap(1))';
    expect(await session.shown(code)).toBe('[3, 2, 1]');
    const taken = performance.now() - start;
    expect(taken).toBeGreaterThan(345);
    expect(taken).toBeLessThan(600);
  });

  test('gets random numbers, and no environment but a home', async () => {
    const session = await page();
    const code =
      'import os, random\nlen(os.urandom(70_000)), os.path.expanduser("~"), 0 <= random.random() < 1, os.getenv("PATH")';
    expect(await session.shown(code)).toBe("(70000, '/work', True, None)");
  });

  test('reaches the page by magics', async () => {
    const session = await page();
    session.answer = question =>
      question.kind === 'magic'
        ? { value: [question.name, 1, null], outputs: [{ type: 'stream', name: 'stdout', text: question.args }] }
        : { value: null };
    const { text, outcome } = await session.run('x = %history 3\nx');
    expect(text).toBe('3');
    expect(outcome.result?.data['text/plain']).toBe("['history', 1, None]");
    session.answer = () => ({ exception: 'UsageError', message: 'not so' });
    expect((await session.run('%history')).outcome.failure).toMatchObject({ ename: 'UsageError', frames: [] });
  });

  test('leaves with exit() where the page says so', async () => {
    const session = await page();
    session.answer = question => ({ value: question.kind === 'exit' });
    const left = await session.run('print(1)\nexit()\nprint(2)');
    expect(left.outcome.failure).toBeNull();
    expect(left.text).toBe('1\n');
    session.answer = () => ({ value: false });
    expect((await session.run('quit()')).outcome.failure?.ename).toBe('SystemExit');
  });

  test('gives user expressions, or why they failed', async () => {
    const session = await page();
    const { outcome } = await session.run('x = 5', { expressions: { a: 'x + 1', b: 'nix', c: 'x =', d: 'None' } });
    expect(outcome.expressions).toMatchObject({
      a: { data: { 'text/plain': '6' } },
      b: { ename: 'NameError' },
      c: { ename: 'SyntaxError' },
      d: { data: { 'text/plain': 'None' } }
    });
  });

  test('outside of the history leaves no record', async () => {
    const session = await page();
    await session.run('x = 1', { remember: false });
    expect(await session.shown('x, In')).toBe("(1, ['', 'x, In'])");
  });

  test('finds its source in In though it did not parse', async () => {
    const session = await page();
    await session.run('if');
    expect(await session.shown('In')).toBe("['', 'if', 'In']");
  });

  test('streams 100,000 lines while it prints them', async () => {
    const session = await page();
    let early = 0;
    session.heard = message => {
      if (message.type === 'output') early += 1;
    };
    const { text, outcome } = await session.run('for i in range(100_000): print(i)');
    expect(outcome.failure).toBeNull();
    expect(text.split('\n')).toHaveLength(100_001);
    expect(early).toBeGreaterThan(5);
  });

  test('says so where a name is not defined, whoever calls it', async () => {
    const session = await page();
    expect((await session.run('nix(1)')).outcome.failure).toMatchObject({
      ename: 'NameError',
      evalue: "name 'nix' is not defined"
    });
    expect((await session.run('import nix')).outcome.failure).toMatchObject({
      ename: 'ModuleNotFoundError',
      evalue: "No module named 'nix'"
    });
  });

  test('refuses text that is no source', async () => {
    const session = await page();
    expect((await session.run('"\\ud800"'.replace('\\ud800', '\ud800'))).outcome.failure).toMatchObject({
      kind: 'syntax'
    });
  });
});
