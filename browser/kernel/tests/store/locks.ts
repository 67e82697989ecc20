/** The locks of a browser, as `navigator.locks` of each of its tabs gives them. */

export class Locks {
  readonly held = new Map<string, TabLocks>();
}

export class TabLocks {
  constructor(private readonly all: Locks) {}

  request = ((name: string, _: LockOptions, work: (lock: Lock | null) => unknown): Promise<unknown> => {
    if (this.all.held.has(name)) return Promise.resolve(work(null));
    this.all.held.set(name, this);
    return Promise.resolve(work({ name, mode: 'exclusive' })).finally(() => {
      if (this.all.held.get(name) === this) this.all.held.delete(name);
    });
  }) as LockManager['request'];

  query(): Promise<LockManagerSnapshot> {
    return Promise.resolve({ held: [...this.all.held.keys()].map(name => ({ name })), pending: [] });
  }

  /** The tab is closed. */
  end(): void {
    for (const [name, tab] of this.all.held) if (tab === this) this.all.held.delete(name);
  }
}
