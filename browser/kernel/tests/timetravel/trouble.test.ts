import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Browser } from '../store/tabs';
import { hasWasm, module } from '../worker/page';
import type { StoredState } from '../../src/store/schema';
import type { Tab } from '../store/tabs';

let browser: Browser;

beforeAll(async () => {
  if (hasWasm) await module();
}, 60_000);

beforeEach(() => {
  browser = new Browser();
});

afterEach(async () => {
  vi.restoreAllMocks();
  globalThis.indexedDB = new IDBFactory();
  await browser.close();
});

/** A session of one cell, `x = 1`, that a page has left. */
async function left(spoil: (tab: Tab) => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  const tab = browser.tab();
  await tab.kernel().run('x = 1');
  await tab.stored(2);
  await spoil(tab);
  await tab.leave();
}

describe.skipIf(!hasWasm)('a browser that keeps nothing', { timeout: 60_000 }, () => {
  it.each<[string, () => void, RegExp]>([
    [
      'has no IndexedDB',
      () => {
        // @ts-expect-error as in a browser that has none
        globalThis.indexedDB = undefined;
      },
      /Sessions are not kept here: this browser keeps nothing for this page, as in some private windows\./
    ],
    [
      'forbids it',
      () => {
        vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
          throw new DOMException('denied', 'SecurityError');
        });
      },
      /Sessions are not kept here: the browser's settings forbid it for this page\./
    ],
    [
      'has a newer version there',
      () => {
        vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
          throw new DOMException('', 'VersionError');
        });
      },
      /Sessions are not kept here: a newer version of the kernel has its sessions there\./
    ]
  ])('since it %s, runs cells and goes back; it says so when it is asked', async (_, forbid, line) => {
    forbid();
    const kernel = browser.tab().kernel();
    const ran = [await kernel.run('x = 1'), await kernel.run('x = 2'), await kernel.run('%undo')];
    expect(ran.map(each => each.stderr + (each.error ?? ''))).toEqual(['', '', '']);
    expect((await kernel.run('x')).result).toBe('1');
    for (const asked of ['%resume', '%sessions']) {
      const { error } = await kernel.run(asked);
      expect(error).toMatch(line);
      expect(error).not.toContain('\n');
    }
    expect((await kernel.run('never')).error).toBe("NameError: name 'never' is not defined");
  });
});

describe.skipIf(!hasWasm)('a full quota', { timeout: 60_000 }, () => {
  let bytes: number;
  let room: number;

  beforeEach(() => {
    [bytes, room] = [0, Infinity];
    const put = Reflect.get(IDBObjectStore.prototype, 'put') as (this: unknown, ...given: unknown[]) => never;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value: unknown, key) {
      if (value instanceof Uint8Array) {
        if (bytes + value.length > room) throw new DOMException('full', 'QuotaExceededError');
        bytes += value.length;
      }
      return put.call(this, value, key);
    });
    const remove = Reflect.get(IDBObjectStore.prototype, 'delete') as typeof put;
    vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (this: IDBObjectStore, key: unknown) {
      if (this.name === 'dumps') bytes = 0;
      return remove.call(this, key);
    });
  });

  it('costs old sessions first, and nobody hears of it', async () => {
    await left();
    room = bytes + 1_000;
    const tab = browser.tab();
    const kernel = tab.kernel();
    await kernel.run('y = 1');
    await tab.stored(2);
    expect((await kernel.run('%sessions')).stdout).toBe('There is no earlier session of this notebook.\n');
    expect((await kernel.run('y')).stderr).toBe('');
  });

  it('then costs one line; cells and %undo go on, and what fits later is stored', async () => {
    const tab = browser.tab();
    const kernel = tab.kernel();
    await kernel.run('x = 1');
    await kernel.run('%snapshot a');
    await tab.stored(2);
    room = 0;
    expect((await kernel.run('x = 2')).stderr).toBe('');
    await vi.waitFor(async () => {
      expect((await kernel.run('pass')).stderr).toBe(
        'The last states are in memory only, and lost when this page is left: the browser gives this site no more room.\n'
      );
    });
    expect((await kernel.run('x = 3')).stderr).toBe('');
    await kernel.run('%undo');
    expect((await kernel.run('x')).result).toBe('2');
    room = Infinity;
    await kernel.run('x = 4');
    await vi.waitFor(async () => {
      const states = await tab.read(connection => connection.getAll('states'));
      expect(states.filter(each => each.dumped && each.source.startsWith('x = ')).length).toBeGreaterThanOrEqual(3);
    });
    await tab.leave();
    const after = browser.tab().kernel();
    await after.run('%resume');
    expect((await after.run('x')).result).toBe('4');
  });
});

describe.skipIf(!hasWasm)('the database', { timeout: 60_000 }, () => {
  it('that another version of the kernel wants is given up, and opened again', async () => {
    const tab = browser.tab();
    const kernel = tab.kernel();
    await kernel.run('x = 1');
    await tab.stored(2);
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open(tab.database.name, 2);
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
      request.onblocked = () => {
        reject(new Error('the connection was not given up'));
      };
    });
    await kernel.run('x = 2');
    expect((await kernel.run('%resume')).error).toMatch(/a newer version of the kernel has its sessions there/);
    await kernel.run('%undo');
    expect((await kernel.run('x')).result).toBe('1');
  });

  it('that the browser closes is opened again', async () => {
    const tab = browser.tab();
    const kernel = tab.kernel();
    await kernel.run('x = 1');
    await tab.stored(2);
    await tab.read(connection => {
      connection.close();
      return Promise.resolve();
    });
    await kernel.run('x = 2');
    await tab.stored(3);
    expect((await kernel.run('x')).stderr).toBe('');
  });
});

describe.skipIf(!hasWasm)('what is stored and was spoiled', { timeout: 60_000 }, () => {
  const change = (make: (row: StoredState) => unknown) => (tab: Tab) =>
    tab.read(async connection => {
      for (const row of await connection.getAll('states')) {
        if (row.number === 1) await connection.put('states', make(row) as StoredState);
      }
    });
  const dump = (make: (bytes: Uint8Array<ArrayBuffer>) => unknown) => (tab: Tab) =>
    tab.read(async connection => {
      const [, key] = await connection.getAllKeys('dumps');
      const bytes = key === undefined ? undefined : await connection.get('dumps', key);
      if (key !== undefined && bytes !== undefined) await connection.put('dumps', make(bytes) as typeof bytes, key);
    });
  const bomb = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const zeros = new Blob(Array.from({ length: 64 }, () => new Uint8Array(1 << 22)));
    const small = zeros.stream().pipeThrough(new CompressionStream('deflate-raw'));
    return new Uint8Array(await new Response(small).arrayBuffer());
  };

  it.each<[string, (tab: Tab) => Promise<unknown>]>([
    ['a flipped byte', dump(bytes => bytes.map((byte, index) => (index === 50 ? byte ^ 1 : byte)))],
    ['half of a dump', dump(bytes => bytes.slice(0, bytes.length / 2))],
    ['nothing of a dump', dump(() => new Uint8Array())],
    ['no dump at all', dump(() => 'text')],
    ['a bomb', tab => bomb().then(bytes => dump(() => bytes)(tab))],
    [
      'a bomb that says its size',
      async tab => {
        await dump(() => new Uint8Array())(tab);
        const bytes = await bomb();
        await dump(() => bytes)(tab);
        await change(row => ({ ...row, size: 1 << 28 }))(tab);
      }
    ],
    ['a size of petabytes', change(row => ({ ...row, size: 2 ** 50 }))],
    ['a size below zero', change(row => ({ ...row, size: -1 }))],
    ['steps that are none', change(row => ({ ...row, steps: ['{"first":'] }))],
    ['steps of numbers', change(row => ({ ...row, steps: [1] }))],
    ['more steps than there were', change(row => ({ ...row, kept: 1_000 }))],
    ['itself as its parent', change(row => ({ ...row, parent: 1 }))],
    ['a parent that is gone', change(row => ({ ...row, parent: 77 }))],
    ['no sense outside', change(row => ({ ...row, outside: '{"nextFeed": "x"}' }))],
    ['files that are gone', change(row => ({ ...row, files: [['/work/a', 'nobody']] }))]
  ])('%s costs one line at most, and the notebook goes on', async (_, spoil) => {
    await left(spoil);
    const after = browser.tab().kernel();
    await after.run('mine = 1');
    const resumed = await after.run('%resume');
    const said = resumed.error ?? resumed.stdout;
    expect(said.trimEnd()).not.toContain('\n');
    // the state before it may be there
    expect(said).toMatch(/cannot be (?:read|loaded): .*|Nothing of that session can be read|continues at the start/);
    expect((await after.run('1 + 1')).result).toBe('2');
    if (resumed.error !== null) expect((await after.run('mine')).result).toBe('1');
    await after.run('more = 2');
    await after.run('%undo');
    expect((await after.run('more')).error).toMatch(/^NameError/);
  });

  it('a session of another version of Monty is not loaded', async () => {
    await left(tab =>
      tab.read(async connection => {
        for (const row of await connection.getAll('sessions'))
          await connection.put('sessions', { ...row, monty: '9.9.9' });
      })
    );
    const after = browser.tab().kernel();
    expect((await after.run('%resume')).error).toMatch(
      /^UsageError: The states of the session [0-9a-f]{8} are of Monty 9\.9\.9, and this is Monty 1\.4\.0, which cannot read them\.$/
    );
    expect((await after.run('1')).result).toBe('1');
  });

  it('a session that is none is not listed', async () => {
    await left(tab =>
      tab.read(async connection => {
        for (const row of await connection.getAll('sessions')) {
          await connection.put('sessions', { ...row, states: 'many' } as never);
        }
      })
    );
    expect((await browser.tab().kernel().run('%sessions')).stdout).toBe(
      'There is no earlier session of this notebook.\n'
    );
  });
});
