/** The states of one kernel, as its comm tells them, and the requests that travel between them. */

import { KernelMessage } from '@jupyterlab/services';
import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';

import { actedOf, differenceOf, eventOf, FEATURE, shownOf, sourceOf, TARGET, variablesOf } from './protocol';
import type {
  Acted,
  Action,
  Difference,
  Grants,
  LastSession,
  Restored,
  Shown,
  SourceOfState,
  State,
  Variables
} from './protocol';
import { redoOf, WaysOn } from './ways_on';

/** Milliseconds that a kernel may take for an answer on control, where it answers at once unless it is gone. */
const ANSWERS_WITHIN = 10_000;

/** The same where a copy of the session runs the notebook's code for it. */
const SHOWS_WITHIN = 20_000;

const SILENT = { status: 'error' as const, ename: 'NoAnswer', evalue: 'The kernel did not answer.' };

/** What is known of one kernel's session. `changed` is emitted with everything that becomes known. */
export class KernelTimeline implements IDisposable {
  /** The states by number, in the order in which they were made. */
  readonly states = new Map<number, State>();
  /** The number of the present state. */
  present = 0;
  /** The last session of this notebook, as long as it can be resumed. */
  lastSession: LastSession | null = null;
  /** Where the session fell back to when the last cell lost its worker; null after the next cell. */
  restored: Restored | null = null;
  /** What the notebook may reach; null as long as the kernel has not said. */
  grants: Grants | null = null;

  #comm: Kernel.IComm | null = null;
  readonly #waysOn = new WaysOn();
  #path: readonly number[] | null = null;
  #steps: ReadonlyMap<number, number> | null = null;
  #redo: { readonly state: State | null | undefined } | null = null;
  #tree: string | null = null; // the id of the tree that was told
  #process: string | null = null; // what the kernel's process calls itself in its messages
  #isDisposed = false;
  readonly #changed = new Signal<this, void>(this);

  private constructor(private readonly kernel: Kernel.IKernelConnection) {
    kernel.statusChanged.connect(this.#onStatus, this);
    kernel.connectionStatusChanged.connect(this.#onConnection, this);
    kernel.anyMessage.connect(this.#onMessage, this);
    kernel.disposed.connect(() => {
      this.dispose();
    });
    this.#open();
  }

  /** The timeline of a kernel; null if it has none. */
  static async of(kernel: Kernel.IKernelConnection): Promise<KernelTimeline | null> {
    const info = (await kernel.info) as { supported_features?: unknown };
    const features = info.supported_features;
    if (kernel.isDisposed || !Array.isArray(features) || !features.includes(FEATURE)) return null;
    return new KernelTimeline(kernel);
  }

  get changed(): ISignal<this, void> {
    return this.#changed;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (!this.kernel.isDisposed) this.#drop();
    Signal.clearData(this);
  }

  /** The present state; undefined before there is one. */
  get here(): State | undefined {
    return this.states.get(this.present);
  }

  /** The numbers of the present state and those before it, back to the start. */
  get path(): readonly number[] {
    if (this.#path === null) {
      const path = new Set<number>();
      let at: number | null | undefined = this.present;
      while (at !== null && at !== undefined && !path.has(at)) {
        path.add(at);
        at = this.states.get(at)?.parent;
      }
      this.#path = [...path];
    }
    return this.#path;
  }

  /** How many states ago a state before the present one was it; undefined if it is none of them. */
  stepsBack(number: number): number | undefined {
    this.#steps ??= new Map(this.path.map((each, steps) => [each, steps]));
    return this.#steps.get(number);
  }

  /** Whether a state is the present one or one of those before it. */
  isOnPath(number: number): boolean {
    return this.stepsBack(number) !== undefined;
  }

  /** The state that a redo leads to; null if it is not known which one, undefined if there is none. */
  get redo(): State | null | undefined {
    this.#redo ??= { state: redoOf({ path: this.path, states: this.states, waysOn: this.#waysOn }) };
    return this.#redo.state;
  }

  /** Ask for a travel. It is refused where somebody else has travelled, or run a cell, in between. */
  async act(action: Action): Promise<Acted> {
    const seen = { state: this.present, tree: this.#tree };
    const acted = actedOf(await this.#ask('timeline_act', { ...action, ...seen })) ?? SILENT;
    if (acted.status === 'error' && acted.ename === 'Refused') this.#lookAgain();
    return acted;
  }

  /** How one state differs from another. */
  async difference(from: number, to: number): Promise<Difference> {
    return differenceOf(await this.#ask('timeline', { what: 'diff', from, to })) ?? SILENT;
  }

  /** The text that the cell of a state had. */
  async source(state: number): Promise<SourceOfState> {
    return sourceOf(await this.#ask('timeline', { what: 'source', state })) ?? SILENT;
  }

  /** What the present state holds. */
  async variables(): Promise<Variables> {
    return variablesOf(await this.#ask('timeline', { what: 'variables' })) ?? SILENT;
  }

  /** A variable of the present state in its own display, which a copy of the session makes. */
  async value(name: string): Promise<Shown> {
    return shownOf(await this.#ask('timeline', { what: 'value', name }, SHOWS_WITHIN)) ?? SILENT;
  }

  #ask(name: 'timeline' | 'timeline_act', content: object, within = ANSWERS_WITHIN): Promise<unknown> {
    if (this.#isDisposed || this.kernel.isDisposed) return Promise.resolve(null);
    // JupyterLab's types know no other messages than its own
    const message = KernelMessage.createMessage<KernelMessage.IInterruptRequestMsg>({
      msgType: `${name}_request` as 'interrupt_request',
      channel: 'control',
      username: this.kernel.username,
      session: this.kernel.clientId,
      content: content as KernelMessage.IInterruptRequestMsg['content']
    });
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        future.dispose();
        resolve(null);
      }, within);
      const future = this.kernel.sendControlMessage(message, true, true);
      future.onReply = reply => {
        clearTimeout(timer);
        resolve(reply.content);
      };
      future.done.catch(() => {
        clearTimeout(timer);
        resolve(null); // the kernel is gone, or the connection
      });
    });
  }

  #onStatus(_: Kernel.IKernelConnection, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') this.#forget();
    else if ((status === 'idle' || status === 'busy') && (this.#comm === null || this.#comm.isDisposed)) this.#open();
  }

  /** What was told while there was no connection is lost. */
  #onConnection(_: Kernel.IKernelConnection, status: Kernel.ConnectionStatus): void {
    if (status === 'connected' && this.#comm !== null) this.#lookAgain();
  }

  /**
   * A restart that another front end asked for changes no status that this one is sure to see. But each process has a session of
   * its own in the headers of its messages, and welcomes everybody who subscribes to IOPub: so its first message there is
   * always seen. What the server adds in between has the session of this connection.
   */
  #onMessage(_: Kernel.IKernelConnection, { msg, direction }: Kernel.IAnyMessageArgs): void {
    const { session } = msg.header;
    if (direction !== 'recv' || msg.channel !== 'iopub' || session === this.kernel.clientId) return;
    const isOther = this.#process !== null && this.#process !== session;
    this.#process = session;
    if (!isOther) return;
    this.#forget();
    this.#open();
  }

  #open(): void {
    this.#comm = this.kernel.createComm(TARGET);
    this.#comm.onMsg = message => {
      this.#heard(message.content.data);
    };
    this.#comm.open({ version: 1 });
  }

  /** What is known may be of another kernel: have it told anew. */
  #lookAgain(): void {
    if (this.#isDisposed || this.kernel.isDisposed) return;
    this.#drop();
    this.#open();
  }

  /** Listen to the comm no more. Its process is gone, or closes the comm when there are too many. */
  #drop(): void {
    const comm = this.#comm;
    this.#comm = null;
    if (comm === null) return;
    comm.onMsg = () => undefined;
    if (!comm.isDisposed) comm.dispose();
  }

  #forget(): void {
    this.#drop();
    this.#tree = null;
    this.states.clear();
    this.#waysOn.clear();
    this.present = 0;
    this.restored = this.lastSession = this.grants = null;
    this.#tell();
  }

  #heard(data: unknown): void {
    const event = eventOf(data);
    if (event === null) {
      console.warn('The Monty kernel sent an event of its timeline that this extension cannot read.', data);
      return;
    }
    if (event.event === 'grants') {
      const { tools, more_tools, mounts, limits } = event;
      this.grants = { tools, more_tools, mounts, limits };
      this.#tell();
      return;
    }
    if (event.event === 'tree') {
      this.states.clear();
      if (event.tree !== this.#tree) this.#waysOn.clear();
      this.#tree = event.tree;
      this.restored = null;
    } else {
      for (const number of event.gone) this.states.delete(number);
      const isNext = event.present !== this.present || event.states.some(({ number }) => !this.states.has(number));
      this.restored = event.restored ?? (isNext ? null : this.restored);
    }
    if (event.last_session !== undefined) this.lastSession = event.last_session;
    for (const state of event.states) this.states.set(state.number, state);
    this.present = event.present;
    this.#tell();
  }

  #tell(): void {
    this.#path = this.#steps = this.#redo = null;
    this.#waysOn.walked(this.path);
    this.#changed.emit();
  }
}
