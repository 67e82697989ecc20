/** What a kernel is made of, as the kernel sees it: each part is a room of its own. */

import type { KernelQuestion } from '../magics/kernel_questions';
import type { HostedSession } from '../session/hosted_session';
import type { Act } from '../timetravel/timeline_acts';
import type { GrantsData } from './grants_data';
import type { KnownStates } from './known_states';
import type { Restored } from '../session/terms';
import type { Why } from '../session/worker_link';
import type { Answer, Failure, MimeBundle, Output, Question, Result, Snapshot } from '../worker/messages';

/** Makes outputs harmless. All that a worker says passes it, in order; what takes long is done in pieces. */
export interface Screen {
  /** A cell begins: what the one before left open is over. */
  startCell(): void;
  /** Show what may be shown of an output, soon if not at once. */
  emit(output: Output, show: (output: Output) => void): void;
  /** A result as it may be shown, or why it may not be. */
  result(result: Result, show: (output: Output) => void): Promise<Result | Failure>;
  /** A prompt as a front end may show it. */
  prompt(text: string): string;
  /** What is shown beside the notebook, such as help. */
  page(data: MimeBundle): Promise<MimeBundle>;
  /** The cell is over, or waits for the person: what it left open is closed, when all before is shown. */
  finish(show: (output: Output) => void): Promise<void>;
  /** As `finish`, and end styles that would hide or reverse what follows: before the kernel itself asks something. */
  endStyles(show: (output: Output) => void): Promise<void>;
}

/** Answers what front ends ask about code; also while a cell runs. */
export interface Questions {
  complete(code: string, cursor: number): Promise<Completion>;
  inspect(code: string, cursor: number, detail: number): Promise<MimeBundle | null>;
  isComplete(code: string): { status: 'complete' | 'incomplete' | 'invalid' | 'unknown'; indent?: string };
}

/** Completions at a place. Places count Unicode characters, as in the message specification. */
export interface Completion {
  matches: string[];
  start: number;
  end: number;
  metadata: Record<string, unknown>;
}

/** The cell that a magic answers. */
export interface AskingCell {
  show(output: Output): void;
  /** Ask the person a question of the kernel's own; an exception where nobody answers. */
  ask(question: KernelQuestion): Promise<Answer>;
}

/** The states of the session, and what goes from one to another. */
export interface Travel {
  /** Is told the number of the last cell when an earlier session goes on: cells count on from it. */
  onResumed: (last: number) => void;
  /** A cell is about to run. What the person has to be told before it, if anything. */
  begin(number: number, code: string): string | null;
  /**
   * A cell is over, and this is the state that it left. `number` is 0 for a cell outside the history; `cellId` is what the
   * front end calls the cell.
   */
  record(
    number: number,
    code: string,
    failed: boolean,
    snapshot: Snapshot,
    changed: boolean,
    cellId: string | null
  ): void;
  /** Answer a magic that the worker leaves to the page. */
  magic(question: Extract<Question, { kind: 'magic' }>, cell: AskingCell): Promise<Answer>;
  /** Do what the person asks for from a timeline, while no cell runs; a report in one line. Throws Refused, NoSuchState. */
  act(act: Act): Promise<string>;
  /** A hint for a name that is missing and that an earlier session had. */
  hint(evalue: string): Promise<string | null>;
  /** The notebook may have another name now. */
  moved(): void;
  /** The session ends, as soon as `ended` is fulfilled: until then its last state may come. */
  close(ended: Promise<void>): void;
}

/** The inputs of this session, and of those before it where they can be kept. */
export interface History {
  add(number: number, code: string): void;
  addOutput(number: number, text: string): void;
  answer(request: Record<string, unknown>): Promise<unknown[]>;
}

/** An error as it is shown. */
export interface ShownError {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** The rooms that a kernel lives in. */
export interface KernelParts {
  session: HostedSession;
  screen: Screen;
  questions: Questions;
  travel: Travel;
  states: KnownStates;
  /** What the notebook may reach now. */
  grants: () => GrantsData;
  history: History;
  /** The Failure of a cell whose worker is gone. */
  lost: (why: Why, message: string, restored: Restored) => Failure;
  render: (failure: Failure) => ShownError;
  /** Read a file of the site's drive, for a mounted folder. */
  contents: (question: Extract<Question, { kind: 'contents' }>) => Promise<Answer>;
}
