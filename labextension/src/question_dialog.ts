/**
 * The kernel's own questions as dialogs. The text prompt under the cell stays until one is answered, here or there.
 *
 * JupyterLab has no extension point for questions. Replacing `OutputArea.onInputRequest`, or the factory of notebooks,
 * would take them from other extensions. So the dialog types its answer at the open text prompt.
 */

import { Dialog } from '@jupyterlab/apputils';
import { Stdin } from '@jupyterlab/outputarea';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { Questions } from './questions';
import type { Asked } from './questions';
import { harmless } from './words';
import { codeCellsOf } from './work_panels';
import type { WorkPanel } from './work_panels';

/** Characters of a text that are shown before the person asks for the rest. */
const AT_FIRST = 300;

/** Milliseconds in which the buttons cannot be pressed, so that what the person was just typing or clicking answers nothing. */
const UNPRESSED = 500;

const answered = new WeakSet<Kernel.IKernelConnection>(); // connections whose questions are shown

/** Show the questions of the kernels that a panel has. */
export function showQuestions(panel: WorkPanel, trans: TranslationBundle): void {
  const { sessionContext } = panel;
  const look = async (): Promise<void> => {
    const kernel = sessionContext.session?.kernel;
    if (!kernel || answered.has(kernel)) return; // two views of a notebook share a connection
    answered.add(kernel);
    const info = await kernel.info.catch(() => null); // the kernel died before it said what it is
    if (info?.implementation !== 'monty_kernel' || kernel.isDisposed) return;
    let dialog: Dialog<unknown> | null = null;
    const questions = new Questions(kernel);
    questions.changed.connect((_, asked) => {
      dialog?.reject();
      dialog = asked === null ? null : ask(asked, questions, panel, trans);
    });
  };
  sessionContext.kernelChanged.connect(() => void look());
  void look();
}

/** Show the dialog of a question, and answer with what the person chooses. */
function ask(asked: Asked, questions: Questions, panel: WorkPanel, trans: TranslationBundle): Dialog<unknown> {
  const { choices, title } = asked.question;
  const buttons = choices.map(({ label }, index) =>
    Dialog.createButton({ label: harmless(label), accept: index < choices.length - 1 || choices.length === 1 })
  );
  const body = new QuestionBody(asked, panel.title.label, trans);
  const dialog = new Dialog({
    title: harmless(title),
    body,
    buttons,
    defaultButton: buttons.length - 1,
    focusNodeSelector: '.mk-Question-text' // Enter in it answers nothing
  });
  dialog.addClass('mk-Question');
  const pressable = (can: boolean): void => {
    for (const button of dialog.node.querySelectorAll<HTMLButtonElement>('.jp-Dialog-footer button'))
      button.disabled = !can;
  };
  pressable(false);
  void dialog.ready.then(() => {
    setTimeout(pressable, UNPRESSED, true);
  });
  void dialog.launch().then(({ button }) => {
    const choice = choices[buttons.indexOf(button)];
    const prompt = textPrompt(panel, asked.request);
    if (choice === undefined) {
      prompt?.node.querySelector('input')?.focus(); // it was dismissed: the text prompt is still there
      return;
    }
    questions.answer(asked, choice.answer, answer => prompt !== null && typed(prompt, answer));
    if (panel.isVisible) panel.activate();
  });
  return dialog;
}

/** The open text prompt of the cell that asks; null if it is nowhere in the panel. */
export function textPrompt(panel: WorkPanel, request: KernelMessage.IInputRequestMsg): Stdin | null {
  const parent = 'msg_id' in request.parent_header ? request.parent_header.msg_id : null;
  for (const cell of codeCellsOf(panel)) {
    // between cells there is none, whatever its type says
    const future = cell.outputArea.future as typeof cell.outputArea.future | undefined;
    if (parent === null || future?.msg.header.msg_id !== parent) continue;
    const prompts = cell.outputArea.widgets.flatMap(item => [...item.children()].filter(each => each instanceof Stdin));
    return prompts.at(-1) ?? null;
  }
  return null;
}

/** Type a line at a text prompt; whether that was possible. */
function typed(prompt: Stdin, answer: string): boolean {
  const input = prompt.node.querySelector('input');
  if (input === null) return false;
  input.value = answer;
  prompt.handleEvent(new KeyboardEvent('keydown', { key: 'Enter' })); // it hears no events where it is out of sight
  return true;
}

class QuestionBody extends Widget {
  constructor({ question }: Asked, panel: string, trans: TranslationBundle) {
    super();
    const text = document.createElement('div');
    text.className = 'mk-Question-text';
    text.tabIndex = -1;
    const where = element('p', trans.__('A cell of %1 waits for your answer.', harmless(panel)));
    const parts = document.createElement('dl');
    for (const part of question.parts) {
      const shown = document.createElement('dd');
      shown.append(...cut(harmless(part.text), trans));
      parts.append(element('dt', harmless(part.name)), shown);
    }
    text.append(where, parts);
    if (question.note !== '') text.append(element('p', harmless(question.note)));
    this.node.append(text);
  }
}

/** A text, of which only the beginning is in sight if it is long, with a button for the rest. */
function cut(text: string, trans: TranslationBundle): HTMLElement[] {
  const shown = element('pre', text.slice(0, AT_FIRST));
  if (text.length <= AT_FIRST) return [shown];
  const more = document.createElement('button');
  const show = (all: boolean): void => {
    shown.textContent = all ? text : `${text.slice(0, AT_FIRST)}…`;
    more.textContent = all ? trans.__('Show less') : trans.__('Show all %1 characters', text.length.toLocaleString());
    more.setAttribute('aria-expanded', String(all));
  };
  let all = false;
  more.type = 'button';
  more.className = 'mk-Question-more jp-mod-styled';
  more.onclick = () => {
    all = !all;
    show(all);
  };
  show(all);
  return [shown, more];
}

function element(name: 'p' | 'dt' | 'pre', text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
