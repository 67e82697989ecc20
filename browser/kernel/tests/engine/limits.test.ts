import { describe, expect, test } from 'vitest';
import { withLimits } from '../../src/engine/dumped_limits';
import { BadLimit, DEFAULT_LIMITS, KINDS, SessionLimits } from '../../src/engine/limits';

describe('a limit', () => {
  test.each([
    ['memory', '64MiB', 2 ** 26, '64 MiB'],
    ['memory', '500M', 500_000_000, '500,000,000 bytes'],
    ['memory', '2Gi', 2 ** 31, '2 GiB'],
    ['memory', '0', 0, '0 bytes'],
    ['seconds', '1.5', 1.5, '1.5 s'],
    ['seconds', '2', 2, '2 s'],
    ['seconds', '1e6', 1e6, '1e+06 s'],
    ['recursion', '1000', 1000, '1,000']
  ])('%s reads %s', (name, word, value, shown) => {
    const kind = KINDS.get(name);
    expect(kind?.read(word)).toBe(value);
    expect(kind?.show(value)).toBe(shown);
  });

  test.each([
    ['memory', '64XB'],
    ['memory', '-1'],
    ['memory', '1.5M'],
    ['seconds', 'nan'],
    ['seconds', '-1'],
    ['seconds', 'inf'],
    ['recursion', '1.5'],
    ['recursion', '9'.repeat(50)]
  ])('%s refuses %s', (name, word) => {
    expect(() => KINDS.get(name)?.read(word)).toThrow(BadLimit);
  });
});

describe('the limits of a session', () => {
  const words = (text: string): Map<string, string> => new Map([text.split('=') as [string, string]]);

  test('can only be tightened', () => {
    const limits = SessionLimits.of({ ...DEFAULT_LIMITS, seconds: 10 });
    limits.cell = 'In[3]';
    limits.tighten(words('seconds=5'));
    expect(limits.inWords('seconds')).toBe('%limits seconds = 5 s');
    expect(limits.inWords('memory')).toBe('max_memory = 1 GiB');
    expect(() => {
      limits.tighten(words('seconds=7'));
    }).toThrow('seconds was tightened to 5 s by In[3]; to lift that, restart the kernel');
    expect(() => {
      limits.tighten(words('seconds=70'));
    }).toThrow('seconds is limited to 10 s where the site was made');
    expect(() => {
      limits.tighten(words('seconds=0.01'));
    }).toThrow('seconds cannot be less than 0.1 s, or no cell could run');
    expect(() => {
      limits.tighten(words('nix=1'));
    }).toThrow("there is no limit 'nix'; the limits are memory, seconds, recursion, output, host_calls, asleep");
  });

  test('are set all or none', () => {
    const limits = SessionLimits.of(DEFAULT_LIMITS);
    expect(() => {
      limits.tighten(
        new Map([
          ['memory', '64MiB'],
          ['seconds', 'x']
        ])
      );
    }).toThrow('seconds=x is not a limit: write a number of seconds');
    expect(limits.now).toStrictEqual(DEFAULT_LIMITS);
  });

  test('go on in another worker', () => {
    const limits = SessionLimits.of(DEFAULT_LIMITS);
    limits.cell = 'In[1]';
    limits.tighten(words('output=1MiB'));
    const later = new SessionLimits(structuredClone(limits.held));
    expect(later.now.output).toBe(2 ** 20);
    expect(later.inWords('output')).toBe('%limits output = 1 MiB');
  });

  test('for one cell are those that the host counts', () => {
    const limits = SessionLimits.of(DEFAULT_LIMITS);
    expect(limits.ofCell(words('asleep=1'))).toStrictEqual(new Map([['asleep', 1]]));
    expect(() => limits.ofCell(words('memory=64MiB'))).toThrow(
      'memory cannot hold for one cell; %limits memory=64MiB holds from the next cell on'
    );
  });
});

describe('the limits in a dump', () => {
  const limits = { ...DEFAULT_LIMITS, seconds: 2.5, recursion: 300 };
  const text = (value: string): number[] => [0x60 + value.length, ...new TextEncoder().encode(value)];
  const dump = (memory: number[], behind = text('total_execution_time')): Uint8Array<ArrayBuffer> =>
    Uint8Array.from([
      1,
      2,
      3,
      ...text('tracker'),
      0xa4,
      ...text('limits'),
      0xa7,
      ...text('max_feed_duration'),
      0xf6,
      ...text('max_turn_duration'),
      0xa2,
      ...text('secs'),
      5,
      ...text('nanos'),
      0x1a,
      0,
      0,
      1,
      0,
      ...text('max_memory'),
      ...memory,
      ...text('gc_interval'),
      0xf6,
      ...text('max_recursion_depth'),
      0x19,
      3,
      232,
      ...text('max_suspensions'),
      0x1b,
      64,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...text('max_total_sleep'),
      0xf6,
      ...behind,
      0xa2,
      9,
      9
    ]);

  test('are replaced, and nothing else', () => {
    const made = withLimits(dump([0x1a, 64, 0, 0, 0]), limits);
    const hex = Buffer.from(made ?? []).toString('latin1');
    expect(hex).toContain('\xa2dsecs\x02fnanos'.replace('fnanos', 'enanos') + '\x1a\x1d\xcd\x65\x00');
    expect(hex).toContain('jmax_memory\x1a\x40\x00\x00\x00');
    expect(hex).toContain('smax_recursion_depth\x19\x01\x2c');
    expect(hex).toContain('omax_suspensions\x1a\xff\xff\xff\xff');
    expect(hex).toMatch(/^\x01\x02\x03gtracker/);
    expect(hex.endsWith('ttotal_execution_time\xa2\t\t')).toBe(true);
    expect(withLimits(made ?? new Uint8Array(), limits)).toBe(made);
  });

  test('stay where they are not as expected', () => {
    expect(withLimits(dump([0x1a, 64, 0, 0, 0], text('another')), limits)).toBeNull();
    expect(withLimits(dump([0x61, 0x61]), limits)).toBeNull();
    expect(withLimits(new Uint8Array(), limits)).toBeNull();
    expect(withLimits(dump([0xf6]).slice(0, -30), limits)).toBeNull();
  });
});
