import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { beforeEach, describe, expect, it } from 'vitest';

import { Questions } from '../src/questions';
import type { Asked } from '../src/questions';

const QUESTION = {
  kind: 'call',
  title: 'Let this cell call tools.pay?',
  parts: [{ name: 'amount', text: '5' }],
  note: '',
  choices: [
    { answer: 'y', label: 'Allow once' },
    { answer: 'n', label: 'No' }
  ]
};

class Connection {
  isDisposed = false;
  anyMessage = new Signal<this, unknown>(this);
  statusChanged = new Signal<this, string>(this);
  disposed = new Signal<this, void>(this);
  sent: { value: string; to: string }[] = [];
  sendInputReply(content: { value: string }, parent: { msg_id: string }): void {
    this.sent.push({ value: content.value, to: parent.msg_id });
    this.says('input_reply', 'stdin', {}, 'send');
  }
  says(type: string, channel: string, metadata: unknown, direction = 'recv', parent = 'cell'): void {
    const msg = {
      header: { msg_type: type, msg_id: type },
      parent_header: { msg_id: parent },
      channel,
      metadata,
      content: {}
    };
    this.anyMessage.emit({ msg, direction });
  }
  asks(metadata: unknown): void {
    this.says('input_request', 'stdin', metadata);
  }
}

let kernel: Connection;
let questions: Questions;
let heard: (Asked | null)[];

beforeEach(() => {
  kernel = new Connection();
  questions = new Questions(kernel as unknown as Kernel.IKernelConnection);
  heard = [];
  questions.changed.connect((_, asked) => heard.push(asked));
});

const open = (): Asked => {
  const asked = heard.at(-1);
  if (!asked) throw new Error('no question waits');
  return asked;
};
const typing = (): boolean => {
  kernel.sent.push({ value: 'typed', to: '' });
  kernel.says('input_reply', 'stdin', {}, 'send');
  return true;
};

describe('the questions of a kernel', () => {
  it('are those that the metadata marks, whatever a prompt says', () => {
    for (const metadata of [
      {},
      null,
      { monty: {} },
      { monty: { question: null } },
      { monty: { question: { ...QUESTION, choices: [] } } },
      { monty: { question: { ...QUESTION, title: 7 } } },
      QUESTION
    ]) {
      kernel.asks(metadata);
    }
    kernel.says('display_data', 'iopub', { monty: { question: QUESTION } });
    kernel.says('input_request', 'iopub', { monty: { question: QUESTION } });
    kernel.says('input_request', 'stdin', { monty: { question: QUESTION } }, 'send');
    expect(heard).toEqual([]);
    kernel.asks({ monty: { question: QUESTION } });
    expect(open().question).toEqual(QUESTION);
  });

  it('are answered once, at the text prompt if there is one', () => {
    kernel.asks({ monty: { question: QUESTION } });
    const asked = open();
    questions.answer(asked, 'y', typing);
    questions.answer(asked, 'y', typing);
    expect(kernel.sent).toEqual([{ value: 'typed', to: '' }]);
    expect(heard.at(-1)).toBeNull();
    kernel.asks({ monty: { question: QUESTION } });
    questions.answer(asked, 'y', typing); // it is another question
    questions.answer(open(), 'whatever', typing); // it is none of its answers
    expect(kernel.sent).toHaveLength(1);
    questions.answer(open(), 'n', () => false);
    expect(kernel.sent[1]).toEqual({ value: 'n', to: 'input_request' });
  });

  it('go when somebody answers at the text prompt, or nobody waits any more', () => {
    const ends: (() => void)[] = [
      () => typing(),
      () => {
        kernel.says('execute_reply', 'shell', {});
      },
      () => {
        kernel.statusChanged.emit('restarting');
      },
      () => {
        kernel.asks({});
      }
    ];
    for (const end of ends) {
      kernel.asks({ monty: { question: QUESTION } });
      kernel.says('execute_reply', 'shell', {}, 'recv', 'another cell');
      kernel.statusChanged.emit('busy');
      expect(heard.at(-1)).not.toBeNull();
      end();
      expect(heard.at(-1)).toBeNull();
    }
    kernel.asks({ monty: { question: QUESTION } });
    kernel.disposed.emit();
    expect(heard.at(-1)).toBeNull();
  });
});
