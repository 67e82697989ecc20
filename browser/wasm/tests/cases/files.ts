/** A folder on the disk that a test case sees as its own. */

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import type { Value } from '../../../kernel/src/wire/values';
import { tuple } from '../../../kernel/src/wire/values';
import type { OsCall } from '../../../kernel/src/wire/generated/monty/v1/monty_pb';
import { Raised } from './functions';

type Call = OsCall['call'];

type Content = Readonly<Record<string, string>>;

const SHARED: Content = { 'empty.txt': '', 'data.bin': '\0\u0001\u0002\u0003', 'subdir/nested.txt': 'nested content' };
/** What is where: the folders that test cases know. */
const CONTENT = {
  '/mnt': {
    ...SHARED,
    'hello.txt': 'hello world\n',
    'readonly.txt': 'readonly content',
    'subdir/deep/file.txt': 'deep file'
  },
  '/virtual': {
    ...SHARED,
    'file.txt': 'hello world\n',
    'readonly.txt': 'readonly',
    'subdir/deep/file.txt': 'deep'
  }
} satisfies Record<string, Content>;
const MTIME = 1_700_000_000;
const ERRORS: Partial<Record<string, readonly [type: string, number: number, text: string]>> = {
  ENOENT: ['FileNotFoundError', 2, 'No such file or directory'],
  EACCES: ['PermissionError', 13, 'Permission denied'],
  EEXIST: ['FileExistsError', 17, 'File exists'],
  ENOTDIR: ['NotADirectoryError', 20, 'Not a directory'],
  EISDIR: ['IsADirectoryError', 21, 'Is a directory'],
  ENAMETOOLONG: ['OSError', 36, 'File name too long'],
  ENOTEMPTY: ['OSError', 39, 'Directory not empty']
};

export class MountedFolder {
  readonly #folder = fs.mkdtempSync(join(tmpdir(), 'monty-case-'));

  constructor(readonly root: keyof typeof CONTENT) {
    fs.mkdirSync(join(this.#folder, 'subdir/deep'), { recursive: true });
    for (const [name, text] of Object.entries(CONTENT[root])) {
      fs.writeFileSync(join(this.#folder, name), text);
      fs.utimesSync(join(this.#folder, name), MTIME, MTIME);
    }
  }

  close(): void {
    fs.rmSync(this.#folder, { recursive: true });
  }

  /** The answer to a call that concerns files; undefined for another. */
  answer(call: Call): Value | Raised | undefined {
    const path = pathOf(call);
    if (path === undefined) return undefined;
    try {
      return this.#answer(call);
    } catch (error) {
      // Linux names both paths of a rename, and Monty the one that is in the way.
      const full = call.case === 'rename' && (error as NodeJS.ErrnoException).code === 'ENOTEMPTY';
      return raisedBy(error, full ? call.value.dst : path);
    }
  }

  #answer(call: Call): Value | Raised {
    switch (call.case) {
      case 'exists':
        return this.#stats(call.value) !== undefined;
      case 'isFile':
        return this.#stats(call.value)?.isFile() ?? false;
      case 'isDir':
        return this.#stats(call.value)?.isDirectory() ?? false;
      case 'isSymlink':
        return false;
      case 'readText':
        return decoded(fs.readFileSync(this.#real(call.value)));
      case 'readBytes':
        return Uint8Array.from(fs.readFileSync(this.#real(call.value)));
      case 'stat':
        return statResult(fs.statSync(this.#real(call.value)));
      case 'iterdir':
        return fs.readdirSync(this.#real(call.value)).map(name => ({ py: 'Path', path: posix.join(call.value, name) }));
      case 'resolve':
      case 'absolute':
        return { py: 'Path', path: posix.normalize(call.value) };
      case 'unlink':
        fs.unlinkSync(this.#real(call.value));
        return null;
      case 'rmdir':
        fs.rmdirSync(this.#real(call.value));
        return null;
      case 'writeText':
        fs.writeFileSync(this.#real(call.value.path), call.value.data);
        return characters(call.value.data);
      case 'appendText':
        fs.appendFileSync(this.#real(call.value.path), call.value.data);
        return characters(call.value.data);
      case 'writeBytes':
        fs.writeFileSync(this.#real(call.value.path), call.value.data);
        return BigInt(call.value.data.length);
      case 'appendBytes':
        fs.appendFileSync(this.#real(call.value.path), call.value.data);
        return BigInt(call.value.data.length);
      case 'mkdir':
        return this.#mkdir(call.value);
      case 'rename':
        fs.renameSync(this.#real(call.value.src), this.#real(call.value.dst));
        return null;
      case 'open':
        return this.#open(call.value);
      case 'scan':
        return this.#scan(call.value.path, call.value.maxDepth ?? Infinity);
      case 'asyncSleep':
      case 'asyncSystemSleep':
      case 'dateTimeNow':
      case 'dateToday':
      case 'getenv':
      case 'getEnviron':
      case 'import':
      case 'importStubs':
      case 'sleep':
      case 'systemSleep':
      case 'time':
      case 'urandom':
      case undefined:
        throw new Error(`${String(call.case)} is no call that concerns files`);
    }
  }

  /** There is nothing outside. */
  #real(path: string): string {
    const normal = posix.normalize(path).replace(/(.)\/$/, '$1');
    if (normal !== this.root && !normal.startsWith(`${this.root}/`)) {
      throw Object.assign(new Error(path), { code: this.root === '/mnt' ? 'EACCES' : 'ENOENT' });
    }
    return join(this.#folder, normal.slice(this.root.length));
  }

  #stats(path: string): fs.Stats | undefined {
    try {
      return fs.statSync(this.#real(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error;
      return undefined;
    }
  }

  #mkdir({ path, parents, existOk }: { path: string; parents: boolean; existOk: boolean }): null {
    const real = this.#real(path);
    if (!(existOk && this.#stats(path)?.isDirectory())) {
      if (parents) fs.mkdirSync(posix.dirname(real), { recursive: true });
      fs.mkdirSync(real);
    }
    return null;
  }

  #open({ path, mode }: { path: string; mode: string }): Value {
    fs.closeSync(fs.openSync(this.#real(path), mode.replace('b', '')));
    if (this.#stats(path)?.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
    return { py: 'file', path, mode, position: 0n };
  }

  #scan(path: string, deepest: number): Value {
    const found: Value[] = [];
    const visit = (relative: string, depth: number): void => {
      const real = join(this.#real(path), relative);
      const folder = fs.statSync(real).isDirectory();
      found.push(tuple(relative, folder, !folder, false));
      if (!folder || depth >= deepest) return;
      for (const name of fs.readdirSync(real).sort()) visit(posix.join(relative, name), depth + 1);
    };
    visit('', 0);
    return found;
  }
}

/** Python's length of a text. */
function characters(text: string): bigint {
  return BigInt(Array.from(text).length);
}

function pathOf(call: Call): string | undefined {
  if (call.case === 'rename') return call.value.src;
  if (typeof call.value === 'string') return call.value;
  return call.value !== undefined && 'path' in call.value ? call.value.path : undefined;
}

function raisedBy(error: unknown, path: string): Raised {
  const known = ERRORS[(error as NodeJS.ErrnoException).code ?? ''];
  if (known === undefined) throw error;
  const [type, number, text] = known;
  return new Raised(type, `[Errno ${number}] ${text}: '${path}'`);
}

function decoded(bytes: Buffer): Value | Raised {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const at = text.indexOf('\ufffd');
  if (at < 0) return text;
  const position = Buffer.byteLength(text.slice(0, at));
  const byte = `0x${(bytes[position] ?? 0).toString(16)}`;
  // Test cases begin with what no text begins with.
  return new Raised(
    'UnicodeDecodeError',
    `'utf-8' codec can't decode byte ${byte} in position ${position}: invalid start byte`
  );
}

const STAT_FIELDS = ['mode', 'ino', 'dev', 'nlink', 'uid', 'gid', 'size', 'atime', 'mtime', 'ctime'];

function statResult(stats: fs.Stats): Value {
  const folder = stats.isDirectory();
  const mode = folder ? 0o040755n : 0o100644n;
  const times = [stats.mtimeMs / 1000, stats.mtimeMs / 1000, stats.mtimeMs / 1000];
  const items = [mode, 0n, 0n, folder ? 2n : 1n, 0n, 0n, folder ? 4096n : BigInt(stats.size), ...times];
  return { py: 'namedtuple', name: 'StatResult', fields: STAT_FIELDS.map(name => `st_${name}`), items };
}
