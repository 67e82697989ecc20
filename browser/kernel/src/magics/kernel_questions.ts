/**
 * The kernel's own questions to the person: one line for a prompt, and the same laid out for a dialog. Only the page makes
 * one: a cell's `input()` is a text, which no front end can take for one. As `engine/questions.py`.
 */

import shared from '../generated/asking.json';
import { cut } from '../errors/visible_text';

export type Kind = 'mount' | 'refusal' | 'resume' | 'history' | 'reset';

/** What of a question is always the same. The last choice is what refuses. */
interface Words {
  /** What a dialog asks. `parts` say about what, `note` what else is to be known. */
  readonly title: string;
  readonly note: string;
  /** `answer`: the line to send for it. `typed`: how the prompt names it. `label`: what a button says. */
  readonly choices: readonly { answer: string; typed: string; label: string }[];
}

/** A piece of what is asked about. The text is one line that deceives no eye. */
export interface Part {
  readonly name: string;
  readonly text: string;
}

export interface KernelQuestion extends Words {
  readonly kind: Kind;
  /** All of it in one line, without its mark and its answers. */
  readonly text: string;
  readonly parts: readonly Part[];
}

/** Every question of the kernel begins with it. No prompt of a cell can. */
export const MARK = shared.mark;

/** A question about something. */
export function kernelQuestion(kind: Kind, words: Words, text: string, parts: readonly Part[]): KernelQuestion {
  const { title, note, choices } = words;
  return { kind, title, note, choices, text, parts };
}

/** The prompt. */
export function lineOf({ text, choices }: KernelQuestion): string {
  return `${MARK}${text} ${choices.map(choice => choice.typed).join(', ')}: `;
}

/** As the metadata of an `input_request` has it. */
export function dataOf({ kind, title, parts, note, choices }: KernelQuestion): Record<string, unknown> {
  return {
    kind,
    title,
    parts: parts.map(({ name, text }) => ({ name, text: cut(text, LONGEST) })),
    note,
    choices: choices.map(({ answer, label }) => ({ answer, label }))
  };
}

/** Characters of a part's text. */
const LONGEST = 5_000;

/** Whether a notebook may have an earlier session, which the text, the parts and the note describe. */
export function sessionQuestion(text: string, parts: readonly Part[], note: string): KernelQuestion {
  return kernelQuestion('resume', { ...shared.questions.resume, note }, text, parts);
}

/** Whether the inputs of other sessions may be printed, and so be saved in the notebook. */
export const HISTORY_QUESTION = kernelQuestion('history', shared.questions.history, shared.questions.history.text, []);

/** Whether all variables may go. */
export const RESET_QUESTION = kernelQuestion('reset', shared.questions.reset, shared.questions.reset.text, []);
