/** A mounted folder of the site's drive. The page reads and changes it; the cell waits for each answer. */

import { isFolder, missing, notFolder, OsError, other } from './os_error';
import { plainParts, requireEmpty, requireEmptyFolder, requireFile, requireParent } from './overlay';
import type { FileTree, Info, Parts } from './overlay';
import type { DriveAnswer, DriveCall, DriveInfo } from '../worker/messages';

/** Asks the page. Rejects if the cell is interrupted: then nothing is known of what became of the call. */
export type AskDrive = (call: DriveCall) => Promise<DriveAnswer>;

export class DriveFolder implements FileTree {
  constructor(private readonly ask: AskDrive) {}

  resolve(path: Parts): Parts {
    return plainParts(path);
  }

  async info(path: Parts): Promise<Info | null> {
    const found = await this.#asked({ do: 'info', path: this.resolve(path) });
    return found === null ? null : infoOf(found as DriveInfo);
  }

  async read(path: Parts): Promise<Uint8Array> {
    return (await this.#asked({ do: 'read', path: this.resolve(path) })) as Uint8Array;
  }

  async entries(path: Parts): Promise<[string, Info][]> {
    const found = (await this.#asked({ do: 'entries', path: this.resolve(path) })) as [string, DriveInfo][];
    return found.map(([name, info]) => [name, infoOf(info)]);
  }

  async write(path: Parts, data: Uint8Array, append: boolean): Promise<void> {
    const plain = await this.#place(path);
    if ((await this.info(plain))?.kind === 'folder') throw isFolder();
    await this.#asked({ do: append ? 'append' : 'write', path: plain, data: data.slice() }); // alone, without what is beside it in memory
  }

  async makeFolder(path: Parts): Promise<void> {
    await this.#asked({ do: 'makeFolder', path: await this.#place(path) });
  }

  async removeFile(path: Parts): Promise<void> {
    const plain = this.resolve(path);
    await requireFile(this, plain);
    await this.#asked({ do: 'remove', path: plain });
  }

  async removeFolder(path: Parts): Promise<void> {
    const plain = this.resolve(path);
    await requireEmptyFolder(this, plain);
    await this.#asked({ do: 'remove', path: plain });
  }

  async rename(path: Parts, target: Parts): Promise<void> {
    const plain = this.resolve(path);
    const found = await this.info(plain);
    if (found === null) throw missing();
    const goal = await this.#place(target);
    if (plain.join('/') === goal.join('/')) return;
    if (found.kind === 'folder' && plain.every((name, index) => goal[index] === name)) {
      throw other('INVAL', 'Invalid argument');
    }
    const there = await this.info(goal);
    if (there !== null) {
      if (found.kind === 'file' && there.kind === 'folder') throw isFolder();
      if (found.kind === 'folder' && there.kind === 'file') throw notFolder();
      if (there.kind === 'folder') await requireEmpty(this, goal);
    }
    await this.#asked({ do: 'rename', path: plain, target: goal });
  }

  async #place(path: Parts): Promise<Parts> {
    const plain = this.resolve(path);
    await requireParent(this, plain);
    return plain;
  }

  async #asked(call: DriveCall): Promise<unknown> {
    const answer = await this.ask(call);
    if ('value' in answer) return answer.value;
    throw new OsError(...answer.error);
  }
}

function infoOf({ kind, size, modified }: DriveInfo): Info {
  return { kind, size, mode: kind === 'file' ? 0o644 : 0o755, modified };
}
