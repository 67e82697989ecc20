/** A notebook of one kernel in this process: its session's workers are objects, and the rest is as in a page. */

import { DEFAULT_LIMITS } from '../../src/engine/limits';
import { SiteDrive } from '../../src/jupyterlite/drive';
import { Mounts } from '../../src/jupyterlite/mounts';
import { TravelRoom } from '../../src/jupyterlite/travel_room';
import { magicServices } from '../../src/magics/services';
import { HostedSession } from '../../src/session/hosted_session';
import { Workers } from '../../src/session/workers';
import { SideSession } from '../../src/timetravel/side_session';
import { TimeTravel } from '../../src/timetravel/travel';
import { plainServices } from '../../src/worker/plain_services';
import { module } from '../worker/page';
import { port } from './client';
import { Site } from './site';
import type { KernelQuestion } from '../../src/magics/kernel_questions';
import type { CellHost } from '../../src/session/terms';
import type { Answer, Output, Question } from '../../src/worker/messages';

function session(): HostedSession {
  const limits = { granted: DEFAULT_LIMITS, now: DEFAULT_LIMITS, tightened: {} };
  return new HostedSession(new Workers(() => port({ ...plainServices(), ...magicServices() })), module, {
    limits,
    timezone: 'UTC',
    mostShown: null
  });
}

/** What a cell came to. */
export interface Ran {
  text: string;
  outputs: Output[];
  result: string | null;
  error: string | null;
  payload: Record<string, unknown>[];
}

export class Notebook {
  readonly session = session();
  readonly room: TravelRoom;
  /** What the person answers to questions; null where nobody can. */
  answer: string | null = null;
  readonly asked: string[] = [];
  #count = 0;

  constructor() {
    const side = new SideSession(session, null);
    this.room = new TravelRoom({
      session: this.session,
      travel: new TimeTravel(side, null, 1 << 28),
      side,
      store: null,
      identity: { name: () => 'this', moved: () => undefined, end: () => undefined },
      history: {
        answer: request => Promise.resolve([[0, 1, JSON.stringify(request)]]),
        sessionNumber: () => Promise.resolve(1)
      },
      describe: topic => Promise.resolve(topic === 'known' ? { 'text/plain': 'a page' } : null),
      help: topic => Promise.resolve(`about ${topic}`),
      mounts: new Mounts(new SiteDrive(new Site()), [])
    });
  }

  async run(code: string): Promise<Ran> {
    this.#count += 1;
    const number = this.#count;
    const ran: Ran = { text: '', outputs: [], result: null, error: null, payload: [] };
    const show = (output: Output): void => {
      ran.outputs.push(output);
      if (output.type === 'stream') ran.text += output.text;
    };
    const ask = (question: KernelQuestion): Promise<Answer> => {
      this.asked.push(question.text);
      return Promise.resolve(
        this.answer === null ? { exception: 'StdinUnavailable', message: '' } : { value: this.answer }
      );
    };
    const host: CellHost = {
      output: show,
      ask: (question: Question) => {
        if (question.kind === 'magic') return this.room.magic(question, { show, ask });
        return Promise.resolve({ exception: 'EOFError', message: '' });
      },
      payload: payload => {
        ran.payload.push(payload);
      }
    };
    await this.session.ready();
    this.room.begin(number, code);
    const request = { code, number, remember: true, silent: false, expressions: {} };
    const { outcome } = await this.session.run(request, host, (snapshot, changed) => {
      this.room.record(number, code, outcome?.failure !== null, snapshot, changed, null);
    });
    await this.session.ready();
    if (outcome === null) throw new Error('the worker was lost');
    ran.result = (outcome.result?.data['text/plain'] as string | undefined) ?? null;
    ran.error = outcome.failure === null ? null : `${outcome.failure.ename}: ${outcome.failure.evalue}`;
    return ran;
  }

  close(): void {
    this.room.close(this.session.close());
  }
}
