/** What a person does with states: go, name, compare. What the kernel refuses is shown as it says it. */

import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { KernelTimeline } from './kernel_timeline';
import type { Action } from './protocol';
import { changeInWords, numberOf, unknownInWords } from './words';

const SHOWN_FOR = 4_000; // milliseconds

/** Do it, and say what came of it. isStep: It is a step of something larger, which says itself what came of it. */
export async function act(timeline: KernelTimeline, action: Action, isStep = false): Promise<boolean> {
  const acted = await timeline.act(action);
  if (acted.status === 'ok') {
    if (!isStep) Notification.info(acted.report, { autoClose: SHOWN_FOR });
  } else Notification.warning(acted.evalue, { autoClose: SHOWN_FOR * 2 });
  return acted.status === 'ok';
}

/** Ask for a name, and give it to a state. */
export async function nameState(timeline: KernelTimeline, target: number, trans: TranslationBundle): Promise<void> {
  const answer = await InputDialog.getText({
    title: trans.__('Name this state'),
    label: trans.__('A letter, then letters, digits, and - _ . (at most 100)'),
    okLabel: trans.__('Name')
  });
  const name = answer.value?.trim() ?? '';
  if (answer.button.accept && name !== '') await act(timeline, { action: 'name', name, target });
}

/** Show how a state differs from the present one. */
export async function compare(timeline: KernelTimeline, from: number, trans: TranslationBundle): Promise<void> {
  const found = await timeline.difference(from, timeline.present);
  const [one, other] = [timeline.states.get(from), timeline.here];
  const title = trans.__('From %1 to %2', one ? numberOf(one) : from, other ? numberOf(other) : timeline.present);
  const body = new Widget({ node: document.createElement('ul') });
  body.addClass('mk-Changes');
  const lines = found.status === 'error' ? [found.evalue] : found.items.map(changeInWords);
  if (found.status === 'ok') {
    if (found.more > 0) lines.push(trans.__('… %1 more', found.more));
    if (found.unknown > 0) lines.push(unknownInWords(found.unknown));
    if (!found.compared) lines.push(trans.__('Not compared: %1', found.why));
  }
  for (const line of lines.length > 0 ? lines : [trans.__('No difference.')]) {
    const item = document.createElement('li');
    item.textContent = line;
    body.node.append(item);
  }
  await showDialog({ title, body, buttons: [Dialog.okButton({ label: trans.__('Close') })] });
}
