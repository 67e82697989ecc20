/** Runs one cell for an execute_request, and sends what comes of it. */

import { CannotStart, InterruptedEarly } from '../session/terms';
import { whyFellBack } from './fell_back';
import { Person } from './person';
import type { CellHost, Ran } from '../session/terms';
import type {
  Answer,
  CellRequest,
  Failure,
  MimeBundle,
  Outcome,
  Output,
  Question,
  Result,
  Snapshot
} from '../worker/messages';
import type { Waiting } from './cell_queue';
import type { Message, Sender } from './messages';
import type { KernelParts } from './parts';

/** Milliseconds from a cell of a notebook to its error, at least: the cells of a Run All arrive within them. */
const ARRIVING = 30;

/** As nbformat has them. */
const CELL_ID = /^[ -~]{1,64}$/;

/** The cells of one kernel. */
export class Execution implements CellHost {
  /** The execution count of the last cell. */
  count = 0;
  /** Whom the running cell asks. */
  readonly person: Person;

  #parent: Message | null = null;
  #payload: Record<string, unknown>[] = [];
  #page: MimeBundle | null = null;
  #fellBack: string | null = null; // why the session did over the running cell

  constructor(
    private readonly parts: KernelParts,
    private readonly sender: Sender,
    /** Let none of the cells run that wait. */
    private readonly abortWaiting: () => void,
    /** A cell has been answered; why the session fell back to an earlier state over it, if it did. */
    private readonly ended: (fellBack: string | null) => void
  ) {
    this.person = new Person(parts.screen, sender, output => {
      this.#show(output);
    });
    parts.travel.onResumed = last => {
      this.count = Math.max(this.count, last);
    };
  }

  /** Run a cell, from busy to idle. */
  async run(waiting: Waiting): Promise<void> {
    const parent = waiting.message;
    this.#fellBack = null;
    this.parts.states.turn(true);
    // the state of a cell that resumed a session may have taken the next number
    const isWanted = await this.parts.session.saved();
    const cell = this.#begin(parent);
    this.sender.status(parent, 'busy');
    if (!cell.silent) this.sender.publish(parent, 'execute_input', { code: cell.code, execution_count: cell.number });
    const outcome = isWanted ? await this.#outcome(cell) : failure(this.#unexpected(new InterruptedEarly()));
    if (this.#page !== null) {
      this.#payload.push({ source: 'page', data: await this.parts.screen.page(this.#page), start: 0 });
    }
    const reply = this.#reply(outcome);
    const failed = outcome.failure !== null;
    const left = this.#payload.some(each => each['source'] === 'ask_exit');
    const stops = (failed || left) && !cell.silent && parent.content['stop_on_error'] !== false;
    if (stops) {
      await arrived(waiting);
      this.abortWaiting();
    }
    if (!cell.silent) this.#publish(parent, cell, outcome, reply);
    // JupyterLite itself cancels what waits when a reply says "error", unless this is its cause
    const metadata = failed && !stops ? { cause: 'interrupt' } : {};
    this.sender.reply(parent, 'execute_reply', reply, metadata);
    this.sender.status(parent, 'idle');
    this.#parent = null;
    this.person.turnTo(null);
    this.parts.states.turn(false);
    this.ended(this.#fellBack);
  }

  /** The request whose cell runs; null if none does. */
  get running(): Message | null {
    return this.#parent;
  }

  /** Answer a cell that is not run, since the one before it failed. */
  abort(parent: Message): void {
    if (parent.content['silent'] !== true) this.parts.session.passedOver(String(parent.content['code']));
    this.sender.status(parent, 'busy');
    this.sender.reply(parent, 'execute_reply', { status: 'aborted' });
    this.sender.status(parent, 'idle');
  }

  // What the cell says and asks

  output(output: Output): void {
    this.parts.screen.emit(output, this.#show);
  }

  ask(question: Question): Promise<Answer> {
    switch (question.kind) {
      case 'input':
        return this.person.line(question.prompt, question.password);
      case 'magic':
        return this.parts.travel.magic(question, {
          show: output => {
            this.output(output);
          },
          ask: asked => this.person.confirm(asked)
        });
      case 'contents':
        return this.parts.contents(question);
      case 'exit':
        this.#payload.push({ source: 'ask_exit', keepkernel: false });
        return Promise.resolve({ value: this.person.isThere });
    }
  }

  /** Take what the reply holds for the front end: a page of help, the last one of the cell. */
  payload(payload: Record<string, unknown>): void {
    const { source, data } = payload;
    if (source === 'page' && typeof data === 'object' && data !== null) this.#page = data as MimeBundle;
  }

  readonly #show = (output: Output): void => {
    if (this.#parent === null) return;
    switch (output.type) {
      case 'stream':
        this.sender.publish(this.#parent, 'stream', { name: output.name, text: output.text });
        return;
      case 'display':
        this.sender.publish(this.#parent, output.update ? 'update_display_data' : 'display_data', {
          data: output.data,
          metadata: output.metadata,
          transient: output.displayId === null ? {} : { display_id: output.displayId }
        });
        return;
      case 'clear':
        this.sender.publish(this.#parent, 'clear_output', { wait: output.wait });
        return;
      case 'error': {
        const { ename, evalue, traceback } = output;
        this.sender.publish(this.#parent, 'error', { ename, evalue, traceback });
      }
    }
  };

  // A cell from its request to its reply

  #begin(parent: Message): CellRequest {
    const content = parent.content;
    const code = String(content['code']);
    const silent = content['silent'] === true;
    const stored = content['store_history'] ?? !silent;
    const remember = stored === true && !silent && code.trim() !== '';
    if (remember) this.count += 1;
    this.#parent = parent;
    this.#payload = [];
    this.#page = null;
    this.person.turnTo(parent);
    this.parts.screen.startCell();
    if (remember) this.parts.history.add(this.count, code);
    const asked = (content['user_expressions'] ?? {}) as Record<string, unknown>;
    const expressions = Object.fromEntries(Object.entries(asked).map(([name, text]) => [name, String(text)]));
    return { code, number: this.count + (remember ? 0 : 1), remember, silent, expressions };
  }

  async #outcome(cell: CellRequest): Promise<Outcome> {
    const { session, screen, travel } = this.parts;
    let failed = true;
    const cellId = cellIdOf(this.#parent?.metadata ?? {});
    try {
      await session.ready();
      const notice = travel.begin(cell.number, cell.code);
      if (notice !== null) this.output({ type: 'stream', name: 'stderr', text: `${notice}\n` });
      const ran = await session.run(cell, this, (snapshot, changed) => {
        // what is left of a cell that lost its session is no state of its own
        this.#record(cell, failed, snapshot, changed && this.#fellBack === null, cellId);
      });
      const ended = await this.#ended(ran, cell);
      failed = ended.failure !== null; // before the state after the cell arrives
      if (ended.failure !== null && ran.lost?.restored !== 'gone') this.#fellBack = whyFellBack(ended.failure);
      return await this.#shown(ended);
    } catch (error) {
      return failure(this.#unexpected(error));
    } finally {
      await screen.finish(this.#show);
    }
  }

  #record(cell: CellRequest, failed: boolean, snapshot: Snapshot, changed: boolean, cellId: string | null): void {
    this.parts.travel.record(cell.remember ? cell.number : 0, cell.code, failed, snapshot, changed, cellId);
  }

  async #ended(ran: Ran, cell: CellRequest): Promise<Outcome> {
    if (ran.outcome !== null) return ran.outcome;
    const { why, message, restored } = ran.lost;
    return failure(await this.parts.session.explained(this.parts.lost(why, message, restored), cell));
  }

  async #shown(outcome: Outcome): Promise<Outcome> {
    if (outcome.failure !== null) return failure(await this.#hinted(outcome.failure));
    const { screen } = this.parts;
    const result = outcome.result === null ? null : await screen.result(outcome.result, this.#show);
    if (result !== null && isFailure(result)) return failure(result);
    const shown: [string, Result | Failure][] = [];
    for (const [name, value] of Object.entries(outcome.expressions)) {
      shown.push([name, isFailure(value) ? value : await screen.result(value, () => undefined)]);
    }
    return { failure: null, result, expressions: Object.fromEntries(shown) };
  }

  /** A failure with what an earlier session tells about it. */
  async #hinted(failure: Failure): Promise<Failure> {
    const hint =
      failure.ename === 'NameError' && failure.note === null ? await this.parts.travel.hint(failure.evalue) : null;
    if (hint === null) return failure;
    return { ...failure, note: hint, traceback: [...(failure.traceback ?? []), hint] };
  }

  #unexpected(error: unknown): Failure {
    if (error instanceof InterruptedEarly) {
      const note = 'The cell did not run.';
      return { kind: 'interrupted', ename: 'KeyboardInterrupt', evalue: '', frames: [], note };
    }
    const message = error instanceof Error ? error.message : String(error);
    const ename = error instanceof CannotStart ? 'CannotStart' : 'InternalError';
    const evalue = error instanceof CannotStart ? message : `internal error of monty-kernel: ${message}`;
    return { kind: 'crashed', ename, evalue, frames: [], note: null };
  }

  #reply(outcome: Outcome): Record<string, unknown> {
    const reply = { execution_count: this.count, payload: this.#payload };
    if (outcome.failure !== null) {
      return { status: 'error', ...this.parts.render(outcome.failure), user_expressions: {}, ...reply };
    }
    const values = Object.entries(outcome.expressions).map(([name, value]) => [
      name,
      isFailure(value) ? { status: 'error', ...this.parts.render(value) } : { status: 'ok', ...value }
    ]);
    return { status: 'ok', user_expressions: Object.fromEntries(values) as unknown, ...reply };
  }

  #publish(parent: Message, cell: CellRequest, outcome: Outcome, reply: Record<string, unknown>): void {
    if (outcome.failure !== null) {
      const { ename, evalue, traceback } = reply;
      this.sender.publish(parent, 'error', { ename, evalue, traceback });
    } else if (outcome.result !== null) {
      const { data, metadata } = outcome.result;
      this.sender.publish(parent, 'execute_result', { execution_count: cell.number, data, metadata });
      const text = data['text/plain'];
      if (cell.remember) this.parts.history.addOutput(cell.number, typeof text === 'string' ? text : '');
    }
  }
}

function failure(failure: Failure): Outcome {
  return { failure, result: null, expressions: {} };
}

function isFailure(value: Result | Failure): value is Failure {
  return 'ename' in value;
}

/** What a front end calls the cell of a request; null for what is no such name. */
function cellIdOf({ cellId }: Record<string, unknown>): string | null {
  return typeof cellId === 'string' && CELL_ID.test(cellId) ? cellId : null;
}

async function arrived(waiting: Waiting): Promise<void> {
  if (!('cellId' in waiting.message.metadata)) return;
  const left = waiting.received + ARRIVING - performance.now();
  if (left > 0) await new Promise(resolve => setTimeout(resolve, left));
}
