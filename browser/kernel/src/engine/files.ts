/** Answers a cell's calls about files from the session's own files, and from mounted folders. */

import { repr } from '../source/python_text';
import { showCount, showSize } from './limits';
import { denied, exists, isFolder, missing, OsError, other } from './os_error';
import { NOTHING, Overlay } from './overlay';
import { characters, utf8Fault } from './utf8';
import { WORK, workingFolder } from './working_folder';
import type { MountMode, MountSpec } from '../worker/messages';
import type { OsCall } from '../wire/generated/monty/v1/monty_pb';
import type { Answered } from '../wire/requests';
import type { Value } from '../wire/values';
import type { FileTree, Info, Layer, Parts } from './overlay';

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

/** What the overlay of one mount may hold, which is memory of the worker and of the page. */
const OVERLAID = { size: 64 * 2 ** 20, entries: 10_000, each: 512 };

/** Files below a place in the sandbox. */
export interface Tree {
  place: string;
  mode: MountMode;
  files: FileTree;
}

/** A mounted folder of the site's drive. */
interface Mount extends Tree {
  /** What changes stay in; null where there are none, or they go to the drive. */
  overlay: Overlay | null;
  /** What a state calls it: what cells wrote comes back only where the same folder is mounted. */
  key: string;
}

/** What cells wrote in memory: in the working folder, and in each overlay by its mount. Never changed. */
export interface Written {
  readonly work: Layer;
  readonly overlays: ReadonlyMap<string, Layer>;
}

export const NOTHING_WRITTEN: Written = { work: NOTHING, overlays: new Map() };

export class Files {
  readonly #mounts: Mount[] = [];
  readonly #work = workingFolder(() => this.#mounts.map(mount => mount.place));
  readonly #own: Tree = { place: '/', mode: 'overlay', files: this.#work };

  /** Mount a folder that the person granted: `folder` reads it, and changes it where the mode says so. */
  mount({ place, mode, folder: path }: MountSpec, folder: FileTree): void {
    this.unmount(place);
    const full = `the changes of a mounted folder take at most ${showSize(OVERLAID.size)} and ${showCount(OVERLAID.entries)} entries`;
    const overlay = mode === 'overlay' ? new Overlay(folder, { ...OVERLAID, full }) : null;
    this.#mounts.push({ place, mode, overlay, files: overlay ?? folder, key: `${place}\0${path}` });
  }

  /** Unmount the folder at a place. What was written to an overlay is lost. */
  unmount(place: string): void {
    const index = this.#mounts.findIndex(mount => mount.place === place);
    if (index >= 0) this.#mounts.splice(index, 1);
  }

  /** What was written in memory. The layers are the same objects until the next change. */
  freeze(): Written {
    const overlays = new Map<string, Layer>();
    for (const { key, overlay } of this.#mounts) if (overlay !== null) overlays.set(key, overlay.freeze());
    return { work: this.#work.freeze(), overlays };
  }

  /** Restore what `freeze` returned. An overlay that did not exist then becomes empty. */
  thaw({ work, overlays }: Written): void {
    this.#work.thaw(work);
    for (const { key, overlay } of this.#mounts) overlay?.thaw(overlays.get(key) ?? NOTHING);
  }

  /** Answer one call. What stops the waiting for a mounted folder is thrown on. */
  async call(call: FileCall): Promise<Answered> {
    const path = normal(pathOf(call));
    try {
      if (!path.startsWith('/')) throw missing(); // Monty makes all absolute but the empty one
      return { value: await new Call(this, this.treeOf(path), path).answer(call) };
    } catch (error) {
      return failure(error, path);
    }
  }

  /** A file's content; null if there is none. */
  async read(path: string): Promise<Uint8Array | null> {
    const answer = await this.call({ case: 'readBytes', value: path });
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

  async answer(call: FileCall): Promise<Value> {
    const files = this.tree.files;
    switch (call.case) {
      case 'exists':
        return (await files.info(this.#parts)) !== null;
      case 'isFile':
        return (await files.info(this.#parts))?.kind === 'file';
      case 'isDir':
        return (await files.info(this.#parts))?.kind === 'folder';
      case 'isSymlink':
        return false; // nothing here is a link
      case 'readBytes':
        return files.read(this.#parts);
      case 'readText':
        return decoded(await files.read(this.#parts));
      case 'writeBytes':
        return this.#write(call.value.data, false);
      case 'appendBytes':
        return this.#write(call.value.data, true);
      case 'writeText':
        await this.#write(new TextEncoder().encode(call.value.data), false);
        return BigInt(characters(call.value.data));
      case 'appendText':
        await this.#write(new TextEncoder().encode(call.value.data), true);
        return BigInt(characters(call.value.data));
      case 'open':
        return this.#open(call.value.mode);
      case 'mkdir':
        await this.#makeFolder(call.value.parents, call.value.existOk);
        return null;
      case 'unlink':
        this.#changes();
        await files.removeFile(this.#parts);
        return null;
      case 'rmdir':
        this.#changes();
        await files.removeFolder(this.#parts);
        return null;
      case 'rename':
        await this.#rename(call.value.dst);
        return null;
      case 'iterdir':
        return (await files.entries(this.#parts)).map(([name]) => pathValue(joinPath(this.path, name)));
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

  async #open(mode: string): Promise<Value> {
    const files = this.tree.files;
    const found = await files.info(this.#parts);
    if (/^[wa]/.test(mode)) {
      this.#changes();
      if (found?.kind !== 'folder' && (mode.startsWith('w') || found === null))
        await files.write(this.#parts, new Uint8Array(), false);
    } else if (found === null) {
      await files.read(this.#parts); // throws: it does not exist or cannot be reached
    }
    if (found?.kind === 'folder') throw isFolder();
    if (mode.includes('+')) this.#changes();
    return { py: 'file', path: this.path, mode, position: 0n };
  }

  async #write(data: Uint8Array, append: boolean): Promise<bigint> {
    this.#changes();
    await this.tree.files.write(this.#parts, data, append);
    return BigInt(data.length);
  }

  async #makeFolder(parents: boolean, existOk: boolean): Promise<void> {
    const files = this.tree.files;
    this.#changes();
    for (let length = 1; parents && length < this.#parts.length; length++) {
      const above = this.#parts.slice(0, length);
      if ((await files.info(above)) === null) await files.makeFolder(above);
    }
    if (existOk && (await files.info(this.#parts))?.kind === 'folder') return;
    if (this.#parts.length === 0) throw exists();
    await files.makeFolder(this.#parts);
  }

  async #rename(target: string): Promise<void> {
    this.#changes();
    const to = normal(target);
    if (this.files.treeOf(to) !== this.tree) {
      throw other('XDEV', 'Invalid cross-device link: a file cannot be moved out of its mount');
    }
    await this.tree.files.rename(this.#parts, partsIn(this.tree, to));
  }

  async #stat(): Promise<Value> {
    const found = await this.tree.files.info(this.#parts);
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

  async #scan(maxDepth: number | undefined): Promise<Value> {
    const depth = Math.min(maxDepth ?? DEEPEST, DEEPEST);
    const itself = await this.tree.files.info(this.#parts);
    if (itself === null) throw missing();
    const found: Value[] = [];
    const todo: [below: Parts, kind: Info['kind']][] = [[[], itself.kind]];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (found.length === MOST_SCANNED) {
        throw new ScanTooLarge(`directory scan exceeded ${showCount(MOST_SCANNED)} entries`);
      }
      const [below, kind] = next;
      found.push({ py: 'tuple', items: [below.join('/'), kind === 'folder', kind === 'file', false] });
      if (kind !== 'folder' || below.length >= depth) continue;
      const entries = await this.#listed(below);
      for (const [name, info] of entries.reverse()) todo.push([[...below, name], info.kind]);
    }
    return found;
  }

  /** What is in a folder; nothing, as in Monty's own mounts, if it cannot be listed. */
  async #listed(below: Parts): Promise<[string, Info][]> {
    const at = joinPath(this.path, ...below);
    const tree = this.files.treeOf(at); // what is mounted below is seen too
    try {
      return await tree.files.entries(partsIn(tree, at));
    } catch (error) {
      if (below.length > 0 && error instanceof OsError) return [];
      throw error;
    }
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
