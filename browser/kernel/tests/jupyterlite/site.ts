/** The files of a site, as JupyterLite's drive has them: its own, and those in the browser. */

import type { Contents } from '@jupyterlab/services';
import type { SiteContents } from '../../src/jupyterlite/drive';

type Model = Contents.IModel;

export class Site implements SiteContents {
  readonly #stored = new Map<string, Model>();
  /** Calls, such as `get a/b`. */
  readonly calls: string[] = [];
  /** Waits before each answer. */
  delay: (call: string) => Promise<void> = () => Promise.resolve();
  /** Bytes of a file that it does not really have. */
  sizes = new Map<string, number>();

  /** @param own - The content of the site's own files, by their paths. */
  constructor(private readonly own: Readonly<Record<string, string | Uint8Array>> = {}) {}

  driveName(path: string): string {
    const [name = '', ...rest] = (path.split('/')[0] ?? '').split(':');
    return rest.length > 0 && name === 'other' ? name : '';
  }

  async get(given: string, { content = true }: Contents.IFetchOptions = {}): Promise<Model> {
    const path = await this.#asked('get', given);
    const names = path === '' ? [] : path.split('/');
    const below = this.#all().filter(each => path === '' || each.startsWith(`${path}/`));
    if (below.length > 0 || this.#stored.get(path)?.type === 'directory' || path === '') {
      const inside = [...new Set(below.map(each => each.split('/')[names.length] ?? ''))];
      const models = inside.map(name => this.#model([...names, name].join('/')));
      return { ...modelOf(path, 'directory'), content: content ? models : null };
    }
    if (!this.#all().includes(path)) {
      throw Object.assign(new Error(`Path ${path} does not exist.`), { response: { status: 404 } });
    }
    return { ...this.#model(path), content: content ? 'not used' : null };
  }

  async save(given: string, options: Partial<Model> = {}): Promise<Model> {
    const path = await this.#asked('save', given);
    const { type = 'file', format = 'base64' } = options;
    const content: unknown = options.content;
    const model = { ...modelOf(path, type), format, content, last_modified: new Date().toISOString() };
    this.#stored.set(path, { ...model, size: bytesOf(model).length });
    return model;
  }

  async delete(given: string): Promise<void> {
    const path = await this.#asked('delete', given);
    for (const each of this.#stored.keys()) {
      if (each === path || each.startsWith(`${path}/`)) this.#stored.delete(each);
    }
  }

  async getDownloadUrl(given: string): Promise<string> {
    const path = await this.#asked('url', given);
    return URL.createObjectURL(new Blob([new Uint8Array(this.bytes(path) ?? new Uint8Array())]));
  }

  /** The content of a file; undefined if there is none. */
  bytes(path: string): Uint8Array | undefined {
    const stored = this.#stored.get(path);
    if (stored !== undefined) return bytesOf(stored);
    const own = this.own[path];
    return typeof own === 'string' ? new TextEncoder().encode(own) : own;
  }

  text(path: string): string | undefined {
    const found = this.bytes(path);
    return found && new TextDecoder().decode(found);
  }

  #all(): string[] {
    return [...new Set([...Object.keys(this.own), ...this.#stored.keys()])];
  }

  #model(path: string): Model {
    const isFolder =
      this.#stored.get(path)?.type === 'directory' || this.#all().some(each => each.startsWith(`${path}/`));
    const size = this.sizes.get(path) ?? this.bytes(path)?.length ?? 0;
    return { ...modelOf(path, isFolder ? 'directory' : 'file'), size, ...(this.#stored.get(path) ?? {}) };
  }

  async #asked(what: string, given: string): Promise<string> {
    const path = decodeURIComponent(given.replace(/^\//, ''));
    this.calls.push(`${what} ${path}`);
    await this.delay(`${what} ${path}`);
    return path;
  }
}

function modelOf(path: string, type: string): Model {
  const when = '2026-01-02T03:04:05Z';
  const name = path.slice(path.lastIndexOf('/') + 1);
  return {
    name,
    path,
    type,
    writable: true,
    created: when,
    last_modified: when,
    mimetype: '',
    content: null,
    format: null
  };
}

function bytesOf({ format, content }: Model): Uint8Array {
  if (typeof content !== 'string') return new Uint8Array();
  return format === 'base64' ? Uint8Array.from(Buffer.from(content, 'base64')) : new TextEncoder().encode(content);
}
