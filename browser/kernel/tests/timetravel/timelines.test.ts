/** Both kernels tell a front end the same of the same cells, but for times, bytes, and where a state is kept. */

import { readFileSync } from 'node:fs';
import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import listed from '../../../conformance/differences.json';
import { Client } from '../jupyterlite/client';
import { act, ask, Comm } from '../jupyterlite/timeline_client';
import { hasWasm } from '../worker/page';

type Data = Record<string, unknown>;

interface Session {
  name: string;
  steps: (string | Data)[];
  replies: Data[];
  states: Data[];
}

const SESSIONS = JSON.parse(
  readFileSync(new URL('../generated/timelines.json', import.meta.url), 'utf8')
) as readonly Session[];
const OWN = new Set(['time', 'bytes', 'where', 'session', 'last_session']);
const used = new Set<unknown>();

function common(told: object): Data {
  return Object.fromEntries(Object.entries(told).filter(([name]) => !OWN.has(name)));
}

/** What the native kernel says, in the words of a page. */
function reworded(told: unknown): unknown {
  let text = JSON.stringify(told);
  for (const entry of listed.timelines) {
    const other = text.replaceAll(entry.native, entry.browser);
    if (other !== text) used.add(entry);
    text = other;
  }
  return JSON.parse(text);
}

async function lookedInto(client: Client): Promise<Data[]> {
  const comm = new Comm(client, `comm-${client.received.length}`);
  const states = await comm.lookedInto();
  comm.close();
  return states as unknown as Data[];
}

async function reply(client: Client, step: Data): Promise<Data> {
  if ('action' in step) return act(client, step['action'], step);
  await lookedInto(client);
  return ask(client, step);
}

it.skipIf(!hasWasm).each(SESSIONS)('$name', async ({ name, steps, replies, states }) => {
  const client = new Client({ notebook: () => `${name}.ipynb` });
  try {
    const found: Data[] = [];
    for (const step of steps) {
      if (typeof step === 'string') await client.run(step);
      else found.push(common(await reply(client, step)));
    }
    expect(found).toEqual(reworded(replies));
    const told: Data[] = [];
    for (const state of await lookedInto(client)) {
      const { variables } = await ask(client, { what: 'variables', state: state['number'] });
      const { source } = await ask(client, { what: 'source', state: state['number'] });
      told.push({ ...common(state), variables, source });
    }
    expect(told).toEqual(reworded(states));
  } finally {
    client.close();
  }
});

it.skipIf(!hasWasm)('every difference that is listed is one', () => {
  expect(listed.timelines.filter(entry => !used.has(entry))).toEqual([]);
});
