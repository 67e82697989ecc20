/** What makes outputs harmless may fail: then the person is told in the output's place, and the cell goes on. */

import { expect, it, vi } from 'vitest';
import { Client } from '../jupyterlite/client';
import { Sanitizer } from '../../src/outputs/sanitizer';
import { PrintedText } from '../../src/outputs/terminal';
import { hasWasm } from '../worker/page';
import type { Output } from '../../src/worker/messages';

vi.mock('../../src/outputs/markup_sanitizer', () => ({
  *sanitizedMarkup(_: string, text: string) {
    if (text.includes('later')) {
      for (const end = performance.now() + 50; performance.now() < end;) yield;
    }
    throw new RangeError('too much \u001b[31m');
  }
}));

const LINE = 'This output could not be shown: RangeError: too much ?[31m.';

it('an output is replaced by one line, at once or later, and those behind it are shown', async () => {
  const sanitizer = new Sanitizer();
  const shown: Output[] = [];
  const show = (output: Output): void => void shown.push(output);
  const html = (text: string, update = false): Output => {
    return { type: 'display', data: { 'text/html': text, 'text/plain': 'x' }, metadata: {}, displayId: 'a', update };
  };
  sanitizer.emit(html('<b>first, which loads</b>'), show);
  sanitizer.emit({ type: 'stream', name: 'stdout', text: 'between\n' }, show);
  await sanitizer.finish(show);
  sanitizer.emit(html('<b>at once</b>', true), show);
  sanitizer.emit(html('<b>later</b>'), show);
  sanitizer.emit({ type: 'stream', name: 'stdout', text: 'after\n' }, show);
  await sanitizer.finish(show);
  const line = { type: 'display', data: { 'text/plain': LINE }, metadata: {}, displayId: 'a', update: false };
  expect(shown).toEqual([
    line,
    { type: 'stream', name: 'stdout', text: 'between\n' },
    { ...line, update: true },
    line,
    { type: 'stream', name: 'stdout', text: 'after\n' }
  ]);
  expect(await sanitizer.result({ data: { 'text/html': '<b>later</b>' }, metadata: {} }, show)).toEqual({
    data: { 'text/plain': LINE },
    metadata: {}
  });
  expect(await sanitizer.page({ 'text/html': '<b>x</b>' })).toEqual({ 'text/plain': LINE });
});

it('so is a print', () => {
  const feed = vi.spyOn(PrintedText.prototype, 'feed').mockImplementationOnce(() => {
    throw new Error('broken');
  });
  const sanitizer = new Sanitizer();
  const shown: Output[] = [];
  for (const text of ['lost\n', 'kept\n']) {
    sanitizer.emit({ type: 'stream', name: 'stdout', text }, output => void shown.push(output));
  }
  feed.mockRestore();
  expect(shown).toEqual([
    { type: 'stream', name: 'stderr', text: 'This output could not be shown: Error: broken.\n' },
    { type: 'stream', name: 'stdout', text: 'kept\n' }
  ]);
});

it.skipIf(!hasWasm)('its cell goes on', { timeout: 60_000 }, async () => {
  const client = new Client();
  const ran = await client.run(
    'from IPython.display import HTML\ndisplay(HTML("<b>x</b>")); print("on")\nHTML("<b>y</b>")'
  );
  expect([ran.error, ran.stdout, ran.result]).toEqual([null, 'on\n', LINE]);
  expect(ran.published.find(each => each.header.msg_type === 'display_data')?.content['data']).toEqual({
    'text/plain': LINE
  });
  expect((await client.run('1 + 1')).result).toBe('2');
  client.close();
});
