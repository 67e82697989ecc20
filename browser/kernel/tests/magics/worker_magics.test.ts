import { describe, expect, it } from 'vitest';
import { Magics } from '../../src/magics/magics';
import { runAction, runHostMagic } from '../../src/magics/worker_magics';
import type { LimitsOfSession, ShownLimit } from '../../src/magics/limits_table';
import type { MountSpec } from '../../src/worker/messages';
import type { WorkerContext } from '../../src/magics/worker_magics';

class Bad extends Error {}

class FakeLimits implements LimitsOfSession {
  readonly Bad = Bad;
  readonly said: string[] = [];

  shown(): ShownLimit[] {
    const shown = { means: 'of the session', granted: '1 GiB', tightenedBy: 'In[2]', isDefault: true };
    return [{ name: 'memory', now: '64 MiB', option: 'max_memory', unit: 'BYTES', ...shown }];
  }

  tighten(words: ReadonlyMap<string, string>): void {
    if (words.get('memory') === 'lots') throw new Bad('memory=lots is not a limit');
    this.said.push(...words.values());
  }

  tell(text: string): void {
    this.said.push(text);
  }

  tightenCell(words: ReadonlyMap<string, string>): void {
    this.said.push(`cell ${[...words.values()].join()}`);
  }
}

class FakeContext implements WorkerContext {
  readonly printed: string[] = [];
  readonly paged: string[] = [];
  readonly limits = new FakeLimits();
  readonly lastFailure = 'ZeroDivisionError';

  print(text: string): void {
    this.printed.push(text);
  }

  page(name: string, args: string): Promise<unknown> {
    this.paged.push(`${name} ${args}`);
    return Promise.resolve(null);
  }

  mount(spec: MountSpec): void {
    this.paged.push(`mounted ${spec.place}`);
  }

  unmount(place: string): void {
    this.paged.push(`unmounted ${place}`);
  }

  rewrites(number: number | null): ReturnType<WorkerContext['rewrites']> {
    if (number === 9) return null;
    const change = { first: 2, typed: ['del x'], became: ['__mk_del("x")'] };
    return { label: 'In[1]', changes: number === 3 ? [] : [change] };
  }
}

async function printed(name: string, args = ''): Promise<string> {
  const context = new FakeContext();
  await runHostMagic(new Magics(), name, args, context);
  return context.printed.join('\n');
}

describe('in the worker', () => {
  it('%lsmagic lists all magics by what they are for', async () => {
    const text = await printed('lsmagic');
    expect(text).toMatch(/^Time travel: nothing is lost\n {2}%undo +Go back to before/);
    expect(text).toMatch(/%name\? shows what a magic does\.$/);
  });

  it('%limits shows them, tightens them, and says what is none', async () => {
    expect(await printed('limits')).toContain('memory  of the session  64 MiB  1 GiB    %limits in In[2]  max_memory');
    expect(await printed('limits', 'memory=64MiB')).toMatch(/^From the next cell on: memory 64 MiB\./);
    expect(await printed('limits', '--cell output=1')).toBe('');
    await expect(printed('limits', 'memory=lots')).rejects.toThrow('%limits: memory=lots is not a limit.');
    await expect(printed('limits', 'memory')).rejects.toThrow("%limits: 'memory' is not of the form NAME=VALUE.");
    await expect(printed('limits', 'a=1 a=2')).rejects.toThrow('%limits: a is named twice.');
  });

  it('%rewrites shows what lines became', async () => {
    expect(await printed('rewrites')).toBe('In[1], line 2:\n    del x\nbecame\n    __mk_del("x")\n');
    expect(await printed('rewrites', '3')).toBe('Monty was given In[1] as it was typed.');
    await expect(printed('rewrites', '9')).rejects.toThrow('%rewrites: this session has no cell In[9].');
  });

  it('a magic that makes no sense in a page says so in one line', async () => {
    for (const name of ['typecheck', 'tools', 'audit', 'colors']) {
      expect(await printed(name, '')).toMatch(/^\S[^\n]+\.$/);
    }
  });

  it('a wrong magic fails when the cell reaches it', async () => {
    const magics = new Magics();
    const context = new FakeContext();
    await expect(runHostMagic(magics, '!usage', 'why', context)).rejects.toMatchObject({ name: 'UsageError' });
    await expect(runHostMagic(magics, '!syntax', 'why', context)).rejects.toMatchObject({ name: 'SyntaxError' });
    await expect(runHostMagic(magics, 'undo', '', context)).rejects.toThrow('%undo has nothing to run on the host');
    await expect(runHostMagic(magics, '!line', 'undo\n', context)).rejects.toThrow(
      '%undo cannot be called from within a cell: write %undo on a line of its own.'
    );
    expect(await runHostMagic(magics, '!last', '', context)).toBe('ZeroDivisionError');
    expect(await runHostMagic(magics, '!cell', 'html\n\n<b>x</b>', context)).toContain("'<b>x</b>'");
  });

  it('what travels is left to the page', async () => {
    const context = new FakeContext();
    await runAction(new Magics(), 'undo', '2', context);
    await runHostMagic(new Magics(), '!line', 'snapshots\n-a', context);
    await runHostMagic(new Magics(), 'history', '-n', context);
    expect(context.paged).toEqual(['undo 2', 'snapshots -a', 'history -n']);
  });
});
