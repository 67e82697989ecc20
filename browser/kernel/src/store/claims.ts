/**
 * Which sessions run: no tab takes up, or forgets, what another one works on.
 *
 * A session that runs holds a lock of the browser's, which ends with its tab, whatever ends that. Where a site has no
 * HTTPS there are no locks: tabs ask each other there.
 */

import { randomId } from '../random_id';

export interface Claims {
  /** Take a session. Whether it could be had. */
  take(session: string): Promise<boolean>;
  /** Give it up. */
  release(session: string): void;
  /** All sessions that run, in any tab. */
  running(): Promise<ReadonlySet<string>>;
}

/** The claims of a page. @param name - Of the database that the sessions are in. */
export function claimsOf(name: string): Claims {
  const locks = (globalThis.navigator as { locks?: LockManager } | undefined)?.locks;
  return locks === undefined ? new AskedClaims(name) : new LockedClaims(name, locks);
}

export class LockedClaims implements Claims {
  readonly #prefix: string;
  #held = new Map<string, () => void>();

  constructor(
    name: string,
    private readonly locks: Pick<LockManager, 'query' | 'request'>
  ) {
    this.#prefix = `${name} session `;
  }

  take(session: string): Promise<boolean> {
    if (this.#held.has(session)) return Promise.resolve(true);
    return new Promise((resolve, reject) => {
      const hold = (lock: Lock | null): Promise<void> | undefined => {
        resolve(lock !== null);
        if (lock === null) return undefined;
        return new Promise(release => {
          this.#held.set(session, release);
        });
      };
      this.locks.request(this.#prefix + session, { ifAvailable: true }, hold).catch(reject);
    });
  }

  release(session: string): void {
    this.#held.get(session)?.();
    this.#held.delete(session);
  }

  async running(): Promise<ReadonlySet<string>> {
    const { held = [] } = await this.locks.query();
    const names = held.map(lock => lock.name ?? '').filter(name => name.startsWith(this.#prefix));
    return new Set(names.map(name => name.slice(this.#prefix.length)));
  }
}

/** Milliseconds in which a tab answers. */
const ANSWERS_WITHIN = 250;

interface Said {
  asks?: string;
  to?: string;
  runs?: string[];
}

export class AskedClaims implements Claims {
  #held = new Set<string>();
  #channel: BroadcastChannel | null = null;
  #answers = new Map<string, Set<string>>();

  constructor(private readonly name: string) {}

  async take(session: string): Promise<boolean> {
    if (!this.#held.has(session) && (await this.running()).has(session)) return false;
    this.#held.add(session);
    return true;
  }

  release(session: string): void {
    this.#held.delete(session);
  }

  async running(): Promise<ReadonlySet<string>> {
    const asks = randomId(8);
    const running = new Set(this.#held);
    this.#answers.set(asks, running);
    this.#open().postMessage({ asks } satisfies Said);
    await new Promise(resolve => setTimeout(resolve, ANSWERS_WITHIN));
    this.#answers.delete(asks);
    return running;
  }

  /** Answer nobody any more. */
  close(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  #open(): BroadcastChannel {
    if (this.#channel !== null) return this.#channel;
    const channel = new BroadcastChannel(this.name);
    channel.onmessage = ({ data }: MessageEvent<Said | null>) => {
      if (typeof data?.asks === 'string') {
        channel.postMessage({ to: data.asks, runs: [...this.#held] } satisfies Said);
      } else if (typeof data?.to === 'string' && Array.isArray(data.runs)) {
        for (const session of data.runs) this.#answers.get(data.to)?.add(session);
      }
    };
    this.#channel = channel;
    return channel;
  }
}
