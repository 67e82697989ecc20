/** The kernel, as JupyterLite sees it: it takes Jupyter's requests, has the session do the work, and sends replies. */

import { Signal } from '@lumino/signaling';
import type { KernelMessage } from '@jupyterlab/services';
import type { IKernel } from '@jupyterlite/services';

import { CellQueue } from './cell_queue';
import { Execution } from './execution';
import { problem, Sender } from './messages';
import { TimelineComms } from './timeline_comms';
import { TARGET, VERSION } from './timeline_protocol';
import { TimelineRequests } from './timeline_requests';
import type { Message } from './messages';
import type { KernelParts } from './parts';

/** What `kernel_info_reply` and a notebook's metadata say. */
export interface KernelInfo {
  implementation_version: string;
  banner: string;
  language_info: Record<string, unknown>;
  help_links: { text: string; url: string }[];
}

/** A kernel in the page, with its session in a web worker. */
export class MontyKernel implements IKernel {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  /** At once: cells wait for the session themselves, so that everything else is answered meanwhile. */
  readonly ready = Promise.resolve();

  #disposed = new Signal<this, undefined>(this);
  #isDisposed = false;
  readonly #sender: Sender;
  readonly #execution: Execution;
  readonly #queue: CellQueue;
  readonly #comms: TimelineComms;
  readonly #timeline: TimelineRequests;

  constructor(
    options: IKernel.IOptions,
    private readonly info: KernelInfo,
    private readonly parts: KernelParts
  ) {
    this.id = options.id;
    this.name = options.name;
    this.location = options.location;
    this.#sender = new Sender(message => {
      if (!this.#isDisposed) options.sendMessage(message as unknown as KernelMessage.IMessage);
    });
    const { states, travel, grants } = parts;
    this.#comms = new TimelineComms(states, grants, (parent, type, content) => {
      this.#sender.publish(parent, type, content);
    });
    this.#execution = new Execution(
      parts,
      this.#sender,
      () => {
        this.#queue.abortWaiting();
      },
      fellBack => {
        this.#comms.cellEnded(fellBack);
      }
    );
    this.#queue = new CellQueue(
      request => this.#execution.run(request),
      request => {
        this.#execution.abort(request.message);
      }
    );
    this.#timeline = new TimelineRequests(states, grants, travel, this.#queue, this.#comms);
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  get disposed(): Signal<this, undefined> {
    return this.#disposed;
  }

  /** Have the session before its first cell, which tells what is wrong with it. */
  begin(): void {
    this.parts.session.ready().catch(() => undefined);
  }

  /** Stop the running cell, if one runs. */
  interrupt(): void {
    this.parts.session.interrupt();
  }

  /** The notebook may have another name now. */
  moved(): void {
    this.parts.travel.moved();
    this.#comms.lookBack();
  }

  /** End the session. Idempotent. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#queue.clear();
    this.#comms.clear();
    this.parts.states.close();
    this.parts.travel.close(this.parts.session.close());
    this.#disposed.emit(undefined);
    Signal.clearData(this);
  }

  /** Take a message. It returns at once: JupyterLite holds the next one back until then. */
  handleMessage(received: KernelMessage.IMessage): Promise<void> {
    const message = received as unknown as Message;
    const type = message.header.msg_type;
    if (type === 'input_reply') this.#execution.person.reply(message);
    else if (type === 'execute_request' && problem(message) === null) this.#queue.put(message);
    else void this.#answer(message);
    return Promise.resolve();
  }

  async #answer(message: Message): Promise<void> {
    this.#sender.status(message, 'busy');
    const type = message.header.msg_type;
    try {
      const wrong = problem(message);
      const content = wrong === null ? await this.#content(message) : failed('ValueError', wrong);
      if (wrong !== null && type === 'execute_request')
        this.#sender.publish(message, 'error', failed('ValueError', wrong));
      if (content !== null) this.#sender.reply(message, type.replace(/_request$/, '_reply'), content);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      const content = failed('InternalError', `internal error of monty-kernel: ${said}`);
      this.#sender.reply(message, type.replace(/_request$/, '_reply'), content);
    }
    this.#sender.status(message, 'idle');
    const { running } = this.#execution;
    // an answer beside a running cell must not make it look idle
    if (running !== null && message.channel === 'control') this.#sender.status(running, 'busy');
  }

  /** The content of the reply to a request; null for a message that has none. */
  async #content(message: Message): Promise<Record<string, unknown> | null> {
    const { content } = message;
    switch (message.header.msg_type) {
      case 'kernel_info_request':
        return {
          status: 'ok',
          protocol_version: '5.3',
          implementation: 'monty_kernel',
          ...this.info,
          supported_features: [TARGET],
          monty: { timeline: VERSION, last_session: this.parts.states.lastSession }
        };
      case 'complete_request': {
        const found = await this.parts.questions.complete(String(content['code']), Number(content['cursor_pos']));
        const { matches, start, end, metadata } = found;
        return { status: 'ok', matches, cursor_start: start, cursor_end: end, metadata };
      }
      case 'inspect_request': {
        const detail = Number(content['detail_level'] ?? 0);
        const data = await this.parts.questions.inspect(String(content['code']), Number(content['cursor_pos']), detail);
        const shown = data === null ? {} : await this.parts.screen.page(data);
        return { status: 'ok', found: data !== null, data: shown, metadata: {} };
      }
      case 'is_complete_request':
        return { ...this.parts.questions.isComplete(String(content['code'])) };
      case 'history_request':
        return { status: 'ok', history: await this.parts.history.answer(content) };
      case 'comm_info_request':
        return { status: 'ok', comms: this.#openComms(content['target_name'] ?? TARGET) };
      case 'comm_open':
        this.#comms.open(message);
        return null;
      case 'comm_close':
        this.#comms.close(message);
        return null;
      case 'comm_msg': // clients are only told
        return null;
      case 'interrupt_request':
        this.interrupt();
        return { status: 'ok' };
      default:
        return message.channel === 'control' ? this.#onControl(message) : null;
    }
  }

  /** The content of the reply to a request that is answered on control alone, where no cell can send. */
  #onControl({ header, content }: Message): Promise<Record<string, unknown>> | Record<string, unknown> | null {
    switch (header.msg_type) {
      case 'timeline_request':
        return this.#timeline.reply(content);
      case 'timeline_act_request':
        return this.#timeline.act(content);
      default:
        if (!header.msg_type.endsWith('_request')) return null;
        return failed('ValueError', `this kernel knows no ${header.msg_type} on control`);
    }
  }

  #openComms(target: unknown): Record<string, unknown> {
    const ids = target === TARGET ? this.#comms.ids : [];
    return Object.fromEntries(ids.map(id => [id, { target_name: TARGET }]));
  }
}

function failed(ename: string, evalue: string): Record<string, unknown> {
  return { status: 'error', ename, evalue, traceback: [`${ename}: ${evalue}`] };
}
