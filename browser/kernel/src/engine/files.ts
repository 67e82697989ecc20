/** Answers a cell's calls about files from the session's own files, and from mounted folders. */

import { repr } from '../source/python_text';
import { showCount } from './limits';
import { denied, exists, isFolder, missing, OsError, other } from './os_error';
import { characters, utf8Fault } from './utf8';
import { WORK, workingFolder } from './working_folder';
import type { OsCall } from '../wire/generated/monty/v1/monty_pb';
import type { Answered } from '../wire/requests';
import type { Value } from '../wire/values';
import type { Layer, Overlay, Parts } from './overlay';

const FILE_CASES = [
  'exists',
  'isFile',
  'isDir',
  'isSymlink',
  'readText',
  'readBytes',
  'stat',
  'iterdir',
  'resolve',
  'absolute',
  'unlink',
  'rmdir',
  'writeText',
  'appendText',
  'writeBytes',
  'appendBytes',
  'open',
  'mkdir',
  'rename',
  'scan'
] as const;

/** One call about files. */
export type FileCall = Extract<OsCall['call'], { case: (typeof FILE_CASES)[number] }>;

/** Whether a call is about files. */
export function isFileCall(call: OsCall['call']): call is FileCall {
  return (FILE_CASES as readonly (string | undefined)[]).includes(call.case);
}

/** Entries that one `glob` or `walk` returns. */
const MOST_SCANNED = 20_000;
const DEEPEST = 64;

/** Files below a place in the sandbox. */
export interface Tree {
  place: string;
  mode: 'ro' | 'overlay';
  files: Overlay;
}

/** What lies below is not known yet: `fetch` gets it, and then the call is answered anew. */
export class NotFetched extends Error {
  constructor(readonly fetch: () => Promise<void>) {
    super('not fetched');
  }
}

export class Files {
  readonly #mounts: Tree[] = [];
  readonly #work = workingFolder(() => this.#mounts.map(mount => mount.place));
  readonly #own: Tree = { place: '/', mode: 'overlay', files: this.#work };

  /** The mounted folders, in the order in which they were granted. */
  get mounts(): readonly Tree[] {
    return this.#mounts;
  }

  /** Mount a folder. Throws OsError if it overlaps another one. */
  mount(tree: Tree): void {
    for (const { place } of this.#mounts) {
      if (within(tree.place, place) || within(place, tree.place)) {
        throw other('BUSY', `${tree.place} overlaps the mount at ${place}; %unmount ${place} first`);
      }
    }
    this.#mounts.push(tree);
  }

  /** Unmount the folder at a place; whether there was one. */
  unmount(place: string): boolean {
    const index = this.#mounts.findIndex(mount => mount.place === place);
    if (index >= 0) this.#mounts.splice(index, 1);
    return index >= 0;
  }

  /** What the working folder holds. The object stays the same until the next change. */
  freeze(): Layer {
    return this.#work.freeze();
  }

  /** Restore what `freeze` returned. */
  thaw(layer: Layer): void {
    this.#work.thaw(layer);
  }

  /**
   * Answer one call.
   *
   * @param wait - Waits for what has to be fetched; what it throws is thrown on.
   */
  async call(call: FileCall, wait: <T>(promise: Promise<T>) => Promise<T>): Promise<Answered> {
    const path = normal(pathOf(call));
    for (;;) {
      try {
        if (!path.startsWith('/')) throw missing(); // Monty makes all absolute but the empty one
        const tree = this.treeOf(path);
        return { value: new Call(this, tree, path).answer(call) };
      } catch (error) {
        if (error instanceof NotFetched) await wait(error.fetch());
        else return failure(error, path);
      }
    }
  }

  /** A file's content; null if there is none. */
  async read(path: string, wait: <T>(promise: Promise<T>) => Promise<T>): Promise<Uint8Array | null> {
    const answer = await this.call({ case: 'readBytes', value: path }, wait);
    return typeof answer === 'object' && 'value' in answer && answer.value instanceof Uint8Array ? answer.value : null;
  }

  /** What a path is in. */
  treeOf(path: string): Tree {
    return this.#mounts.find(mount => within(path, mount.place)) ?? this.#own;
  }
}

class Call {
  readonly #parts: Parts;

  constructor(
    private readonly files: Files,
    private readonly tree: Tree,
    private readonly path: string
  ) {
    this.#parts = partsIn(tree, path);
  }

  answer(call: FileCall): Value {
    const files = this.tree.files;
    switch (call.case) {
      case 'exists':
        return files.info(this.#parts) !== null;
      case 'isFile':
        return files.info(this.#parts)?.kind === 'file';
      case 'isDir':
        return files.info(this.#parts)?.kind === 'folder';
      case 'isSymlink':
        return false; // nothing here is a link
      case 'readBytes':
        return files.read(this.#parts);
      case 'readText':
        return decoded(files.read(this.#parts));
      case 'writeBytes':
        return this.#write(call.value.data, false);
      case 'appendBytes':
        return this.#write(call.value.data, true);
      case 'writeText':
        this.#write(new TextEncoder().encode(call.value.data), false);
        return BigInt(characters(call.value.data));
      case 'appendText':
        this.#write(new TextEncoder().encode(call.value.data), true);
        return BigInt(characters(call.value.data));
      case 'open':
        return this.#open(call.value.mode);
      case 'mkdir':
        this.#makeFolder(call.value.parents, call.value.existOk);
        return null;
      case 'unlink':
        this.#changes();
        files.removeFile(this.#parts);
        return null;
      case 'rmdir':
        this.#changes();
        files.removeFolder(this.#parts);
        return null;
      case 'rename':
        this.#rename(call.value.dst);
        return null;
      case 'iterdir':
        return files.names(this.#parts).map(name => pathValue(joinPath(this.path, name)));
      case 'stat':
        return this.#stat();
      case 'resolve':
        return pathValue(joinPath(this.tree.place, ...files.resolve(this.#parts)));
      case 'absolute':
        return pathValue(this.path);
      case 'scan':
        return this.#scan(call.value.maxDepth);
    }
  }

  #open(mode: string): Value {
    const files = this.tree.files;
    const found = files.info(this.#parts);
    if (/^[wa]/.test(mode)) {
      this.#changes();
      if (found?.kind !== 'folder' && (mode.startsWith('w') || found === null))
        files.write(this.#parts, new Uint8Array());
    } else if (found === null) {
      files.read(this.#parts); // throws: it does not exist or cannot be reached
    }
    if (found?.kind === 'folder') throw isFolder();
    if (mode.includes('+')) this.#changes();
    return { py: 'file', path: this.path, mode, position: 0n };
  }

  #write(data: Uint8Array, append: boolean): bigint {
    this.#changes();
    this.tree.files.write(this.#parts, data, append);
    return BigInt(data.length);
  }

  #makeFolder(parents: boolean, existOk: boolean): void {
    const files = this.tree.files;
    this.#changes();
    for (let length = 1; parents && length < this.#parts.length; length++) {
      const above = this.#parts.slice(0, length);
      if (files.info(above) === null) files.makeFolder(above);
    }
    if (existOk && files.info(this.#parts)?.kind === 'folder') return;
    if (this.#parts.length === 0) throw exists();
    files.makeFolder(this.#parts);
  }

  #rename(target: string): void {
    this.#changes();
    const to = normal(target);
    if (this.files.treeOf(to) !== this.tree) {
      throw other('XDEV', 'Invalid cross-device link: a file cannot be moved out of its mount');
    }
    this.tree.files.rename(this.#parts, partsIn(this.tree, to));
  }

  #stat(): Value {
    const found = this.tree.files.info(this.#parts);
    if (found === null) throw missing();
    const isFile = found.kind === 'file';
    const mode = (isFile ? 0o100_000 : 0o40_000) | found.mode;
    const head = [mode, 0, 0, isFile ? 1 : 2, 0, 0, isFile ? found.size : 4096].map(BigInt);
    const { modified } = found;
    return {
      py: 'namedtuple',
      name: 'pydantic_monty.os_access.StatResult',
      fields: STAT,
      items: [...head, modified, modified, modified]
    };
  }

  #scan(maxDepth: number | undefined): Value {
    const depth = Math.min(maxDepth ?? DEEPEST, DEEPEST);
    if (this.tree.files.info(this.#parts) === null) throw missing();
    const found: Value[] = [];
    const todo: Parts[] = [[]];
    for (let below = todo.pop(); below !== undefined; below = todo.pop()) {
      if (found.length === MOST_SCANNED) {
        throw new ScanTooLarge(`directory scan exceeded ${showCount(MOST_SCANNED)} entries`);
      }
      const at = joinPath(this.path, ...below);
      const tree = this.files.treeOf(at); // what is mounted below is seen too
      const parts = partsIn(tree, at);
      const kind = tree.files.info(parts)?.kind;
      found.push({ py: 'tuple', items: [below.join('/'), kind === 'folder', kind === 'file', false] });
      if (kind !== 'folder' || below.length >= depth) continue;
      for (const name of tree.files.names(parts).reverse()) todo.push([...below, name]);
    }
    return found;
  }

  #changes(): void {
    if (this.tree.mode === 'ro') throw denied(`Read-only file system: ${this.tree.place} is mounted read-only`, 30);
  }
}

const STAT = [
  'st_mode',
  'st_ino',
  'st_dev',
  'st_nlink',
  'st_uid',
  'st_gid',
  'st_size',
  'st_atime',
  'st_mtime',
  'st_ctime'
];

class ScanTooLarge extends Error {}

class NotText extends Error {}

function decoded(data: Uint8Array): string {
  const fault = utf8Fault(data);
  if (fault !== null) throw new NotText(fault);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(data);
}

function pathOf(call: FileCall): string {
  if (typeof call.value === 'string') return call.value;
  return 'src' in call.value ? call.value.src : call.value.path;
}

/** An absolute path without `.` and `..`, which are taken as they are written: nothing here is a link. */
function normal(path: string): string {
  if (!path.startsWith('/')) return path;
  const names: string[] = [];
  for (const name of namesOf(path)) {
    if (name === '..') names.pop();
    else names.push(name);
  }
  return `/${names.join('/')}`;
}

/** The parts of a sandbox path below a tree's place. */
function partsIn(tree: Tree, path: string): Parts {
  return namesOf(path).slice(namesOf(tree.place).length);
}

function namesOf(path: string): string[] {
  return path.split('/').filter(name => name !== '' && name !== '.');
}

function within(path: string, place: string): boolean {
  const names = namesOf(path);
  return namesOf(place).every((name, index) => names[index] === name);
}

function joinPath(place: string, ...names: string[]): string {
  return `/${[...namesOf(place), ...names].join('/')}`;
}

function pathValue(path: string): Value {
  return { py: 'Path', path };
}

function failure(error: unknown, path: string): Answered {
  if (error instanceof NotText) return { raise: 'UnicodeDecodeError', message: error.message };
  if (error instanceof ScanTooLarge) return { raise: 'RuntimeError', message: error.message };
  if (error instanceof RangeError) return { raise: 'ValueError', message: error.message };
  if (!(error instanceof OsError)) throw error;
  // names the path as the cell wrote it, or is likely to have
  const plain = path === '' ? '' : joinPath(path);
  const shown = plain.startsWith(`${WORK}/`) ? plain.slice(WORK.length + 1) : plain;
  return { raise: error.type, message: `[Errno ${error.errno}] ${error.message}: ${repr(shown)}` };
}
