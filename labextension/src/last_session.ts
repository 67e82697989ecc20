/** The last session of a notebook, as long as it can be resumed. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { KernelTimeline } from './kernel_timeline';
import type { LastSession } from './protocol';
import { act } from './travel';

/** What it has, and what to do where the kernel has to ask first. */
export function saidOfLast(last: LastSession, trans: TranslationBundle): string {
  const has =
    last.variables === null
      ? trans._n('%1 state', '%1 states', last.states)
      : trans._n('%1 variable', '%1 variables', last.variables);
  const text = trans.__('The last session of this notebook has %1.', has);
  return last.own ? text : `${text} ${trans.__('%resume in a cell asks whether this notebook may have it.')}`;
}

/** The last session, as long as the kernel goes on with it without a question, and has none of its own yet. */
export function resumable(timeline: KernelTimeline): LastSession | null {
  const { lastSession } = timeline;
  return lastSession?.own === true && isNew(timeline) ? lastSession : null;
}

/** Whether no cell of the notebook's history has run. */
export function isNew({ states }: KernelTimeline): boolean {
  return ![...states.keys()].some(number => number > 0);
}

/** Go on with it. */
export function resumeLast(timeline: KernelTimeline, last: LastSession): void {
  void act(timeline, { action: 'resume', session: last.session });
}
