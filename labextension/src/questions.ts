/** The kernel's own questions, as the metadata of an `input_request` has them, and which of them wait for an answer. */

import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';

import { questionOf } from './protocol';
import type { Question } from './protocol';

/** A question that waits. request: The `input_request`; its parent is the request whose cell asks. */
export interface Asked {
  readonly question: Question;
  readonly request: KernelMessage.IInputRequestMsg;
}

/** What one connection to a kernel is asked. The kernel asks one thing at a time, and only who ran the cell. */
export class Questions implements IDisposable {
  #asked: Asked | null = null;
  #isDisposed = false;
  readonly #changed = new Signal<this, Asked | null>(this);

  constructor(private readonly kernel: Kernel.IKernelConnection) {
    kernel.anyMessage.connect(this.#onMessage, this);
    kernel.statusChanged.connect(this.#onStatus, this);
    kernel.disposed.connect(() => {
      this.dispose();
    });
  }

  /** Emitted with the question that waits now; null when the last one was answered or nobody waits for it any more. */
  get changed(): ISignal<this, Asked | null> {
    return this.#changed;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#set(null);
    this.kernel.anyMessage.disconnect(this.#onMessage, this);
    this.kernel.statusChanged.disconnect(this.#onStatus, this);
    Signal.clearData(this);
  }

  /**
   * Answer a question, if it still waits.
   *
   * @param answer - One of its choices.
   * @param type - Answers at the text prompt, so that the prompt goes; false if there is none.
   */
  answer(asked: Asked, answer: string, type: (answer: string) => boolean): void {
    if (this.#asked !== asked || !asked.question.choices.some(choice => choice.answer === answer)) return;
    if (type(answer)) return; // its reply comes by as a message
    this.kernel.sendInputReply({ status: 'ok', value: answer }, asked.request.header);
  }

  #onMessage(_: Kernel.IKernelConnection, { msg, direction }: Kernel.IAnyMessageArgs): void {
    const { msg_type: type } = msg.header;
    if (direction === 'recv' && msg.channel === 'stdin' && type === 'input_request') {
      const request = msg as KernelMessage.IInputRequestMsg;
      const question = questionOf(request.metadata);
      this.#set(question === null ? null : { question, request });
    } else if (this.#asked === null) {
      return;
    } else if (direction === 'send' && type === 'input_reply') {
      this.#set(null); // by whomever it was answered
    } else if (direction === 'recv' && type === 'execute_reply' && this.#isParent(msg)) {
      this.#set(null); // the cell was interrupted
    }
  }

  #isParent(reply: KernelMessage.IMessage): boolean {
    const parent = this.#asked?.request.parent_header;
    return 'msg_id' in reply.parent_header && reply.parent_header.msg_id === parent?.msg_id;
  }

  #onStatus(_: Kernel.IKernelConnection, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') this.#set(null);
  }

  #set(asked: Asked | null): void {
    if (this.#asked === null && asked === null) return;
    this.#asked = asked;
    this.#changed.emit(asked);
  }
}
