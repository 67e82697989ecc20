import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { details, summaryOf } from '../src/grants_in_words';
import type { Grants } from '../src/protocol';

const trans = nullTranslator.load('');
const NOTHING: Grants = {
  tools: [],
  more_tools: 0,
  mounts: [],
  limits: [{ name: 'memory', means: 'of the session', now: '64 MiB', granted: '1 GiB' }]
};
const tool = (name: string, permission: 'allow' | 'ask' | 'deny') => ({
  name: `tools.${name}`,
  signature: `${name}()`,
  about: '<b>About</b>',
  permission
});

describe('what a notebook may reach', () => {
  it('is said in a few words', () => {
    expect(summaryOf(NOTHING, trans)).toBe('Sandboxed');
    const tools = [tool('pay', 'ask'), tool('list', 'allow'), tool('never', 'deny')];
    expect(summaryOf({ ...NOTHING, tools }, trans)).toBe('2 tools');
    const mounts = [{ place: '/data', host: '/home/me/data', mode: 'ro' as const }];
    expect(summaryOf({ ...NOTHING, tools, mounts }, trans)).toBe('2 tools · 1 folder');
    expect(summaryOf({ ...NOTHING, more_tools: 500 }, trans)).toBe('500 tools');
  });

  it('is listed as text', () => {
    const mounts = [{ place: '/d\u202e', host: '/home/<i>me</i>', mode: 'overlay' as const }];
    const shown = details({ ...NOTHING, tools: [tool('pay', 'ask')], mounts }, trans);
    expect(shown.querySelector('b, i')).toBeNull();
    const rows = [...shown.querySelectorAll('tr')].map(row => [...row.cells].map(cell => cell.textContent));
    expect(rows).toEqual([
      ['tools.pay()', 'asks you first', '<b>About</b>'],
      ['/home/<i>me</i>', 'can be read; changes stay in memory', 'as /d\\u202e'],
      ['memory', '64 MiB (granted: 1 GiB)', 'of the session']
    ]);
  });
});
