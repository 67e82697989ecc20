/** Front ends follow the states of a kernel over comms, ask about them and act on control; and no cell gets there. */

import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/engine/limits';
import { sessionServices } from '../../src/worker/session_services';
import { hasWasm } from '../worker/page';
import { Client, port } from './client';
import { Site } from './site';
import { act, ask, Comm } from './timeline_client';
import type { WorkerPort } from '../../src/session/workers';

const clients: Client[] = [];

/** A kernel for a notebook of its own, unless the arguments say which. */
function started(given: ConstructorParameters<typeof Client>[0] = {}): Client {
  const notebook = `${clients.length}.ipynb`;
  const client = new Client({ notebook: () => notebook, ...given });
  clients.push(client);
  return client;
}

afterEach(() => {
  for (const client of clients) client.close();
});

/** Counts the workers that live. */
class Workers {
  living = 0;
  readonly failed: ((reason: string) => void)[] = [];

  readonly spawn = (): WorkerPort => {
    const made = port(sessionServices());
    this.living += 1;
    let lives = true;
    return {
      ...made,
      listen: (heard, failed) => {
        this.failed.push(failed);
        made.listen(heard, failed);
      },
      end: () => {
        if (lives) this.living -= 1;
        lives = false;
        made.end();
      }
    };
  };
}

describe.skipIf(!hasWasm)('a front end', () => {
  it('is told that the kernel has a timeline', async () => {
    const client = started();
    const info = await client.ask('kernel_info_request', {});
    expect(info['supported_features']).toEqual(['monty.timeline']);
    expect(info['monty']).toEqual({ timeline: 1, last_session: null });
  });

  it('is told all states at once, and what comes then, also by a magic or by another client', async () => {
    const client = started();
    client.send('execute_request', { code: 'rows = [1]' }, { cellId: 'first-cell' });
    await client.run('rows.clear()');
    const comm = new Comm(client);
    await comm.until(() => comm.states.get(2)?.changes != null);
    expect(comm.events[0]).toMatchObject({ event: 'tree', version: 1, running: false, last_session: null });
    expect(comm.states.get(1)).toMatchObject({ parent: 0, label: 'rows = [1]', cell_id: 'first-cell', failed: false });
    expect(comm.states.get(2)).toMatchObject({ cell_id: null, changes: { compared: true, more: 0, unknown: 0 } });
    const second = new Comm(client, 'two');
    await second.lookedInto();
    expect(second.states).toEqual(comm.states);
    await client.run('%undo');
    await comm.until(() => comm.present === 1 && second.present === 1);
    await client.control('timeline_act_request', { action: 'redo', state: 1 });
    await comm.until(() => comm.present === 2 && second.present === 2);
    second.close();
    await client.run('x = 1');
    await comm.until(() => comm.present === 4);
    expect(second.present).toBe(2);
  });

  it('is told what the notebook may reach, at once and when that changes', async () => {
    const client = started({ site: new Site({ 'data/a.csv': '1' }), limits: { ...DEFAULT_LIMITS, seconds: 60 } });
    const reached = (): Promise<unknown> => ask(client, { what: 'grants' });
    const limit = (name: string, means: string, now: string | null, granted = now): object => ({
      ...{ name, means, now, granted }
    });
    const limits = [
      limit('memory', 'of the session', '1 GiB'),
      limit('seconds', 'of computing, per cell', '60 s'),
      limit('recursion', 'calls deep', '1,000'),
      limit('output', 'of each cell', null),
      limit('host_calls', 'of each cell', null),
      limit('asleep', 'seconds, per cell', null)
    ];
    const before = { tools: [], more_tools: 0, mounts: [], limits };
    expect(await reached()).toEqual({ status: 'ok', present: 0, ...before });
    const comm = new Comm(client);
    await comm.until(() => comm.grants.length > 0);
    expect(comm.grants).toEqual([{ event: 'grants', ...before }]);
    client.person = () => 'y';
    await client.run('%mount data\n%limits output=2KiB');
    await comm.until(() => comm.grants.length > 1);
    limits[3] = limit('output', 'of each cell', '2 KiB', null);
    const mounts = [{ place: '/data', host: '/data', mode: 'overlay' }];
    expect(comm.grants[1]).toEqual({ event: 'grants', ...before, mounts });
    expect(await reached()).toMatchObject({ mounts, limits });
    const second = new Comm(client, 'two');
    await second.until(() => second.grants.length > 0);
    expect(second.grants[0]).toEqual(comm.grants[1]);
    await client.run('%unmount /data');
    await comm.until(() => comm.grants.length > 2);
    expect(comm.grants[2]).toMatchObject({ mounts: [] });
  });

  it('has comms of the timeline only, and no more than 32', async () => {
    const client = started();
    const stranger = new Comm(client, 'stranger', 'jupyter.widget');
    await stranger.until(() => stranger.isClosed);
    const comms = Array.from({ length: 33 }, (_, index) => new Comm(client, `comm ${index}`));
    await client.run('1');
    expect(comms.map(comm => comm.isClosed)).toEqual(comms.map((_, index) => index === 0));
    const { comms: open } = await client.ask('comm_info_request', { target_name: 'monty.timeline' });
    expect(Object.keys(open as object)).toHaveLength(32);
    expect((await client.ask('comm_info_request', { target_name: 'other' }))['comms']).toEqual({});
  });

  it('is answered while a cell runs, and what it wants done is refused', async () => {
    const client = started();
    await client.run('steady = 1');
    client.person = () => null;
    const running = client.run('input()');
    const question = await client.asked();
    const told = await ask(client, { what: 'variables' });
    expect(told['variables']).toMatchObject([{ name: 'steady', text: '1' }]);
    expect((await ask(client))['running']).toBe(true);
    for (const action of ['undo', 'redo', 'restore', 'name', 'delete', 'resume']) {
      expect(await act(client, action, { target: 0, name: 'n' })).toMatchObject({
        ename: 'Refused',
        evalue: 'A cell runs or waits: interrupt it, or try again when it is done.'
      });
    }
    const busy = client.received.filter(({ header }) => header.msg_type === 'status').at(-1);
    expect([busy?.content['execution_state'], busy?.parent_header.msg_id]).toEqual([
      'busy',
      question.parent_header.msg_id
    ]);
    client.answer(question, 'line');
    await running;
    expect(await act(client, 'undo')).toMatchObject({ status: 'ok', present: 0 });
  });

  it('of which two act at once undoes nothing that it has not seen; cells wait for the travel', async () => {
    const client = started();
    for (const value of [1, 2, 3]) await client.run(`turn = ${value}`);
    const content = { action: 'undo', state: 3 };
    const acts = [1, 2].map(() => client.control('timeline_act_request', content));
    const shown = client.run('turn');
    expect((await Promise.all(acts)).map(reply => reply['ename'] ?? reply['status'])).toEqual(['ok', 'Refused']);
    expect((await shown).result).toBe('2');
  });

  it('is told where a session fell back to', async () => {
    const workers = new Workers();
    const client = started({ spawn: workers.spawn, limits: { ...DEFAULT_LIMITS, memory: 60_000_000 } });
    await client.run('kept = 1');
    const comm = new Comm(client);
    await client.run("x = 'x'\nwhile True: x += x");
    await comm.until(() => comm.events.some(event => event.restored !== undefined));
    expect(comm.events.map(({ restored }) => restored).filter(Boolean)).toEqual([{ to: 1, why: 'memory' }]);
    client.person = () => null;
    const running = client.run('input()');
    await client.asked();
    workers.failed[0]?.('it was lost');
    expect((await running).reply['ename']).toBe('WorkerCrashed');
    await comm.until(() => comm.events.some(event => event.restored?.why === 'crash'));
    expect(comm.present).toBe(1);
    expect((await client.run('kept')).result).toBe('1');
  });

  it('finds the last session of its notebook, and resumes it', async () => {
    const id = crypto.randomUUID();
    const notebook = (): string => 'resumed.ipynb';
    const before = started({ id, notebook });
    await before.run('kept = [1, 2]');
    await before.run('%sessions'); // waits until it is stored
    before.close();
    const client = started({ id, notebook });
    const comm = new Comm(client);
    await comm.until(() => comm.events.some(event => event.last_session != null));
    const last = comm.events.at(-1)?.last_session;
    expect(last).toMatchObject({ ended: 'closed', states: 2, variables: null, own: true });
    const resumed = await act(client, 'resume', { session: last?.session });
    expect(resumed).toMatchObject({ status: 'ok', present: 1 });
    expect(resumed['report']).toContain('continues after In[1]: came back: kept = list of 2.');
    await comm.until(() => comm.states.get(1)?.where === 'both' && comm.events.at(-1)?.present === 1);
    expect(comm.events.findLast(({ event }) => event === 'tree')?.last_session).toBe(null);
    const ran = await client.run('kept');
    expect([ran.error, ran.result, ran.reply['execution_count']]).toEqual([null, '[1, 2]', 2]);
  });

  it("is told to ask the person for another kernel's session", async () => {
    const notebook = (): string => 'other.ipynb';
    const before = started({ notebook });
    await before.run('secret = 1');
    await before.run('%sessions');
    before.close();
    const client = started({ notebook });
    const refused = await act(client, 'resume');
    expect(refused['ename']).toBe('Refused');
    expect(refused['evalue']).toContain('in a cell, which asks you first.');
    expect((await client.run('secret')).error).toContain('NameError');
  });
});

describe.skipIf(!hasWasm)('a worker that looks into states', () => {
  it('is there while a client is, and not longer', async () => {
    const workers = new Workers();
    const client = started({ spawn: workers.spawn });
    await client.run('x = 1');
    await client.run('x = 2');
    await client.ask('kernel_info_request', {});
    await expect.poll(() => workers.living, { timeout: 60_000 }).toBe(2); // one of them is in readiness
    const without = workers.living;
    expect((await ask(client))['states']).toMatchObject([{ changes: null }, { changes: null }, { changes: null }]);
    expect(workers.living).toBe(without);
    const comm = new Comm(client);
    await comm.lookedInto();
    expect(workers.living).toBe(without + 1);
    comm.close();
    await expect.poll(() => workers.living, { timeout: 60_000 }).toBe(without);
  });

  it('leaves states alone that are too large, and says so', async () => {
    const client = started();
    await client.run('import random\nhuge = [random.randbytes(1 << 20) for _ in range(34)]');
    const comm = new Comm(client);
    const [, large] = await comm.lookedInto();
    expect(large?.changes).toEqual({ compared: false, why: 'it is larger than 32 MiB' });
    expect(await ask(client, { what: 'variables' })).toMatchObject({
      status: 'ok',
      compared: false,
      why: 'it is larger than 32 MiB'
    });
    await client.run('huge = None');
    await comm.until(() => comm.states.get(2)?.changes != null);
    expect(comm.states.get(2)?.changes).toEqual({
      compared: false,
      why: 'of the state before it: it is larger than 32 MiB'
    });
  });
});

describe.skipIf(!hasWasm)('nothing but control leads to an act', () => {
  it('no other channel, no comm, and nothing that a cell says', async () => {
    const client = started();
    await client.run('value = 1');
    await client.run('value = 2');
    const content = { action: 'undo', state: 2 };
    const shell = client.send('timeline_act_request', content);
    new Comm(client, 'a comm').close();
    client.send('comm_msg', { comm_id: 'a comm', data: { ...content, event: 'timeline_act_request' } });
    const display = { 'application/json': content };
    const forged = [
      `display(${JSON.stringify(display)}, raw=True, metadata=${JSON.stringify(content)})`,
      "__mk_magic('timeline_act_request', 'undo')",
      'get_ipython().kernel.do_shutdown()'
    ];
    for (const code of forged) await client.run(code, { user_expressions: { value: 'timeline_act_request' } });
    expect(client.received.some(({ parent_header }) => parent_header.msg_id === shell.header.msg_id)).toBe(true);
    expect(client.received.some(({ header }) => header.msg_type === 'timeline_act_reply')).toBe(false);
    expect((await client.run('value')).result).toBe('2');
  });

  it('what it does not know is an error', async () => {
    const client = started();
    expect(await client.control('debug_request', {})).toMatchObject({
      status: 'error',
      ename: 'ValueError',
      evalue: 'this kernel knows no debug_request on control'
    });
  });
});
