/** Jupyter's messages, as a kernel in the page reads and writes them. */

import { randomId } from '../random_id';

/** A message's header. */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/** A message of any type. */
export interface Message {
  channel: string;
  header: Header;
  parent_header: Header | Record<string, never>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers?: (ArrayBuffer | ArrayBufferView)[];
}

/** What of a message those that follow it need. */
export type Parent = Pick<Message, 'header' | 'channel'>;

const VERSION = '5.3';

/** Sends messages that answer a request, or that are published for one. */
export class Sender {
  constructor(private readonly send: (message: Message) => void) {}

  /** Send a reply, on the channel of the request. */
  reply(parent: Parent, type: string, content: Record<string, unknown>, metadata: Record<string, unknown> = {}): void {
    this.send(made(parent.channel === 'control' ? 'control' : 'shell', parent, type, content, metadata));
  }

  /** Publish for all clients. */
  publish(parent: Parent, type: string, content: Record<string, unknown>): void {
    this.send(made('iopub', parent, type, content, {}));
  }

  /** Say whether the kernel works on a request. */
  status(parent: Parent, state: 'busy' | 'idle'): void {
    this.publish(parent, 'status', { execution_state: state });
  }

  /** Ask the person of the request's client for a line; the id of the message. */
  ask(parent: Parent, prompt: string, password: boolean, metadata: Record<string, unknown>): string {
    const request = made('stdin', parent, 'input_request', { prompt, password }, metadata);
    this.send(request);
    return request.header.msg_id;
  }
}

function made(
  channel: string,
  parent: Parent,
  type: string,
  content: Record<string, unknown>,
  metadata: Record<string, unknown>
): Message {
  const header = {
    msg_id: randomId(),
    msg_type: type,
    session: parent.header.session,
    username: '',
    date: new Date().toISOString(),
    version: VERSION
  };
  return { channel, header, parent_header: parent.header, metadata, content, buffers: [] };
}

/** The types of the fields that a request must have, and of those that it may have. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  execute_request: { code: 'string' },
  complete_request: { code: 'string', cursor_pos: 'number' },
  inspect_request: { code: 'string', cursor_pos: 'number' },
  is_complete_request: { code: 'string' },
  history_request: { hist_access_type: 'string' }
};

const NAMES: Readonly<Record<string, string>> = { string: 'a string', number: 'an integer' };

/** What is wrong with a request; null if nothing is. */
export function problem(message: Message): string | null {
  const type = message.header.msg_type;
  for (const [name, wanted] of Object.entries(FIELDS[type] ?? {})) {
    if (!(name in message.content)) return `${type} needs '${name}', ${NAMES[wanted] ?? wanted}`;
    if (typeof message.content[name] !== wanted) return `'${name}' in ${type} must be ${NAMES[wanted] ?? wanted}`;
  }
  const expressions = message.content['user_expressions'];
  if (type === 'execute_request' && expressions !== undefined && expressions !== null) {
    if (typeof expressions !== 'object' || Array.isArray(expressions)) {
      return "'user_expressions' in execute_request must be an object";
    }
  }
  return null;
}
