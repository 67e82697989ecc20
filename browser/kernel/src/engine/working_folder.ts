/**
 * The files that every session has: a working folder and one for temporary files, in memory, empty at first.
 *
 * They are an overlay on a disk with nothing on it but the folders themselves and those that lead to mounts.
 */

import { showCount, showSize } from './limits';
import { isFolder, missing } from './os_error';
import { Overlay } from './overlay';
import type { Below, Info, Layer, Node, Parts } from './overlay';

/** Where the working folder is in the sandbox. Cells start in it. */
export const WORK = '/work';
const TEMPORARY = '/tmp';

/** Files and folders that a session may have. */
const MOST_FILES = 10_000;
/** Bytes that they may take. */
export const MOST_BYTES = 64 * 2 ** 20;
/** Bytes of memory that a file takes besides its content. */
const EACH = 512;

const FOLDER: Info = { kind: 'folder', size: 0, mode: 0o755, modified: 0 };

/** A disk with a few empty folders. */
class Bare implements Below {
  constructor(private readonly mounted: () => readonly string[]) {}

  #folders(): Set<string> {
    const folders = new Set<string>(['']);
    for (const place of [WORK, TEMPORARY, ...this.mounted()]) {
      const parts = place.split('/').slice(1);
      for (let length = 1; length <= parts.length; length++) folders.add(parts.slice(0, length).join('/'));
    }
    return folders;
  }

  info(path: Parts): Promise<Info | null> {
    return Promise.resolve(this.#folders().has(path.join('/')) ? FOLDER : null);
  }

  async read(path: Parts): Promise<Uint8Array> {
    throw (await this.info(path)) === null ? missing() : isFolder();
  }

  entries(path: Parts): Promise<[string, Info][]> {
    const folder = path.join('/');
    const above = folder === '' ? '' : `${folder}/`;
    const names = [...this.#folders()]
      .filter(each => each !== '' && each.startsWith(above) && !each.slice(above.length).includes('/'))
      .map(each => each.slice(above.length))
      .filter(name => name !== '');
    return Promise.resolve(names.map(name => [name, FOLDER]));
  }
}

/**
 * The files of a session, below `/`.
 *
 * @param mounted - Gives the places of the mounts.
 * @param most - Bytes that the files may take; null for no limit.
 */
export function workingFolder(mounted: () => readonly string[], most: number | null = MOST_BYTES): Overlay {
  const size = most === null ? '' : ` ${showSize(most)} (work_max_bytes) and`;
  const full = `the files of a session take at most${size} ${showCount(MOST_FILES)} entries`;
  return new Overlay(new Bare(mounted), { size: most, entries: MOST_FILES, each: EACH, full });
}

/** What makes `after` of `before`: null where nothing is written any more. */
export function layerChanges(before: Layer, after: Layer): Map<string, Node | null> {
  const changes = new Map<string, Node | null>();
  if (before === after) return changes;
  for (const [path, node] of after) if (before.get(path) !== node) changes.set(path, node);
  for (const path of before.keys()) if (!after.has(path)) changes.set(path, null);
  return changes;
}
