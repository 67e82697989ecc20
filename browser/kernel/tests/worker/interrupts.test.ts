import { describe, expect, test } from 'vitest';
import { hasWasm, Page } from './page';

async function page(): Promise<Page> {
  const made = new Page();
  await made.start();
  return made;
}

/** Interrupt as soon as the cell has printed this. */
function interruptAfter(session: Page, text: string): void {
  session.heard = message => {
    const said = message.type === 'output' && message.output.type === 'stream' && message.output.text.includes(text);
    if (said) setTimeout(session.interrupt.bind(session), 0);
  };
}

function heard(session: Page): number {
  return session.messages.filter(message => message.type === 'heard').length;
}

describe.runIf(hasWasm)('an interrupt', () => {
  test.each([
    ['time.sleep', 'import time\nprint("go")\ntime.sleep(60)'],
    ['asyncio.sleep', 'import asyncio\nprint("go")\nawait asyncio.sleep(60)'],
    ['gathered sleeps', 'import asyncio\nprint("go")\nawait asyncio.gather(asyncio.sleep(60), asyncio.sleep(50))'],
    ['a loop of short sleeps', 'import time\nprint("go")\nwhile True: time.sleep(0.0001)'],
    ['a loop of sleeps that take no time', 'import time\nprint("go")\nwhile True: time.sleep(0)'],
    ['a loop of displays', 'print("go")\nwhile True: display(1)']
  ])('stops %s', async (_, code) => {
    const session = await page();
    interruptAfter(session, 'go');
    const { outcome } = await session.run(code);
    expect(outcome.failure).toMatchObject({ kind: 'raised', ename: 'KeyboardInterrupt' });
    expect(heard(session)).toBe(1);
    expect(await session.shown('1')).toBe('1');
  });

  test.each([
    ['input()', 'x = 1\ninput()'],
    ['a magic', 'x = 1\n%history']
  ])('stops %s, and what the cell did stays', async (_, code) => {
    const session = await page();
    session.answer = () => {
      session.interrupt();
      return new Promise(() => undefined);
    };
    const { outcome } = await session.run(code);
    expect(outcome.failure).toMatchObject({ ename: 'KeyboardInterrupt' });
    session.answer = () => ({ value: 'late' });
    expect(await session.shown('x')).toBe('1');
  });

  test('may be caught', async () => {
    const session = await page();
    interruptAfter(session, 'go');
    const code =
      'import time\ntry:\n    print("go")\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print("caught")';
    const { outcome, text } = await session.run(code);
    expect(outcome.failure).toBeNull();
    expect(text).toBe('go\ncaught\n');
  });

  test('that is the third in a row ends a cell that catches all', async () => {
    const session = await page();
    interruptAfter(session, 'go');
    const loop =
      'import time\nwhile True:\n    try:\n        print("go")\n        time.sleep(60)\n    except KeyboardInterrupt: pass';
    await expect(session.run(loop)).rejects.toThrow('insisted');
    expect(session.messages.at(-1)).toMatchObject({ type: 'lost', why: 'insisted' });
    expect(heard(session)).toBe(2);
  });

  test('between two cells does nothing', async () => {
    const session = await page();
    session.interrupt();
    expect(await session.shown('1')).toBe('1');
    expect(heard(session)).toBe(0);
  });

  test('stops an action that waits for the page', async () => {
    const session = new Page({}, ['undo']);
    await session.start();
    session.answer = () => {
      session.interrupt();
      return new Promise(() => undefined);
    };
    const { outcome } = await session.run('%undo');
    expect(outcome.failure).toMatchObject({ ename: 'KeyboardInterrupt' });
    expect(await session.shown('2')).toBe('2');
  });
});
