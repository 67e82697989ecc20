/** An overlay: a folder whose changes stay in memory, on top of what lies below it. */

import { denied, exists, isFolder, isUnreachable, missing, notFolder, other, OsError } from './os_error';
import { byCharacters, textSize } from './utf8';

/** The names that lead to a file, and its own. */
export type Parts = readonly string[];

/** What is at a path. */
export interface Info {
  kind: 'file' | 'folder';
  size: number;
  mode: number;
  modified: number;
}

/** What was written at a path. `gone` hides what lies below. Never changed. */
export interface Node {
  readonly kind: 'file' | 'folder' | 'gone';
  /** The content in pieces, so that a file that grows line by line is not copied for each line. */
  readonly data: readonly Uint8Array[];
  readonly size: number;
  /** In seconds since the epoch. */
  readonly modified: number;
  /** Whether a folder hides everything that lies below it. */
  readonly fresh: boolean;
}

/** Everything that was written in one tree, by path. Never changed. */
export type Layer = ReadonlyMap<string, Node>;

export const NOTHING: Layer = new Map();

/** What an overlay lies on. Paths are plain: without `.` and `..`. */
export interface Below {
  info(path: Parts): Promise<Info | null>;
  read(path: Parts): Promise<Uint8Array>;
  /** The names in a folder, with what they are. */
  entries(path: Parts): Promise<[name: string, info: Info][]>;
}

/** Files and folders below one place. Throws `OsError`. */
export interface FileTree extends Below {
  /** The path without `.` and `..`. */
  resolve(path: Parts): Parts;
  /** Create a file, replace its content, or append to it. */
  write(path: Parts, data: Uint8Array, append: boolean): Promise<void>;
  makeFolder(path: Parts): Promise<void>;
  removeFile(path: Parts): Promise<void>;
  removeFolder(path: Parts): Promise<void>;
  rename(path: Parts, target: Parts): Promise<void>;
}

/** How much an overlay can have. */
export interface Room {
  /** Bytes of all files; null for no limit. */
  size: number | null;
  /** Files, folders, and what hides files. */
  entries: number;
  /** Bytes that an entry counts besides its content. */
  each: number;
  /** What is said when there is no room left. */
  full: string;
}

/** Levels of folders that cells can create. */
const DEEPEST = 200;
/** Bytes of a path that cells can create. */
const LONGEST = 2048;
const MOST_PIECES = 1000;

/**
 * What lies below is asked before anything is changed: a call that is interrupted has changed nothing. No call begins
 * before the one before it has ended.
 */
export class Overlay implements FileTree {
  #nodes = new Map<string, Node>();
  #bytes = 0;
  #frozen: Layer | null = NOTHING;
  #children: Map<string, string[]> | null = null; // names by folder, computed when first needed

  constructor(
    private readonly below: Below,
    private readonly room: Room
  ) {}

  /** What was written so far. The object stays the same until the next change. */
  freeze(): Layer {
    this.#frozen ??= new Map(this.#nodes);
    return this.#frozen;
  }

  /** Restore what `freeze` returned. */
  thaw(layer: Layer): void {
    if (layer === this.#frozen) return;
    this.#nodes = new Map(layer);
    this.#frozen = layer;
    this.#bytes = [...layer.values()].reduce((sum, node) => sum + node.size, 0);
    this.#children = null;
  }

  resolve(path: Parts): Parts {
    return plainParts(path);
  }

  async info(path: Parts): Promise<Info | null> {
    let plain: Parts;
    try {
      plain = this.resolve(path);
    } catch (error) {
      if (isUnreachable(error)) return null;
      throw error;
    }
    const node = this.#covering(plain);
    if (node === null) return this.below.info(plain);
    return node.kind === 'gone' ? null : infoOf(node);
  }

  async read(path: Parts): Promise<Uint8Array> {
    const plain = this.resolve(path);
    const node = this.#covering(plain);
    if (node === null) return this.below.read(plain);
    if (node.kind === 'gone') throw missing();
    if (node.kind === 'folder') throw isFolder();
    return contentOf(node);
  }

  async write(path: Parts, data: Uint8Array, append: boolean): Promise<void> {
    const plain = this.resolve(path);
    await requireParent(this, plain);
    const found = await this.info(plain);
    if (found?.kind === 'folder') throw isFolder();
    let before: readonly Uint8Array[] = [];
    if (append && found !== null) {
      const node = this.#nodes.get(keyOf(plain));
      before = node === undefined ? [await this.below.read(plain)] : node.data;
      if (before.length > MOST_PIECES) before = [joined(before)];
    }
    const size = before.reduce((sum, piece) => sum + piece.length, 0) + data.length;
    const pieces = data.length > 0 ? [...before, data] : before;
    this.#put(plain, { kind: 'file', data: pieces, size, modified: now(), fresh: false });
  }

  async entries(path: Parts): Promise<[name: string, info: Info][]> {
    const plain = this.resolve(path);
    const found = await this.info(plain);
    if (found === null) throw missing();
    if (found.kind !== 'folder') throw notFolder();
    const entries = new Map(this.#isFresh(plain) ? [] : await this.below.entries(plain));
    for (const name of this.#writtenIn(plain)) {
      const node = this.#nodes.get(keyOf([...plain, name]));
      if (node === undefined || node.kind === 'gone') entries.delete(name);
      else entries.set(name, infoOf(node));
    }
    return [...entries].sort(([one], [other]) => byCharacters(one, other));
  }

  async makeFolder(path: Parts): Promise<void> {
    const plain = this.resolve(path);
    await requireParent(this, plain);
    if ((await this.info(plain)) !== null) throw exists();
    this.#put(plain, { kind: 'folder', data: [], size: 0, modified: now(), fresh: true });
  }

  async removeFile(path: Parts): Promise<void> {
    const plain = this.resolve(path);
    await requireFile(this, plain);
    this.#hide(plain, await this.#isBelow(plain));
  }

  async removeFolder(path: Parts): Promise<void> {
    const plain = this.resolve(path);
    await requireEmptyFolder(this, plain);
    const isBelow = await this.#isBelow(plain);
    this.#forgetBelow(plain);
    this.#hide(plain, isBelow);
  }

  /** Rename a file, or a folder that lies in memory alone. */
  async rename(path: Parts, target: Parts): Promise<void> {
    const plain = this.resolve(path);
    const goal = this.resolve(target);
    const found = await this.info(plain);
    const there = await this.info(goal);
    if (found === null) throw missing();
    await requireParent(this, goal);
    if (keyOf(plain) === keyOf(goal)) return;
    if (found.kind === 'folder') {
      if (!this.#isFresh(plain)) throw other('XDEV', 'an overlay does not move folders that are on the disk');
      if (plain.every((name, index) => goal[index] === name)) throw other('INVAL', 'Invalid argument');
      if (there !== null && (there.kind !== 'folder' || (await this.entries(goal)).length > 0)) {
        throw other('NOTEMPTY', 'Directory not empty');
      }
    } else if (there?.kind === 'folder') {
      throw isFolder();
    }
    const moved = [...this.#nodes].filter(([key]) => isWithin(key, plain));
    if (moved.length === 0) {
      const data = await this.read(plain);
      const { modified } = found;
      moved.push([keyOf(plain), { kind: 'file', data: [data], size: data.length, modified, fresh: false }]);
    }
    this.#move(plain, goal, moved, await this.#isBelow(plain));
  }

  #move(plain: Parts, goal: Parts, moved: readonly [string, Node][], isBelow: boolean): void {
    const before = this.freeze();
    try {
      this.#forgetBelow(plain); // first, so that it fits
      this.#hide(plain, isBelow);
      for (const [key, node] of moved) {
        const to = [...goal, ...partsOf(key).slice(plain.length)];
        requireShort(to);
        this.#put(to, node);
      }
    } catch (error) {
      if (error instanceof OsError) this.thaw(before);
      throw error;
    }
  }

  /** The names in a folder that have an entry in the overlay. */
  #writtenIn(plain: Parts): readonly string[] {
    if (this.#children === null) {
      this.#children = new Map();
      for (const key of this.#nodes.keys()) {
        const cut = key.lastIndexOf('/');
        const folder = cut < 0 ? '' : key.slice(0, cut);
        const names = this.#children.get(folder);
        if (names === undefined) this.#children.set(folder, [key.slice(cut + 1)]);
        else names.push(key.slice(cut + 1));
      }
    }
    return this.#children.get(keyOf(plain)) ?? [];
  }

  /** The entry that decides about a path: its own, or one that hides it; null if what lies below decides. */
  #covering(plain: Parts): Node | null {
    return this.#nodes.get(keyOf(plain)) ?? (this.#hidden(plain) ? GONE : null);
  }

  /** Whether a folder above a path hides what lies below. */
  #hidden(plain: Parts): boolean {
    for (let length = plain.length - 1; length >= 0; length--) {
      const node = this.#nodes.get(keyOf(plain.slice(0, length)));
      if (node !== undefined && (node.kind !== 'folder' || node.fresh)) return true;
    }
    return false;
  }

  #isFresh(plain: Parts): boolean {
    for (let length = plain.length; length >= 0; length--) {
      if (this.#nodes.get(keyOf(plain.slice(0, length)))?.fresh === true) return true;
    }
    return false;
  }

  #put(plain: Parts, node: Node): void {
    const key = keyOf(plain);
    const before = this.#nodes.get(key);
    const { size, entries, each, full } = this.room;
    const total = this.#bytes + node.size - (before?.size ?? 0);
    const count = this.#nodes.size + (before === undefined ? 1 : 0);
    if ((size !== null && total + each * count > size) || count > entries) {
      throw other('NOSPC', `No space left: ${full}`);
    }
    const fresh = node.fresh || (node.kind === 'folder' && before?.fresh === true);
    this.#nodes.set(key, { ...node, fresh });
    this.#bytes = total;
    this.#frozen = this.#children = null;
  }

  /** Whether something would be seen at a path if the overlay had no entry of its own there. */
  async #isBelow(plain: Parts): Promise<boolean> {
    return this.#hidden(plain) ? false : (await this.below.info(plain)) !== null;
  }

  /** Have nothing at a path. Only what lies below needs an entry for that. */
  #hide(plain: Parts, isBelow: boolean): void {
    const key = keyOf(plain);
    const node = this.#nodes.get(key);
    if (node !== undefined) {
      this.#nodes.delete(key);
      this.#bytes -= node.size;
      this.#frozen = this.#children = null;
    }
    if (isBelow) this.#put(plain, GONE);
  }

  #forgetBelow(plain: Parts): void {
    for (const [key, node] of [...this.#nodes]) {
      if (isWithin(key, plain)) {
        this.#nodes.delete(key);
        this.#bytes -= node.size;
      }
    }
    this.#frozen = this.#children = null;
  }
}

const GONE: Node = { kind: 'gone', data: [], size: 0, modified: 0, fresh: false };

/** The content of a file in one piece. */
export function contentOf(node: Node): Uint8Array<ArrayBuffer> {
  return joined(node.data);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function infoOf(node: Node): Info {
  const kind = node.kind === 'file' ? 'file' : 'folder';
  return { kind, size: node.size, mode: kind === 'file' ? 0o644 : 0o755, modified: node.modified };
}

/** A path without `.` and `..`. Throws OsError if it leads out of its tree. */
export function plainParts(path: Parts): Parts {
  const plain: string[] = [];
  for (const name of path) {
    if (name === '..') {
      if (plain.pop() === undefined) throw denied('Permission denied: it leads out of the mounted folder');
    } else if (name !== '' && name !== '.') {
      plain.push(name);
    }
  }
  return plain;
}

/** Check that something can be created at a plain path. Throws OsError. */
export async function requireParent(tree: Below, plain: Parts): Promise<void> {
  const name = plain.at(-1);
  if (name === undefined) throw isFolder('Is the mounted folder itself');
  const parent = await tree.info(plain.slice(0, -1));
  if (parent === null) throw missing();
  if (parent.kind !== 'folder') throw notFolder();
  if (textSize(name) > 255) throw other('NAMETOOLONG', 'File name too long');
  if (name.includes('\0')) throw new RangeError('embedded null byte');
  requireShort(plain);
}

/** Demand a file there, which can be removed. */
export async function requireFile(tree: Below, plain: Parts): Promise<void> {
  const found = await tree.info(plain);
  if (found === null) throw missing();
  if (found.kind === 'folder') throw isFolder();
}

/** Demand an empty folder there that can be removed, which the root cannot. */
export async function requireEmptyFolder(tree: Below, plain: Parts): Promise<void> {
  if (plain.length === 0) throw other('BUSY', 'Is the mounted folder itself');
  const found = await tree.info(plain);
  if (found === null) throw missing();
  if (found.kind !== 'folder') throw notFolder();
  await requireEmpty(tree, plain);
}

export async function requireEmpty(tree: Below, plain: Parts): Promise<void> {
  if ((await tree.entries(plain)).length > 0) throw other('NOTEMPTY', 'Directory not empty');
}

function keyOf(plain: Parts): string {
  return plain.join('/');
}

function partsOf(key: string): Parts {
  return key === '' ? [] : key.split('/');
}

function isWithin(key: string, plain: Parts): boolean {
  const folder = keyOf(plain);
  return folder === '' || key === folder || key.startsWith(`${folder}/`);
}

function requireShort(path: Parts): void {
  if (path.length - 1 > DEEPEST) {
    throw other('NAMETOOLONG', `File name too long: cells can create at most ${DEEPEST} levels of folders`);
  }
  if (path.reduce((sum, name) => sum + textSize(name) + 1, 0) > LONGEST) {
    throw other('NAMETOOLONG', 'File name too long: cells can create paths of at most 2,048 bytes');
  }
}

function now(): number {
  return Date.now() / 1000;
}
