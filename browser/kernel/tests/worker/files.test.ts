import { describe, expect, test } from 'vitest';
import { hasWasm, Page } from './page';

async function page(): Promise<Page> {
  const made = new Page();
  await made.start();
  return made;
}

describe.runIf(hasWasm)('the working folder', () => {
  test('takes what cells write, and gives it back', async () => {
    const session = await page();
    await session.run(
      'from pathlib import Path\nimport os\nPath("a").mkdir()\n' +
        'with open("a/b.txt", "w") as f:\n    f.write("one\\n")\n    f.write("zwei é\\n")\n' +
        'with open("a/b.txt", "a") as f: f.write("3")\nPath("a/c").write_bytes(b"\\x00\\xff")'
    );
    expect(await session.shown('open("a/b.txt").read().splitlines()')).toBe("['one', 'zwei é', '3']");
    expect(await session.shown('open("/work/a/c", "rb").read()')).toBe("b'\\x00\\xff'");
    expect(await session.shown('sorted(p.name for p in Path("a").iterdir()), os.getcwd(), os.listdir("/")')).toBe(
      "(['b.txt', 'c'], '/work', ['tmp', 'work'])"
    );
    expect(await session.shown('Path("a/b.txt").stat().st_size, Path("a").is_dir(), Path("a/nix").exists()')).toBe(
      '(13, True, False)'
    );
    expect(await session.shown('Path("a/b.txt").rename("d"); sorted(str(p) for p in Path(".").rglob("*"))')).toBe(
      "['a', 'a/c', 'd']"
    );
    expect(await session.shown('str(Path("a/../a/./c").resolve())')).toBe("'/work/a/c'");
  });

  test.each([
    ['open("nix")', 'FileNotFoundError', "[Errno 2] No such file or directory: 'nix'"],
    ['open("/nix/a", "w")', 'FileNotFoundError', "[Errno 2] No such file or directory: '/nix/a'"],
    ['open(".").read()', 'IsADirectoryError', "[Errno 21] Is a directory: '/work'"],
    ['import os; os.mkdir("/tmp")', 'FileExistsError', "[Errno 17] File exists: '/tmp'"],
    ['import os; os.rmdir("/")', 'OSError', "[Errno 16] Is the mounted folder itself: '/'"],
    ['import os; os.remove("/work")', 'IsADirectoryError', "[Errno 21] Is a directory: '/work'"],
    ['open("a" * 300, "w")', 'OSError', `[Errno 36] File name too long: '${'a'.repeat(300)}'`],
    ['open("x", "w").write("a" * (65 << 20))', 'OSError', /No space left: the files of a session take at most 64 MiB/]
  ])('%s fails as on a disk', async (code, ename, evalue) => {
    const session = await page();
    const { outcome } = await session.run(code);
    expect(outcome.failure?.ename).toBe(ename);
    expect(outcome.failure?.evalue).toMatch(evalue);
  });

  test('names what is no text', async () => {
    const session = await page();
    const { outcome } = await session.run('f = open("x", "wb"); f.write(b"ab\\xe2\\x82"); f.close(); open("x").read()');
    expect(outcome.failure?.evalue).toBe("'utf-8' codec can't decode bytes in position 2-3: unexpected end of data");
  });

  test('goes back with the session', async () => {
    const session = await page();
    await session.run('open("a", "w").write("1")');
    const before = session.snapshot;
    await session.run('open("a", "w").write("2"); open("b", "w").write("3")');
    expect([...(session.snapshot?.files.keys() ?? [])].sort()).toStrictEqual(['/work/a', '/work/b']);
    expect(await session.load(before)).toBeNull();
    expect(await session.shown('import os; os.listdir("."), open("a").read()')).toBe("(['a'], '1')");
    await session.run('os.remove("a"); while True: x = open("a")'.replace('; while', '\nwhile'));
    const other = await page();
    await other.start(before);
    expect(await other.shown('open("a").read()')).toBe("'1'");
  });

  test('is as it was when a cell is lost', async () => {
    const session = new Page({ memory: 2 ** 25 });
    await session.start();
    await session.run('open("a", "w").write("1")');
    await session.run('open("a", "w").write("2")\nx = "a"\nwhile True: x = x + x');
    expect(await session.shown('open("a").read()')).toBe("'1'");
  });

  test('crosses once: what did not change is the same object in the next state', async () => {
    const session = await page();
    await session.run('open("big", "wb").write(b"a" * 1_000_000)');
    const first = session.snapshot?.files.get('/work/big');
    await session.run('open("small", "w").write("b")');
    expect(session.snapshot?.files.get('/work/big')).toBe(first);
    const saved = session.messages.findLast(message => message.type === 'saved');
    expect(saved?.type === 'saved' && [...(saved.change?.files.keys() ?? [])]).toStrictEqual(['/work/small']);
  });

  test('gives links that save files', async () => {
    const session = await page();
    const { outputs } = await session.run(
      'from IPython.display import FileLink\nopen("t.csv", "w").write("a,b")\ndisplay(FileLink("t.csv"), FileLink("nix"))'
    );
    expect(outputs).toMatchObject([
      { type: 'display', file: { name: 't.csv', content: new TextEncoder().encode('a,b') } },
      { type: 'display', data: { 'text/plain': "Path (nix) doesn't exist, or is no file." } }
    ]);
  });
});
