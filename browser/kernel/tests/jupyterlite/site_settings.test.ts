import { describe, expect, test } from 'vitest';

import { DEFAULT_LIMITS } from '../../src/engine/limits';
import { BadSettings, grantedLimits, PLUGIN } from '../../src/jupyterlite/site_settings';
import { Client } from './client';

function settings(own: unknown): string {
  return JSON.stringify({ 'another:plugin': 1, [PLUGIN]: own });
}

describe('the settings of a site', () => {
  test.each(['', '{}', '{"another:plugin": {"max_memory": 1}}', settings({})])('may be none: %s', text => {
    expect(grantedLimits(text)).toEqual(DEFAULT_LIMITS);
  });

  test('are numbers, texts with units, or null', () => {
    const own = { max_memory: '256MiB', max_cell_seconds: 2.5, max_cell_output: 1000, max_host_calls: null };
    expect(grantedLimits(settings(own))).toEqual({ ...DEFAULT_LIMITS, memory: 2 ** 28, seconds: 2.5, output: 1000 });
    expect(grantedLimits(settings({ max_memory: null })).memory).toBe(2 ** 30);
  });

  test.each([
    [settings({ max_memory: '2GiB' }), 'set max_memory above 1 GiB'],
    [settings({ max_memory: 1000 }), 'set max_memory below 4 MiB'],
    [settings({ max_memory: -1 }), 'write 500M, 64MiB or a number of bytes'],
    [settings({ max_memory: [1] }), 'set max_memory to [1]'],
    [settings({ max_cell_seconds: 'soon' }), 'write a number of seconds, or null for no limit'],
    [settings({ memory: 1 }), "have no setting 'memory': the settings are max_memory, max_cell_seconds"],
    [settings([1]), 'are something else than names and values'],
    ['[]', 'are something else than names and values'],
    ['{', 'are no JSON']
  ])('are refused where they cannot hold: %s', (text, message) => {
    expect(() => grantedLimits(text)).toThrow(BadSettings);
    expect(() => grantedLimits(text)).toThrow(message);
  });

  test('hold, and are named', async () => {
    const client = new Client({ limits: grantedLimits(settings({ max_cell_output: 10, max_memory: '64MiB' })) });
    const ran = await client.run('print("x" * 100)');
    expect(ran.error).toContain('max_cell_output = 10 bytes');
    expect((await client.run('x = [0] * 10_000_000')).error).toContain('max_memory = 64 MiB');
    expect((await client.run('%limits memory=128MiB')).error).toContain('limited to 64 MiB where the site was made');
    expect((await client.run('%limits')).stdout).toMatch(/memory +of the session +64 MiB +64 MiB +who made the site/);
    client.kernel.dispose();
  });
});
