/** Looks at states in a session beside the person's, so that theirs is not touched. */

import { NoSuchState, placeOf } from './timeline';
import type { HostedSession } from '../session/hosted_session';
import type { Module, Reply } from '../source/tree';
import type { Snapshot } from '../worker/messages';
import type { EndingInspector } from './onlooker';
import type { SessionStore } from './session_store';
import type { State } from './timeline';

/** The prelude's parts that tell what a state consists of. */
const PARTS = ['lengths', 'variables', 'overview', 'proof'];

export class SideSession implements EndingInspector {
  #session: HostedSession | null = null;

  /**
   * @param make - Makes a session with a worker of its own; it is started when a state is first looked at.
   * @param store - What has states that are not in memory.
   */
  constructor(
    private readonly make: () => HostedSession,
    private readonly store: SessionStore | null
  ) {}

  async visit(state: State, session?: string): Promise<Snapshot> {
    const snapshot = state.snapshot ?? (await this.#stored(state, session));
    const side = await this.ready();
    const failure = await side.load(snapshot);
    if (failure !== null) throw new NoSuchState(`The state ${placeOf(state)} cannot be loaded: ${failure}.`);
    return snapshot;
  }

  #stored(state: State, session?: string): Promise<Snapshot> {
    if (this.store === null || !state.stored) {
      throw new NoSuchState(`The state ${placeOf(state)} has been dropped to save space, or deleted.`);
    }
    return session === undefined ? this.store.snapshot(state.number) : this.store.snapshot(state.number, session);
  }

  async evaluate(expression: string): Promise<unknown> {
    const value = await (await this.ready()).evaluate(expression, PARTS);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
    return isObject ? new Map(Object.entries(value)) : value;
  }

  async tree(source: string): Promise<Module | null> {
    const text = await (await this.ready()).syntax(source);
    const reply = text === undefined ? null : (JSON.parse(text) as Reply);
    return reply === null || 'error' in reply ? null : reply;
  }

  /** End its worker, if there is one. It can be used again. */
  close(): void {
    void this.#session?.close();
    this.#session = null;
  }

  /** @throws CannotStart */
  async ready(): Promise<HostedSession> {
    this.#session ??= this.make();
    await this.#session.ready();
    return this.#session;
  }
}
