/**
 * The folders of the site's drive that the person granted to one kernel, and what its cells do in them. What a worker
 * asks for may have been forged: it gets no more than was granted.
 */

import { denied, missing, OsError, other } from '../engine/os_error';
import { quoted } from './quoted';
import { Quota } from './quota';
import type {
  Answer,
  DriveAnswer,
  DriveCall,
  DriveChange,
  DriveInfo,
  DriveLook,
  MountMode,
  MountSpec,
  Question
} from '../worker/messages';
import type { Path, SiteDrive } from './drive';

/** Calls at once: an honest worker waits for each, unless the person interrupts it. */
const MOST_WAITING = 32;

/** Why a folder is not mounted, for the person. */
export class NotMountable extends Error {}

interface Mount extends MountSpec {
  readonly path: Path;
  /** The folder, as the notebook asked for it. */
  readonly asked: string;
}

export class Mounts {
  #mounts: Mount[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * @param home - The notebook's folder on the drive, from which names of folders are read; null if it is elsewhere.
   */
  constructor(
    private readonly drive: SiteDrive,
    private readonly home: Path | null,
    private readonly quota = new Quota()
  ) {}

  /** All mounts, in the order in which they were granted. */
  get all(): readonly MountSpec[] {
    return this.#mounts.map(({ place, folder, mode }) => ({ place, folder, mode }));
  }

  /** Find a folder that a notebook asks for: what the question is to show. Throws NotMountable. */
  async find(host: string, place: string, mode: MountMode): Promise<Path> {
    const path = this.#resolved(host);
    const folder = quoted(`/${path.join('/')}`);
    if (this.drive.isForeign(path)) throw new NotMountable(`${folder} is not on the drive of this site`);
    const found = await this.drive.info(path).catch((error: unknown) => {
      throw error instanceof OsError ? new NotMountable(`${folder} cannot be mounted: ${error.message}`) : error;
    });
    if (found === null) throw new NotMountable(`there is no folder ${folder}`);
    if (found.kind !== 'folder') throw new NotMountable(`${folder} is not a folder`);
    if (mode === 'rw' && path.length === 0) {
      throw new NotMountable(`${folder} is not mounted to be changed: all notebooks of this site are in it`);
    }
    for (const other of this.#mounts) {
      if (overlap(place.split('/').slice(1), other.place.split('/').slice(1))) {
        throw new NotMountable(`${place} overlaps the mount at ${other.place}; %unmount ${other.place} first`);
      }
      if (overlap(path, other.path)) {
        throw new NotMountable(`the folder overlaps the folder mounted at ${other.place}`);
      }
    }
    return path;
  }

  /** Mount a folder that was found, and that the person granted. @param host - How the notebook asked for it. */
  add(host: string, place: string, path: Path, mode: MountMode): MountSpec {
    const mount = { place, folder: `/${path.join('/')}`, mode };
    this.#mounts.push({ ...mount, path, asked: asWritten(host) });
    return mount;
  }

  /**
   * Whether this very request led to a mount that is still there. The request counts, not the folder: whether another
   * path leads to the same one, a notebook must not find out.
   */
  has(host: string, place: string, mode: MountMode): boolean {
    const asked = asWritten(host);
    return this.#mounts.some(mount => mount.asked === asked && mount.place === place && mount.mode === mode);
  }

  /** Unmount the folder at a place; whether there was one. */
  remove(place: string): boolean {
    const before = this.#mounts.length;
    this.#mounts = this.#mounts.filter(mount => mount.place !== place);
    return this.#mounts.length < before;
  }

  /** Answer a worker. */
  async answer({ place, call }: Extract<Question, { kind: 'contents' }>): Promise<Answer> {
    this.#waiting += 1;
    try {
      return { value: await this.#answer(place, call) };
    } finally {
      this.#waiting -= 1;
    }
  }

  async #answer(place: string, call: DriveCall): Promise<DriveAnswer> {
    try {
      if (this.#waiting > MOST_WAITING) throw other('BUSY', 'the drive of this site does not answer');
      const mount = this.#mounts.find(each => each.place === place);
      if (mount === undefined) throw denied('Permission denied: nothing is mounted there');
      return { value: (await this.#done(mount, call)) ?? null };
    } catch (error) {
      if (error instanceof OsError) return { error: [error.type, error.errno, error.message] };
      throw error;
    }
  }

  #done(mount: Mount, call: DriveCall): Promise<unknown> {
    const path = below(mount, call.path);
    if (isLook(call)) return this.drive[call.do](path);
    // one that was interrupted still goes on, and must not write over what comes after it
    const change = this.#last.then(() => this.#changed(mount, path, call));
    this.#last = change.catch(() => undefined);
    return change;
  }

  async #changed(mount: Mount, path: Path, call: DriveChange): Promise<void> {
    const { drive } = this;
    if (mount.mode !== 'rw') throw denied(`Read-only file system: ${mount.place} is mounted read-only`, 30);
    if (path.length === mount.path.length) throw other('BUSY', 'Is the mounted folder itself');
    const file = path.join('/');
    switch (call.do) {
      case 'write':
        return this.#write(path, call.data);
      case 'append': {
        const found = await drive.info(path);
        const before = found === null ? new Uint8Array() : await drive.read(path);
        return this.#write(path, joined(before, call.data), found);
      }
      case 'makeFolder':
        this.quota.admitNew();
        await drive.makeFolder(path);
        this.quota.made(file);
        return;
      case 'remove':
        if ((await drive.info(path))?.kind === 'folder' && (await drive.entries(path)).length > 0) {
          throw other('NOTEMPTY', 'Directory not empty');
        }
        await drive.remove(path);
        this.quota.removed(file);
        return;
      case 'rename': {
        const target = below(mount, call.target);
        if (target.length === mount.path.length) throw other('BUSY', 'Is the mounted folder itself');
        await drive.rename(path, target);
        this.quota.moved(file, target.join('/'));
      }
    }
  }

  async #write(path: Path, data: Uint8Array, known?: DriveInfo | null): Promise<void> {
    const found = known === undefined ? await this.drive.info(path) : known;
    const file = path.join('/');
    if (found === null) this.quota.admitNew();
    this.quota.admit(file, found?.size ?? 0, data.length);
    await this.drive.write(path, data);
    if (found === null) this.quota.made(file);
    this.quota.written(file, found?.size ?? 0, data.length);
  }

  #resolved(host: string): Path {
    if (!host.startsWith('/') && this.home === null) {
      throw new NotMountable('this notebook is not on the drive of this site, so write the whole path of the folder');
    }
    const path = host.startsWith('/') ? [] : [...(this.home ?? [])];
    for (const name of host.split('/')) {
      if (name === '..') path.pop();
      else if (name !== '' && name !== '.') path.push(name);
    }
    return path;
  }
}

/** A path as it was written, but for slashes and dots that say nothing. As `pathlib.Path` in the native kernel. */
function asWritten(host: string): string {
  const names = host.split('/').filter(name => name !== '' && name !== '.');
  return (host.startsWith('/') ? '/' : '') + names.join('/');
}

function isLook(call: DriveCall): call is DriveLook {
  return ['info', 'read', 'entries'].includes(call.do);
}

/** A path of the drive, of names that come from a worker. */
function below(mount: Mount, names: Path): Path {
  if (names.includes('..') || names.includes('.')) throw missing();
  return [...mount.path, ...names];
}

function joined(one: Uint8Array, two: Uint8Array): Uint8Array {
  const whole = new Uint8Array(one.length + two.length);
  whole.set(one);
  whole.set(two, one.length);
  return whole;
}

function overlap(one: Path, two: Path): boolean {
  const length = Math.min(one.length, two.length);
  return one.slice(0, length).every((name, index) => two[index] === name);
}
