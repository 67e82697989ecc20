/**
 * The files of the site, as JupyterLite has them: its own, and what the person keeps in the browser. Paths are the names
 * that lead to a file from the drive's root. Throws `OsError`.
 */

import type { Contents } from '@jupyterlab/services';

import { denied, exists, isFolder, missing, notFolder, OsError, other } from '../engine/os_error';
import { base64 } from '../outputs/downloads';
import { thousands } from '../source/python_text';
import type { DriveInfo } from '../worker/messages';

/** What is used of JupyterLite's contents manager. */
export type SiteContents = Pick<Contents.IManager, 'driveName' | 'get' | 'save' | 'delete' | 'getDownloadUrl'>;

export type Path = readonly string[];

/** Bytes of a file that can be read or written at once, since all of it is copied several times. */
const MOST_READ = 1 << 26;
const MOST_LISTED = 50_000;

/** Names that JupyterLite reads as something else: it decodes paths, and puts them into addresses. */
const UNUSABLE = /^\.{0,2}$|[/\\%\0]/;

export class SiteDrive {
  constructor(private readonly contents: SiteContents) {}

  /** What is at a path; null if nothing is. */
  async info(path: Path): Promise<DriveInfo | null> {
    if (path.length === 0) return { kind: 'folder', size: 0, modified: 0 };
    const model = await this.#model(path, false);
    return model === null ? null : infoOf(model);
  }

  /** A file's content, as it is: JupyterLite would decode text, and write JSON anew. */
  async read(path: Path): Promise<Uint8Array<ArrayBuffer>> {
    const found = await this.info(path);
    if (found === null) throw missing();
    if (found.kind === 'folder') throw isFolder();
    requireSmall(found.size);
    const url = await this.#said(this.contents.getDownloadUrl(textOf(path)));
    try {
      const response = await this.#said(fetch(url, { cache: 'no-cache' }));
      if (response.status === 404) throw missing();
      if (!response.ok) throw failed(`${response.status} ${response.statusText}`);
      return await bounded(response);
    } finally {
      if (url.startsWith('blob:')) URL.revokeObjectURL(url);
    }
  }

  /** What is in a folder. Names that cannot be used here are left out. */
  async entries(path: Path): Promise<[name: string, info: DriveInfo][]> {
    const model = await this.#model(path, true);
    if (model === null) throw missing();
    if (model.type !== 'directory') throw notFolder();
    const listed = Array.isArray(model.content) ? (model.content as Contents.IModel[]) : [];
    if (listed.length > MOST_LISTED) {
      throw other('FBIG', `the folder has more than ${thousands(MOST_LISTED)} entries`);
    }
    return listed.filter(each => !UNUSABLE.test(each.name)).map(each => [each.name, infoOf(each)]);
  }

  /** Create a file, or replace its content. */
  async write(path: Path, data: Uint8Array): Promise<void> {
    this.#requireUsable(path);
    requireSmall(data.length);
    const text = textIn(data);
    const content =
      text === null ? { format: 'base64' as const, content: base64(data) } : { format: 'text' as const, content: text };
    await this.#said(this.contents.save(textOf(path), { type: 'file', ...content }));
  }

  async makeFolder(path: Path): Promise<void> {
    this.#requireUsable(path);
    if ((await this.info(path)) !== null) throw exists();
    await this.#said(this.contents.save(textOf(path), { type: 'directory', format: 'json', content: null }));
  }

  /** Remove a file or an empty folder. What the site itself has stays. */
  async remove(path: Path): Promise<void> {
    await this.#said(this.contents.delete(textOf(path)));
    if ((await this.info(path)) !== null) throw denied('The site itself has it, so that it cannot be removed', 30);
  }

  /** Move a file, or an empty folder. A file at the target is replaced. */
  async rename(path: Path, target: Path): Promise<void> {
    this.#requireUsable(target);
    const found = await this.info(path);
    if (found === null) throw missing();
    if (found.kind === 'folder') {
      if ((await this.entries(path)).length > 0)
        throw other('XDEV', 'a folder of the site is moved only if it is empty');
      if ((await this.info(target)) === null) await this.makeFolder(target);
      await this.remove(path);
      return;
    }
    const data = await this.read(path);
    const replaced = (await this.info(target)) === null ? null : await this.read(target);
    await this.write(target, data);
    try {
      await this.remove(path);
    } catch (error) {
      // all is to be as it was, also what the person had changed in a file of the site
      await this.write(path, data);
      if (replaced === null) await this.remove(target);
      else await this.write(target, replaced);
      throw error;
    }
  }

  /** Whether a path leads elsewhere than to this drive, or cannot be said. */
  isForeign(path: Path): boolean {
    return path.some(name => UNUSABLE.test(name)) || this.contents.driveName(textOf(path)) !== '';
  }

  #requireUsable(path: Path): void {
    if (this.isForeign(path)) throw other('INVAL', 'Invalid argument: the site has no file of such a name');
  }

  async #model(path: Path, content: boolean): Promise<Contents.IModel | null> {
    if (this.isForeign(path)) return null;
    try {
      return await this.contents.get(textOf(path), { content });
    } catch (error) {
      const response = (error as { response?: { status?: unknown } }).response;
      if (response?.status === 404) return null;
      throw failed(error);
    }
  }

  async #said<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      throw failed(error);
    }
  }
}

function textOf(path: Path): string {
  return path.join('/');
}

function infoOf({ type, size, last_modified }: Contents.IModel): DriveInfo {
  const modified = Date.parse(last_modified) / 1000;
  const kind = type === 'directory' ? 'folder' : 'file';
  return { kind, size: size ?? 0, modified: Number.isFinite(modified) ? modified : 0 };
}

function requireSmall(size: number): void {
  if (size <= MOST_READ) return;
  throw other(
    'FBIG',
    `File too large: ${thousands(size)} bytes, and at most ${thousands(MOST_READ)} are read or written at once`
  );
}

function failed(error: unknown): OsError {
  const said = error instanceof Error ? error.message : String(error);
  return other('IO', `Input/output error: the drive of this site says ${said.slice(0, 200)}`);
}

/** The bytes of an answer, which may be longer than the drive said. */
async function bounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await response.blob().catch((error: unknown) => {
    throw failed(error);
  });
  requireSmall(blob.size);
  return new Uint8Array(await blob.arrayBuffer());
}

/** The text that bytes are; null if they are none. */
function textIn(data: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return null;
  }
}
