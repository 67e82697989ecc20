/** What front ends of the timeline do: ask on control, and follow a comm. */

import type { Client } from './client';
import type { StateData } from '../../src/timetravel/tree_data';

/** An event of the comm. */
export interface TimelineEvent {
  event: 'tree' | 'changed';
  present: number;
  running: boolean;
  states: StateData[];
  restored?: { to: number; why: string };
  last_session?: { session: string; own: boolean; states: number } | null;
}

/** A comm that a client opened. It sees all that the kernel has sent since. */
export class Comm {
  readonly #from: number;

  constructor(
    private readonly client: Client,
    readonly id = 'one',
    target = 'monty.timeline'
  ) {
    this.#from = client.received.length;
    client.send('comm_open', { comm_id: id, target_name: target, data: { version: 1 } });
  }

  get events(): TimelineEvent[] {
    return this.#told.filter(({ event }) => event !== 'grants') as unknown as TimelineEvent[];
  }

  /** What the notebook may reach, each time that it was told. */
  get grants(): object[] {
    return this.#told.filter(({ event }) => event === 'grants');
  }

  get #told(): { event: string }[] {
    return this.client.received
      .slice(this.#from)
      .filter(({ header, content }) => header.msg_type === 'comm_msg' && content['comm_id'] === this.id)
      .map(({ content }) => content['data'] as { event: string });
  }

  /** Whether the kernel has closed it. */
  get isClosed(): boolean {
    const ours = this.client.received.slice(this.#from).filter(({ content }) => content['comm_id'] === this.id);
    return ours.some(({ header }) => header.msg_type === 'comm_close');
  }

  /** All states as far as they were told. */
  get states(): Map<number, StateData> {
    const states = new Map<number, StateData>();
    for (const { event, states: told } of this.events) {
      if (event === 'tree') states.clear();
      for (const state of told) states.set(state.number, state);
    }
    return states;
  }

  get present(): number | undefined {
    return this.events.at(-1)?.present;
  }

  /** Wait until something holds that the kernel tells. */
  async until(holds: () => boolean): Promise<void> {
    if (!holds()) await this.client.until(() => holds());
  }

  /** Wait until all states have been looked into; the states. */
  async lookedInto(): Promise<StateData[]> {
    const all = (): StateData[] => [...this.states.values()];
    await this.until(() => this.events.length > 0 && all().every(({ changes }) => changes !== null));
    return all();
  }

  close(): void {
    this.client.send('comm_close', { comm_id: this.id, data: {} });
  }
}

/** Ask about the states. */
export function ask(client: Client, content: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  return client.control('timeline_request', content);
}

/** Act on what is the present state now, unless the fields say which. */
export async function act(
  client: Client,
  action: unknown,
  fields: Record<string, unknown> = {}
): Promise<Record<string, unknown>> {
  const { present } = await ask(client);
  return client.control('timeline_act_request', { action, state: present, ...fields });
}
