/** A client of a whole kernel in this process: it sends Jupyter's messages, and answers the kernel's questions. */

import { DEFAULT_LIMITS } from '../../src/engine/limits';
import { assembled, keptOf } from '../../src/jupyterlite/assembly';
import type { Given } from '../../src/jupyterlite/assembly';
import { Workers } from '../../src/session/workers';
import { sessionServices } from '../../src/worker/session_services';
import { SessionWorker } from '../../src/worker/session_worker';
import { module } from '../worker/page';
import { Site } from './site';
import type { Message } from '../../src/jupyterlite/messages';
import type { MontyKernel } from '../../src/jupyterlite/kernel';
import type { WorkerPort } from '../../src/session/workers';
import type { Limits, ToWorker } from '../../src/worker/messages';
import type { Services } from '../../src/worker/services';

/** A worker that is an object here. What is posted to it and by it is copied, as between threads. */
export function port(services: Services): WorkerPort {
  let heard: ((message: unknown) => void) | null = null;
  const worker = new SessionWorker(message => {
    const copy = structuredClone(message) as unknown;
    setImmediate(() => heard?.(copy)); // a task of its own, as in a page
  }, services);
  return {
    failure: null,
    post: (message: ToWorker) => {
      const module = message.type === 'start' ? message.module : null;
      const copy = structuredClone(module === null ? message : { ...message, module: null });
      void worker.receive((module === null ? copy : { ...copy, module }) as ToWorker);
    },
    listen: listener => {
      heard = listener;
    },
    end: () => {
      heard = null;
    }
  };
}

/** What a cell came to. */
export interface Ran {
  reply: Record<string, unknown>;
  stdout: string;
  stderr: string;
  result: string | null;
  /** The error's name and message. */
  error: string | null;
  published: Message[];
}

/** How the person answers a prompt: with a line; null leaves it open. */
export type Person = (prompt: string, password: boolean) => string | null;

interface GivenToClient {
  folder: string;
  limits: Limits;
  site: Site;
  notebook: Given['notebook'];
  kept: Given['kept'];
  /** Makes its workers. */
  spawn: () => WorkerPort;
  /** The kernel's id, which a restart leaves as it is. */
  id: string;
}

export class Client {
  readonly kernel: MontyKernel;
  /** All that the kernel has sent. */
  readonly received: Message[] = [];
  /** All prompts that it has shown. */
  readonly prompts: string[] = [];
  person: Person = () => '';
  /** The client of an old front end does not say which question it answers. */
  namesQuestions = true;
  #waiting: { done: (message: Message) => boolean; resolve: () => void }[] = [];

  readonly site: Site;

  /** @param given - The notebook's folder, what the site grants and has, and what is kept of sessions. */
  constructor(given: Partial<GivenToClient> = {}) {
    const { folder = '', limits = DEFAULT_LIMITS, site = new Site(), id = crypto.randomUUID() } = given;
    const { spawn = () => port(sessionServices()) } = given;
    this.site = site;
    const options = {
      id,
      name: 'monty',
      location: folder,
      sendMessage: (message: unknown) => {
        this.#heard(message as Message);
      }
    };
    this.kernel = assembled(options, {
      notebook: given.notebook ?? (() => `${folder}/a.ipynb`),
      kept: given.kept ?? keptOf('nowhere'),
      workers: new Workers(spawn),
      module,
      limits,
      contents: site
    });
  }

  /** Run a cell and wait until the kernel is idle. */
  async run(code: string, more: Record<string, unknown> = {}): Promise<Ran> {
    const request = this.send('execute_request', { code, allow_stdin: true, ...more });
    await this.#until(message => isIdle(message) && isOf(message, request));
    return this.#ran(request);
  }

  /** Ask for anything else; the content of the reply. */
  async ask(type: string, content: Record<string, unknown>): Promise<Record<string, unknown>> {
    const request = this.send(type, content);
    await this.#until(message => isIdle(message) && isOf(message, request));
    return this.#replyTo(request).content;
  }

  /** The same on control. */
  async control(type: string, content: Record<string, unknown>): Promise<Record<string, unknown>> {
    const request = { ...made(type, content), channel: 'control' };
    this.#post(request);
    await this.#until(message => isIdle(message) && isOf(message, request));
    return this.#replyTo(request).content;
  }

  /** Wait until the kernel sends a message. */
  until(done: (message: Message) => boolean): Promise<void> {
    return this.#until(done);
  }

  /** Wait for the next question. */
  async asked(): Promise<Message> {
    await this.#until(message => message.channel === 'stdin');
    const found = this.received.findLast(message => message.channel === 'stdin');
    if (found === undefined) throw new Error('no question');
    return found;
  }

  /** Answer a question. */
  answer(question: Message, value: string): void {
    const parent = this.namesQuestions ? question.header : {};
    this.#post({
      ...made('input_reply', { value }),
      channel: 'stdin',
      parent_header: parent
    });
  }

  send(type: string, content: Record<string, unknown>, metadata: Record<string, unknown> = {}): Message {
    const message = { ...made(type, content), metadata };
    this.#post(message);
    return message;
  }

  close(): void {
    this.kernel.dispose();
  }

  #post(message: Message): void {
    void this.kernel.handleMessage(message as unknown as Parameters<MontyKernel['handleMessage']>[0]);
  }

  #heard(message: Message): void {
    this.received.push(message);
    if (message.channel === 'stdin') {
      const { prompt, password } = message.content;
      this.prompts.push(String(prompt));
      const answer = this.person(String(prompt), password === true);
      if (answer !== null)
        queueMicrotask(() => {
          this.answer(message, answer);
        });
    }
    const due = this.#waiting.filter(each => each.done(message));
    this.#waiting = this.#waiting.filter(each => !due.includes(each));
    for (const each of due) each.resolve();
  }

  #until(done: (message: Message) => boolean): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.push({ done, resolve });
    });
  }

  #replyTo(request: Message): Message {
    const found = this.received.find(message => message.channel === request.channel && isOf(message, request));
    if (found === undefined) throw new Error('no reply');
    return found;
  }

  #ran(request: Message): Ran {
    const published = this.received.filter(message => message.channel === 'iopub' && isOf(message, request));
    const reply = this.#replyTo(request).content;
    const printed = (name: string): string =>
      published
        .filter(message => message.header.msg_type === 'stream' && message.content['name'] === name)
        .map(message => String(message.content['text']))
        .join('');
    const result = published.find(message => message.header.msg_type === 'execute_result')?.content['data'];
    const plain = (result as Record<string, unknown> | undefined)?.['text/plain'];
    return {
      reply,
      stdout: printed('stdout'),
      stderr: printed('stderr'),
      result: typeof plain === 'string' ? plain : null,
      error: reply['status'] === 'error' ? `${String(reply['ename'])}: ${String(reply['evalue'])}` : null,
      published
    };
  }
}

function made(type: string, content: Record<string, unknown>): Message {
  const header = {
    msg_id: crypto.randomUUID(),
    msg_type: type,
    session: 'client',
    username: '',
    date: new Date().toISOString(),
    version: '5.3'
  };
  return { channel: 'shell', header, parent_header: {}, metadata: {}, content, buffers: [] };
}

function isOf(message: Message, request: Message): boolean {
  return message.parent_header.msg_id === request.header.msg_id;
}

function isIdle(message: Message): boolean {
  return message.header.msg_type === 'status' && message.content['execution_state'] === 'idle';
}
