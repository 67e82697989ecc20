import 'fake-indexeddb/auto';
import { execFileSync } from 'node:child_process';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { globbing } from '../../src/jupyterlite/glob';
import { SessionHistory } from '../../src/jupyterlite/session_history';
import { SiteDatabase } from '../../src/store/database';
import { StoredInputs } from '../../src/store/inputs';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

/** The history of a kernel in a page of its own, which has run these cells. */
async function session(...sources: string[]): Promise<SessionHistory> {
  const history = new SessionHistory(new StoredInputs(new SiteDatabase('https://host/')));
  for (const [index, source] of sources.entries()) history.add(index + 1, source);
  await history.sessionNumber(); // what was added has been written
  return history;
}

const tail = (history: SessionHistory, n?: number): Promise<unknown> => history.answer({ hist_access_type: 'tail', n });
const range = (history: SessionHistory, session: number, start?: number, stop?: number): Promise<unknown> =>
  history.answer({ hist_access_type: 'range', session, start, stop });
const search = (history: SessionHistory, pattern: string, more = {}): Promise<unknown> =>
  history.answer({ hist_access_type: 'search', pattern, ...more });

describe('the inputs of earlier sessions', () => {
  it('come before those of this one, whatever others have run since', async () => {
    await session('a = 1', 'a');
    await session('b');
    const history = await session('c\n');
    expect(await tail(history)).toEqual([
      [1, 1, 'a = 1'],
      [1, 2, 'a'],
      [2, 1, 'b'],
      [3, 1, 'c']
    ]);
    await session('other');
    history.add(2, 'd');
    expect(await tail(history, 3)).toEqual([
      [4, 1, 'other'],
      [3, 1, 'c'],
      [3, 2, 'd']
    ]);
    expect(await tail(history, 0)).toEqual([]);
    expect(await tail(history, -1)).toEqual([]);
  });

  it('have the numbers of their sessions', async () => {
    await session('one', 'uno');
    await session('two');
    const history = await session('three', 'drei');
    expect(await range(history, 0)).toEqual([
      [0, 1, 'three'],
      [0, 2, 'drei']
    ]);
    expect(await range(history, 3)).toEqual([
      [3, 1, 'three'],
      [3, 2, 'drei']
    ]);
    expect(await range(history, -1)).toEqual([[2, 1, 'two']]);
    expect(await range(history, -2, 2)).toEqual([[1, 2, 'uno']]);
    expect(await range(history, 1, 1, 2)).toEqual([[1, 1, 'one']]);
    expect(await range(history, 0, -1)).toEqual([[0, 2, 'drei']]);
    expect(await range(history, 0, 1, -1)).toEqual([[0, 1, 'three']]);
    expect(await range(history, -3)).toEqual([]);
    expect(await range(history, 99)).toEqual([]);
  });

  it('are searched, the last of equal ones if that is wanted', async () => {
    await session('x = 1', 'y', 'x = 1');
    const history = await session('x = 2', 'y');
    expect(await search(history, 'x*')).toEqual([
      [1, 1, 'x = 1'],
      [1, 3, 'x = 1'],
      [2, 1, 'x = 2']
    ]);
    expect(await search(history, '', { unique: true })).toEqual([
      [1, 3, 'x = 1'],
      [2, 1, 'x = 2'],
      [2, 2, 'y']
    ]);
    expect(await search(history, '*', { n: 1 })).toEqual([[2, 2, 'y']]);
    expect(await search(history, '*a'.repeat(400) + 'b')).toEqual([]);
    expect(await search(history, '*'.repeat(100_000))).toEqual([]);
  });

  it('are those of a session that goes on', async () => {
    await session('x = 1');
    const history = await session('%resume', 'y', 'z');
    history.takeUp(
      new Map([
        [1, 'x = 1'],
        [2, 'x']
      ])
    );
    expect(await range(history, 0)).toEqual([
      [0, 1, 'x = 1'],
      [0, 2, 'x'],
      [0, 3, 'z']
    ]);
  });

  it('are bounded', async () => {
    const history = await session(
      'x'.repeat(3_000_000),
      ...Array.from({ length: 5_200 }, (_, index) => `cell ${index}`)
    );
    history.add(5_300, 'last');
    await history.sessionNumber();
    const later = await session();
    const rows = (await search(later, '*')) as [number, number, string][];
    expect(rows.length).toBeLessThanOrEqual(5_001);
    expect(rows.at(-1)).toEqual([1, 5_300, 'last']);
  });
});

it('outputs are of this session only', async () => {
  const history = await session('1 + 1', 'big');
  history.addOutput(1, '2');
  history.addOutput(2, 'x'.repeat(1_000_000));
  history.addOutput(7, 'of a cell that left no trace');
  const [one, big] = (await history.answer({ hist_access_type: 'tail', output: true })) as [number, number, string[]][];
  expect(one).toEqual([1, 1, ['1 + 1', '2']]);
  expect(big?.[2][1]).toMatch(/x\n\.\.\. cut: 1,000,000 characters$/);
  expect(await (await session()).answer({ hist_access_type: 'tail', output: true, n: 1 })).toEqual([
    [1, 2, ['big', null]]
  ]);
});

it('a browser that keeps nothing has this session’s, and says so once', async () => {
  // @ts-expect-error as in a browser that has none
  globalThis.indexedDB = undefined;
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const history = await session('a', 'b');
  expect(await tail(history)).toEqual([
    [1, 1, 'a'],
    [1, 2, 'b']
  ]);
  expect(await range(history, -1)).toEqual([]);
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});

it('a pattern means what SQLite makes of it', () => {
  const patterns = [
    '*',
    'x',
    'x*',
    '*x*',
    '?',
    '*[*]*',
    '[ax]*',
    '[^ax]*',
    '[!ax]*',
    '[a-c]*',
    '*]',
    '[',
    '%',
    '[]]',
    '[^]]*',
    '[a-]',
    '[-a]',
    '*a*b',
    '**?',
    '[c-a]'
  ];
  const texts = [
    'x = 1',
    'x',
    'print(x)',
    "[x for x in 'abc']",
    '100%',
    'a*b',
    'A*B',
    'x\ny',
    '',
    ']',
    '-',
    'b',
    '!x',
    'aab',
    'é😀',
    '😀'
  ];
  const script =
    'import json, sqlite3, sys\npatterns, texts = json.load(sys.stdin)\ndb = sqlite3.connect(":memory:")\n' +
    'print(json.dumps([[bool(db.execute("SELECT ? GLOB ?", (t, p)).fetchone()[0]) for t in texts] for p in patterns]))';
  const python = process.env['PYTHON'] ?? '../../.venv/bin/python';
  const expected = JSON.parse(
    execFileSync(python, ['-c', script], { input: JSON.stringify([patterns, texts]), encoding: 'utf8' })
  ) as boolean[][];
  const found = patterns.map(pattern => texts.map(text => globbing(pattern)?.(text) ?? false));
  expect(found).toEqual(expected);
});
