import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { KernelTimeline } from '../src/kernel_timeline';
import { state } from './states';

class Comm {
  isDisposed = false;
  onMsg: (message: { content: { data: unknown } }) => void = () => undefined;
  opened: unknown = null;
  open(data: unknown): void {
    this.opened = data;
  }
  dispose(): void {
    this.isDisposed = true;
  }
  say(data: unknown): void {
    this.onMsg({ content: { data } });
  }
}

class StandIn {
  id = 'kernel';
  username = 'person';
  clientId = 'client';
  isDisposed = false;
  features = ['monty.timeline'];
  comms: Comm[] = [];
  asked: { type: string; content: unknown }[] = [];
  answer: unknown = { status: 'ok', present: 0, report: 'done' };
  statusChanged = new Signal<this, string>(this);
  connectionStatusChanged = new Signal<this, string>(this);
  anyMessage = new Signal<this, unknown>(this);
  disposed = new Signal<this, void>(this);
  get info(): Promise<unknown> {
    return Promise.resolve({ supported_features: this.features });
  }
  /** A message comes, from a process that calls itself so. */
  receive(session: string, channel = 'iopub'): void {
    this.anyMessage.emit({ direction: 'recv', msg: { channel, header: { msg_type: 'status', session } } });
  }
  createComm(): Comm {
    const comm = new Comm();
    this.comms.push(comm);
    return comm;
  }
  sendControlMessage(message: KernelMessage.IControlMessage): unknown {
    this.asked.push({ type: message.header.msg_type, content: message.content });
    const future = {
      onReply: undefined as ((reply: unknown) => void) | undefined,
      done: Promise.resolve(),
      dispose: () => undefined
    };
    const { answer } = this;
    if (answer !== null) {
      queueMicrotask(() => {
        future.onReply?.({ content: answer });
      });
    }
    return future;
  }
}

let kernel: StandIn;
const made = (): Promise<KernelTimeline | null> => KernelTimeline.of(kernel as unknown as Kernel.IKernelConnection);
const TREE = {
  event: 'tree',
  version: 1,
  session: null,
  present: 2,
  running: false,
  last_session: null,
  states: [state(0, null), state(1, 0), state(2, 1)]
};

beforeEach(() => {
  kernel = new StandIn();
});

describe('the timeline of a kernel', () => {
  it('is there only where the kernel announces it', async () => {
    kernel.features = [];
    expect(await made()).toBeNull();
    expect(kernel.comms).toEqual([]);
  });

  it('is the tree that the kernel tells, and what changes in it', async () => {
    const timeline = await made();
    const [comm] = kernel.comms;
    expect(comm?.opened).toEqual({ version: 1 });
    let told = 0;
    timeline?.changed.connect(() => (told += 1));
    comm?.say(TREE);
    expect([...(timeline?.states.keys() ?? [])]).toEqual([0, 1, 2]);
    expect(timeline?.here?.number).toBe(2);
    comm?.say({ event: 'changed', present: 3, states: [state(3, 0)], gone: [1] });
    expect([...(timeline?.states.keys() ?? [])]).toEqual([0, 2, 3]);
    expect([0, 2, 3].map(number => timeline?.isOnPath(number))).toEqual([true, false, true]);
    expect(told).toBe(2);
  });

  it('does not believe what is no event', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const timeline = await made();
    const [comm] = kernel.comms;
    comm?.say(TREE);
    for (const data of [
      null,
      {},
      { ...TREE, version: 2 },
      { ...TREE, states: [{ number: 1 }] },
      { event: 'changed' }
    ]) {
      comm?.say(data);
    }
    expect(timeline?.states.size).toBe(3);
    expect(warn).toHaveBeenCalledTimes(5);
  });

  it('asks in the state that the person sees', async () => {
    const timeline = await made();
    kernel.comms[0]?.say(TREE);
    expect(await timeline?.act({ action: 'restore', target: 1 })).toEqual({ status: 'ok', present: 0, report: 'done' });
    expect(kernel.asked).toEqual([
      { type: 'timeline_act_request', content: { action: 'restore', target: 1, state: 2, tree: null } }
    ]);
    kernel.answer = { status: 'error', ename: 'Refused', evalue: 'A cell runs.', present: 2 };
    expect(await timeline?.act({ action: 'undo' })).toMatchObject({ status: 'error', evalue: 'A cell runs.' });
    kernel.answer = 'nonsense';
    expect(await timeline?.act({ action: 'undo' })).toMatchObject({ ename: 'NoAnswer' });
  });

  it('says in which tree the person is, and has it told anew when it is another', async () => {
    const timeline = await made();
    kernel.comms[0]?.say({ ...TREE, tree: 'one' });
    kernel.answer = { status: 'error', ename: 'Refused', evalue: 'The session has gone on since.', present: 2 };
    await timeline?.act({ action: 'undo' });
    expect(kernel.asked[0]?.content).toEqual({ action: 'undo', state: 2, tree: 'one' });
    expect(kernel.comms).toHaveLength(2);
    kernel.comms[1]?.say({ ...TREE, tree: 'another' });
    await timeline?.act({ action: 'undo' });
    expect(kernel.asked[1]?.content).toEqual({ action: 'undo', state: 2, tree: 'another' });
  });

  it('says where the session fell back to until the next cell', async () => {
    const timeline = await made();
    kernel.comms[0]?.say(TREE);
    kernel.comms[0]?.say({ event: 'changed', present: 2, states: [], gone: [], restored: { to: 2, why: 'interrupt' } });
    expect(timeline?.restored?.to).toBe(2);
    const [state] = TREE.states.slice(-1);
    kernel.comms[0]?.say({ event: 'changed', present: 2, states: [{ ...state, where: 'both' }], gone: [] }); // it was stored
    expect(timeline?.restored?.to).toBe(2);
    kernel.comms[0]?.say({ event: 'changed', present: 3, states: [{ ...state, number: 3, parent: 2 }], gone: [] });
    expect(timeline?.restored).toBeNull();
  });

  it('knows what the notebook may reach, and what a variable shows', async () => {
    const timeline = await made();
    const limits = [{ name: 'memory', means: 'of the session', now: '1 GiB', granted: '1 GiB' }];
    kernel.comms[0]?.say(TREE);
    kernel.comms[0]?.say({ event: 'grants', tools: [], more_tools: 0, mounts: [], limits });
    expect(timeline?.grants).toEqual({ tools: [], more_tools: 0, mounts: [], limits });
    expect(timeline?.states.size).toBe(3);
    kernel.answer = { status: 'ok', present: 2, state: 2, data: { 'text/plain': '7' }, metadata: {} };
    expect(await timeline?.value('x')).toMatchObject({ status: 'ok', data: { 'text/plain': '7' } });
    kernel.answer = { status: 'ok', present: 2, state: 2, compared: true, variables: [{ name: 'x' }] };
    expect(await timeline?.variables()).toMatchObject({ ename: 'NoAnswer' });
    expect(kernel.asked.map(({ content }) => content)).toEqual([{ what: 'value', name: 'x' }, { what: 'variables' }]);
  });

  it('begins anew with a restarted kernel', async () => {
    const timeline = await made();
    kernel.comms[0]?.say(TREE);
    kernel.statusChanged.emit('restarting');
    expect(timeline?.states.size).toBe(0);
    kernel.statusChanged.emit('idle');
    expect(kernel.comms).toHaveLength(2);
    kernel.statusChanged.emit('busy');
    expect(kernel.comms).toHaveLength(2);
    kernel.receive('another process');
    expect(kernel.comms).toHaveLength(2);
  });

  it('begins anew with the first message of another process, whoever asked for the restart', async () => {
    const timeline = await made();
    kernel.receive('one');
    kernel.comms[0]?.say({ ...TREE, tree: 'one' });
    for (const [session, channel] of [
      ['one', 'iopub'],
      [kernel.clientId, 'iopub'], // what the server adds
      ['another', 'shell'] // a late reply, perhaps, of the process before
    ] as const) {
      kernel.receive(session, channel);
    }
    expect(timeline?.states.size).toBe(3);
    kernel.receive('another');
    expect(timeline?.states.size).toBe(0);
    expect(kernel.comms.map(({ isDisposed }) => isDisposed)).toEqual([true, false]);
    kernel.comms[0]?.say(TREE); // it came before, and is read after
    expect(timeline?.states.size).toBe(0);
    kernel.comms[1]?.say({ ...TREE, tree: 'another' });
    kernel.receive('another');
    expect(timeline?.states.size).toBe(3);
    expect(kernel.comms).toHaveLength(2);
  });

  it('has everything told anew when the connection was lost', async () => {
    const timeline = await made();
    kernel.comms[0]?.say(TREE);
    kernel.connectionStatusChanged.emit('connecting');
    expect(timeline?.states.size).toBe(3);
    kernel.connectionStatusChanged.emit('connected');
    kernel.comms[1]?.say({ ...TREE, present: 1 });
    expect(timeline?.present).toBe(1);
    kernel.statusChanged.emit('restarting');
    kernel.connectionStatusChanged.emit('connected'); // to a process that did not say yet that it is there
    expect(kernel.comms).toHaveLength(2);
  });

  it('ends with its kernel', async () => {
    const timeline = await made();
    kernel.disposed.emit();
    expect(timeline?.isDisposed).toBe(true);
    expect(await timeline?.act({ action: 'undo' })).toMatchObject({ ename: 'NoAnswer' });
    expect(kernel.asked).toEqual([]);
  });
});
