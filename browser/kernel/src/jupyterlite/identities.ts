/**
 * Who a kernel is: the same after its page was loaded anew in the same tab, as a restart leaves a kernel's id.
 *
 * What tells a tab from others is its session storage. It goes with the tab, and a kernel that is shut down takes its
 * entry with it: whatever is opened at that path later is a stranger.
 */

/** What a tab keeps. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Characters of a name that was stored: any page of the origin may have written there. */
const LONGEST = 100;

interface Known {
  name: string;
  /** The path of its notebook. */
  notebook: string;
}

/** The kernels of one page. */
export class Identities {
  readonly #known = new Map<string, Known>();
  readonly #running = new Set<string>();

  /** @param site - The site's base address. */
  constructor(
    private readonly site: string,
    private readonly storage: TabStorage | null = tabStorage()
  ) {}

  /** A kernel begins, or begins anew with the id that it had before. */
  of(kernel: string, notebook: () => string): Identity {
    const before = this.#known.get(kernel);
    if (before !== undefined) this.#keep(before);
    return {
      name: () => this.#known.get(kernel)?.name ?? this.#adopted(kernel, notebook()),
      moved: () => {
        this.#moved(kernel, notebook());
      },
      end: () => {
        this.#end(kernel, notebook());
      }
    };
  }

  #adopted(kernel: string, notebook: string): string {
    if (!isKnown(notebook)) return kernel;
    const stored = this.#stored(notebook);
    const known = { name: stored === null || this.#running.has(stored) ? kernel : stored, notebook };
    this.#known.set(kernel, known);
    this.#keep(known);
    return known.name;
  }

  #moved(kernel: string, notebook: string): void {
    const known = this.#known.get(kernel);
    if (known === undefined || known.notebook === notebook || !isKnown(notebook)) return;
    this.#forget(known);
    known.notebook = notebook;
    this.#keep(known);
  }

  #end(kernel: string, notebook: string): void {
    if (!this.#known.has(kernel)) this.#adopted(kernel, notebook);
    const known = this.#known.get(kernel);
    if (known !== undefined) this.#forget(known); // by its id it is still known: it may be a restart
  }

  #keep({ name, notebook }: Known): void {
    this.#running.add(name);
    this.#tried(storage => {
      storage.setItem(this.#key(notebook), name);
    });
  }

  #forget({ name, notebook }: Known): void {
    this.#running.delete(name);
    if (this.#stored(notebook) !== name) return; // another kernel has the notebook now
    this.#tried(storage => {
      storage.removeItem(this.#key(notebook));
    });
  }

  #stored(notebook: string): string | null {
    const name = this.#tried(storage => storage.getItem(this.#key(notebook))) ?? '';
    return name === '' || name.length > LONGEST ? null : name;
  }

  #key(notebook: string): string {
    return `monty-kernel - ${JSON.stringify([this.site, notebook])}`;
  }

  /** Where the browser keeps nothing for the tab, a kernel after a reload is another one. */
  #tried<T>(work: (storage: TabStorage) => T): T | null {
    try {
      return this.storage === null ? null : work(this.storage);
    } catch (error) {
      if (error instanceof DOMException) return null; // it is full, or forbidden
      throw error;
    }
  }
}

/** One kernel. */
export interface Identity {
  /** By this, sessions know it. It is found when it is first asked for: a kernel begins before its notebook has a path. */
  name(): string;
  /** The notebook may have another path now. */
  moved(): void;
  /** The kernel is shut down, or restarts. */
  end(): void;
}

/** Whether a page knows a kernel's notebook, and not only its folder. */
function isKnown(notebook: string): boolean {
  return !notebook.endsWith('/');
}

function tabStorage(): TabStorage | null {
  try {
    const { sessionStorage } = globalThis as { sessionStorage?: Storage };
    return sessionStorage ?? null;
  } catch (error) {
    if (error instanceof DOMException) return null; // some browsers throw where a page may keep nothing
    throw error;
  }
}
