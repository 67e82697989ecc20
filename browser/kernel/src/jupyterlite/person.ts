/** Asks the person who runs the cell: on the cell's behalf, and for the kernel itself. */

import shared from '../generated/asking.json';
import { dataOf, lineOf } from '../magics/kernel_questions';
import { answered, disguise } from './questions';
import type { KernelQuestion } from '../magics/kernel_questions';
import type { Answer, Output } from '../worker/messages';
import type { Header, Message, Sender } from './messages';
import type { Screen } from './parts';

interface Asked {
  /** The ids of the messages that an answer may name as its question. */
  readonly messages: ReadonlySet<unknown>;
  /** The kernel's own question; null if a cell asks. */
  readonly question: KernelQuestion | null;
  /** Whether another question was given up before it, whose answer may still come. */
  readonly afterOneGivenUp: boolean;
  readonly again: () => void;
  readonly resolve: (answer: Answer) => void;
}

/** End of input, as a front end sends it. */
const END = '\x04';

export class Person {
  #parent: Message | null = null;
  #mayBeAsked = false;
  #refusals = 0;
  #asked: Asked | null = null;

  constructor(
    private readonly screen: Screen,
    private readonly sender: Sender,
    private readonly show: (output: Output) => void
  ) {}

  /** A cell begins, or is over for null. */
  turnTo(parent: Message | null): void {
    this.#parent = parent;
    this.#mayBeAsked = parent?.content['allow_stdin'] === true;
    this.#refusals = 0;
  }

  /** Whether somebody sits at the front end. */
  get isThere(): boolean {
    return this.#mayBeAsked;
  }

  /** A line for a cell that asks for it. What the cell says may have been forged. */
  async line(prompt: unknown, isPassword: boolean): Promise<Answer> {
    const parent = this.#parent;
    if (parent === null || !this.#mayBeAsked) return nobody(isPassword);
    await this.screen.finish(this.show);
    return this.#ask(parent, disguise(typeof prompt === 'string' ? prompt : ''), isPassword, null);
  }

  /** A line that answers a question of the kernel's own. All but a clear yes counts as a refusal, also an interrupt. */
  async confirm(question: KernelQuestion): Promise<Answer> {
    const parent = this.#parent;
    if (parent === null || !this.#mayBeAsked) return nobody(false);
    if (this.#refusals >= shared.most_refusals) return NOT_AGAIN;
    this.#refusals += 1;
    await this.screen.endStyles(this.show);
    const answer = await this.#ask(parent, lineOf(question), false, question);
    if ('value' in answer && answered(String(answer.value)) !== 'no') this.#refusals -= 1;
    return answer;
  }

  /** A message from the front end: an answer, if it is one to the question that waits. */
  reply(message: Message): void {
    const asked = this.#asked;
    const answered = (message.parent_header as Partial<Header>).msg_id;
    if (asked === null || (answered !== undefined && !asked.messages.has(answered))) return; // it is late
    this.#asked = null;
    if (answered === undefined && asked.afterOneGivenUp && asked.question !== null) {
      asked.again(); // it may answer the question before this one, and such an answer must not grant anything
      return;
    }
    const { value } = message.content;
    asked.resolve(value === END ? ENDED : { value: typeof value === 'string' ? value : '' });
  }

  #ask(
    parent: Message,
    prompt: string,
    isPassword: boolean,
    question: KernelQuestion | null,
    again: Asked['resolve'] | null = null
  ): Promise<Answer> {
    if (this.#parent !== parent) return Promise.resolve(nobody(isPassword)); // its cell is over
    const metadata = question === null ? {} : { monty: { question: dataOf(question) } };
    const id = this.sender.ask(parent, this.screen.prompt(prompt), isPassword, metadata);
    const afterOneGivenUp = this.#asked !== null;
    return new Promise(made => {
      const resolve = again ?? made;
      this.#asked = {
        messages: new Set([id, parent.header.msg_id]),
        question,
        afterOneGivenUp,
        again: () => void this.#ask(parent, prompt, isPassword, question, resolve),
        resolve
      };
    });
  }
}

const ENDED: Answer = { exception: 'EOFError', message: 'EOF when reading a line' };

const NOT_AGAIN: Answer = {
  exception: 'NotAskedAgain',
  message: `the answer was no ${shared.most_refusals} times in this cell, so no more questions are asked for it`
};

function nobody(isPassword: boolean): Answer {
  return {
    exception: 'StdinNotImplementedError',
    message: `${isPassword ? 'getpass' : 'input'}() was called, but this front end does not support input requests.`
  };
}
