import { afterEach, describe, expect, it } from 'vitest';
import { hasWasm } from '../worker/page';
import { Client } from './client';
import { Site } from './site';

const OWN = {
  'a.ipynb': '{}',
  'lessons/one.ipynb': '{}',
  'lessons/data/people.csv': 'name,age\nAda,36\n',
  'lessons/data/deep/ä.txt': 'grün',
  'lessons/data/raw.bin': Uint8Array.from([0, 255, 10, 195]),
  'lessons/secret.txt': 'secret',
  'top.txt': 'top'
};

let client: Client;

function notebook(folder = 'lessons', own: Readonly<Record<string, string | Uint8Array>> = OWN): Site {
  client = new Client({ site: new Site(own), folder });
  client.person = prompt => (prompt.startsWith('monty-kernel asks: ') ? 'y' : '');
  return client.site;
}

async function ok(code: string): Promise<string> {
  const { error, result, stdout } = await client.run(code);
  expect(error).toBeNull();
  return result ?? stdout;
}

async function fails(code: string): Promise<string | null> {
  return (await client.run(code)).error;
}

afterEach(() => {
  client.close();
});

describe.skipIf(!hasWasm)('a mounted folder', { timeout: 60_000 }, () => {
  it('is asked for as on a computer, and read', async () => {
    notebook();
    expect(await ok('%mount data')).toBe('Mounted at /data, changes stay in memory.\n');
    expect(client.prompts).toEqual([
      "monty-kernel asks: let this notebook read '/lessons/data' as '/data'? Its changes stay in memory. [y]es, [n]o: "
    ]);
    expect(await ok('open("/data/people.csv").read()')).toBe("'name,age\\nAda,36\\n'");
    expect(await ok('open("/data/deep/ä.txt").read()')).toBe("'grün'");
    expect(await ok('open("/data/raw.bin", "rb").read()')).toBe("b'\\x00\\xff\\n\\xc3'");
    expect(await ok('import os\nsorted(os.listdir("/data")), os.listdir("/")')).toBe(
      "(['deep', 'people.csv', 'raw.bin'], ['data', 'tmp', 'work'])"
    );
    expect(await ok('from pathlib import Path\ns = Path("/data/people.csv").stat()\ns.st_size, s.st_mtime')).toBe(
      '(16, 1767323045.0)'
    );
    expect(await ok('sorted(str(p) for p in Path("/data").rglob("*"))')).toBe(
      "['/data/deep', '/data/deep/ä.txt', '/data/people.csv', '/data/raw.bin']"
    );
    expect(await ok('Path("/data/deep").is_dir(), Path("/data/no").exists(), Path("/data").exists()')).toBe(
      '(True, False, True)'
    );
    expect(await ok('%mounts')).toBe('/data  …/data  changes stay in memory\n');
  });

  it.each([
    ['open("/data/no.csv")', "FileNotFoundError: [Errno 2] No such file or directory: '/data/no.csv'"],
    ['open("/data/deep").read()', "IsADirectoryError: [Errno 21] Is a directory: '/data/deep'"],
    ['import os; os.listdir("/data/people.csv")', "NotADirectoryError: [Errno 20] Not a directory: '/data/people.csv'"],
    ['import os; os.rmdir("/data/deep")', "OSError: [Errno 39] Directory not empty: '/data/deep'"],
    ['import os; os.rename("/data/deep", "/data/x")', /Errno 18.*an overlay does not move folders/],
    ['import os; os.rename("/data/people.csv", "/work/x")', /Errno 18.*cannot be moved out of its mount/]
  ])('%s fails as on a computer', async (code, error) => {
    notebook();
    await ok('%mount data');
    const said = await fails(code);
    if (typeof error === 'string') expect(said).toBe(error);
    else expect(said).toMatch(error);
  });

  it('gives nothing that was not granted', async () => {
    const site = notebook();
    await ok('%mount data');
    const names = [
      '../secret.txt',
      '../../top.txt',
      '%2e%2e/secret.txt',
      '..%2fsecret.txt',
      'deep/../../secret.txt',
      '..\\\\secret.txt',
      'deep/%2e%2e/%2e%2e/secret.txt',
      'other:x'
    ];
    for (const name of names) expect(await fails(`open("/data/${name}")`)).toMatch(/^FileNotFoundError/);
    expect(await fails('open("/lessons/secret.txt")')).toMatch(/^FileNotFoundError/);
    expect(site.calls.filter(call => !/ lessons\/data(\/|$)/.test(call))).toEqual([]);
  });

  it('keeps changes in memory, and they travel with the session', async () => {
    const site = notebook();
    await ok('%mount data');
    await ok('import os');
    await ok(
      'with open("/data/people.csv", "a") as f: f.write("Bob,1\\n")\ndel f\nopen("/data/new.txt", "w").write("1")'
    );
    await ok('os.remove("/data/raw.bin"); os.rename("/data/new.txt", "/data/newer.txt"); os.mkdir("/data/d")');
    expect(await ok('open("/data/people.csv").read(), sorted(os.listdir("/data"))')).toBe(
      "('name,age\\nAda,36\\nBob,1\\n', ['d', 'deep', 'newer.txt', 'people.csv'])"
    );
    expect(await ok('%undo')).toMatch(/; changed in the overlay: \/data\./);
    expect(await ok('sorted(os.listdir("/data"))')).toBe("['deep', 'new.txt', 'people.csv', 'raw.bin']");
    await ok('%undo');
    expect(await ok('sorted(os.listdir("/data")), open("/data/people.csv").read()')).toBe(
      "(['deep', 'people.csv', 'raw.bin'], 'name,age\\nAda,36\\n')"
    );
    await ok('%redo\n');
    expect(await ok('open("/data/new.txt").read()')).toBe("'1'");
    await ok('%reset -f');
    expect(await ok('import os; sorted(os.listdir("/data"))')).toBe("['deep', 'people.csv', 'raw.bin']");
    expect(site.calls.filter(call => /^(save|delete)/.test(call))).toEqual([]);
    expect(site.text('lessons/data/people.csv')).toBe(OWN['lessons/data/people.csv']);
  });

  it('is written to only if the person says so', async () => {
    const site = notebook();
    expect(await ok('%mount data /d rw')).toBe('Mounted at /d, changes are written to the drive of this site.\n');
    expect(client.prompts[0]).toBe(
      "monty-kernel asks: let this notebook read and change '/lessons/data' as '/d'? [y]es, [n]o: "
    );
    await ok('import os\nwith open("/d/people.csv", "a") as f: f.write("Bob,1\\n")\nos.mkdir("/d/made")');
    await ok(
      'open("/d/made/x.bin", "wb").write(b"\\xff\\x00"); os.rename("/d/made/x.bin", "/d/y.bin"); os.rmdir("/d/made")'
    );
    expect(site.text('lessons/data/people.csv')).toBe('name,age\nAda,36\nBob,1\n');
    expect(site.bytes('lessons/data/y.bin')).toEqual(Uint8Array.from([255, 0]));
    await ok('%undo');
    expect(await ok('open("/d/y.bin", "rb").read()')).toBe("b'\\xff\\x00'");
    expect(await fails('import os; os.remove("/d/raw.bin")')).toBe(
      "PermissionError: [Errno 30] The site itself has it, so that it cannot be removed: '/d/raw.bin'"
    );
    expect(await fails('os.rename("/d/deep/ä.txt", "/d/ä.txt")')).toMatch(/^PermissionError/);
    expect(await ok('sorted(os.listdir("/d"))')).toBe("['deep', 'people.csv', 'raw.bin', 'y.bin']");
    expect(await fails('os.rename("/d/deep", "/d/e")')).toMatch(/Errno 18/);
    expect(await fails('open("/d/a%b", "w")')).toMatch(/Errno 22.*no file of such a name/);
  });

  it('is not written to if it is mounted to be read', async () => {
    const site = notebook();
    await ok('%mount data ro');
    expect(await fails('open("/data/x", "w")')).toBe(
      "PermissionError: [Errno 30] Read-only file system: /data is mounted read-only: '/data/x'"
    );
    expect(site.calls.filter(call => call.startsWith('save'))).toEqual([]);
  });

  it('is not mounted where the person says no, cannot answer, or it cannot be had, and the cell learns no more', async () => {
    notebook();
    client.person = () => 'n';
    const no = 'UsageError: %mount: not mounted: you declined, or the question said why not.';
    expect(await fails('%mount data')).toBe(no);
    expect(await fails('%mount nowhere')).toBe(no);
    expect(await fails('%mount one.ipynb')).toBe(no);
    expect(client.prompts.slice(1)).toEqual([
      "monty-kernel asks: this notebook asked for a folder that it cannot have: there is no folder '/lessons/nowhere'. Press Enter: ",
      "monty-kernel asks: this notebook asked for a folder that it cannot have: '/lessons/one.ipynb' is not a folder. Press Enter: "
    ]);
    client.person = () => 'y';
    expect(await fails('%mount / /all rw')).toBe(no);
    expect(await fails('%mount other:x')).toBe(no);
    expect(await fails('%mount a%2fb')).toBe(no);
    const { error } = await client.run('%mount data', { allow_stdin: false });
    expect(error).toBe('UsageError: %mount: not mounted: you did not answer, or this front end cannot ask you.');
    expect(await fails('open("/data/people.csv")')).toMatch(/^FileNotFoundError/);
    expect(await fails('%mount data /monty-kernel')).toMatch(/cannot be a mount's place/);
    expect(await fails('%mount data relative')).toMatch(/cannot be a mount's place/);
    expect(await fails('%mount data /a/../b')).toMatch(/cannot be a mount's place/);
    expect(await fails('%mount data "/d?[y]es"')).toMatch(/cannot be a mount's place/);
  });

  it('is what the hint for a missing file asks for', async () => {
    notebook();
    const { reply } = await client.run('open("data/deep/../people.csv").read()');
    expect(JSON.stringify(reply['traceback'])).toContain(
      "Cells see no file of this site until you let them: `%mount data /data` asks for that folder, and then this file is '/data/people.csv'."
    );
    expect(await ok('%mount data /data\nopen("/data/people.csv").read()')).toContain('Ada,36');
  });

  it('is mounted once, however often the cell is run again', async () => {
    notebook();
    await ok('%mount data\nopen("/data/new", "w").write("kept")');
    const again = 'Already mounted at /data, changes stay in memory.\n';
    expect(await ok('%mount data')).toBe(again);
    expect(await ok('%mount ./data/ /data/ overlay')).toBe(again);
    expect((await client.run('%mount data', { allow_stdin: false })).stdout).toBe(again);
    expect(await ok('open("/data/new").read()')).toBe("'kept'");
    expect(client.prompts).toHaveLength(1);
    expect(await fails('%mount data ro')).toMatch(/you declined, or/);
    expect(await fails('%mount /lessons/data')).toMatch(/you declined, or/); // another way there is not told
    await ok('%unmount /data');
    expect(await ok('%mount data')).toBe('Mounted at /data, changes stay in memory.\n');
    expect(client.prompts).toHaveLength(4);
  });

  it('does not overlap another one, and can be unmounted', async () => {
    notebook();
    await ok('%mount data /d/one');
    expect(await fails('%mount .. /d')).toMatch(/you declined, or/);
    expect(client.prompts.at(-1)).toContain('/d overlaps the mount at /d/one; %unmount /d/one first. Press Enter');
    expect(await fails('%mount data/deep /e')).toMatch(/you declined, or/);
    expect(client.prompts.at(-1)).toContain('the folder overlaps the folder mounted at /d/one');
    expect(await fails('%unmount /d')).toBe(
      'UsageError: %unmount: nothing is mounted there. %mounts lists the mounted folders.'
    );
    await ok('%unmount /d/one/');
    expect(await ok('%mounts')).toBe('No folder is mounted. %mount asks for one.\n');
    expect(await fails('open("/d/one/people.csv")')).toMatch(/^FileNotFoundError/);
    expect(await ok('%mount ..')).toContain('Mounted at /data');
    expect(client.prompts.at(-1)).toContain("read '/' as '/data'");
    expect(await ok('open("/data/top.txt").read()')).toBe("'top'");
  });

  it('shows what changes on the drive meanwhile', async () => {
    const site = notebook();
    await ok('%mount data');
    await site.save('lessons/data/people.csv', { format: 'text', content: 'changed' });
    await site.save('lessons/data/late.txt', { format: 'text', content: 'late' });
    expect(await ok('import os; open("/data/people.csv").read(), "late.txt" in os.listdir("/data")')).toBe(
      "('changed', True)"
    );
    await site.delete('lessons/data/late.txt');
    expect(await fails('open("/data/late.txt")')).toMatch(/^FileNotFoundError/);
  });

  it('waits for the drive: the cell can be interrupted, and the worker lost', async () => {
    const site = notebook();
    await ok('%mount data');
    await ok('open("/data/mine.txt", "w").write("kept")');
    const stuck = new Promise<void>(resolve => {
      site.delay = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const cell = client.run(
      'try:\n    open("/data/people.csv").read()\nexcept KeyboardInterrupt:\n    print("caught")'
    );
    await stuck;
    client.kernel.interrupt();
    expect((await cell).stdout).toBe('caught\n');
  });

  it('stays when the worker is lost, with what was written', async () => {
    notebook();
    await ok('%mount data');
    await ok('open("/data/mine.txt", "w").write("kept")');
    expect(await fails('open("/data/mine.txt", "w").write("lost")\nx = "a"\nwhile True: x = x + x')).toMatch(/Memory/);
    expect(await ok('open("/data/mine.txt").read(), open("/data/people.csv").read(4)')).toBe("('kept', 'name')");
  });

  it('has bounds', async () => {
    const site = notebook();
    site.sizes.set('lessons/data/raw.bin', 2 ** 27);
    await ok('%mount data');
    expect(await fails('open("/data/raw.bin", "rb").read()')).toBe(
      "OSError: [Errno 27] File too large: 134,217,728 bytes, and at most 67,108,864 are read or written at once: '/data/raw.bin'"
    );
    expect(await fails('open("/data/big", "wb").write(b"a" * (65 << 20))')).toMatch(/Errno 28.*take at most 64 MiB/);
    await ok('%unmount /data\n%mount data rw');
    expect(await fails('open("/data/big", "wb").write(b"a" * (65 << 20))')).toMatch(/Errno 27.*File too large/);
  });

  it('is not there in another notebook', async () => {
    notebook();
    await ok('%mount data');
    const other = new Client({ site: client.site, folder: 'lessons' });
    expect((await other.run('open("/data/people.csv")')).error).toMatch(/^FileNotFoundError/);
    expect((await other.run('%mounts')).stdout).toMatch(/^No folder is mounted/);
    other.close();
  });

  it('of a drive that fails says so', async () => {
    const site = notebook();
    await ok('%mount data');
    site.delay = () => Promise.reject(new Error('the quota is exceeded'));
    expect(await fails('open("/data/people.csv")')).toBe(
      "OSError: [Errno 5] Input/output error: the drive of this site says the quota is exceeded: '/data/people.csv'"
    );
  });
});
