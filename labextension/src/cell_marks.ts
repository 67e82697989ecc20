/** In the notebook: a button at each cell that left a state, and dimmed outputs where its effects are undone. */

import { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { KernelTimeline } from './kernel_timeline';
import type { State } from './protocol';
import type { Timelines } from './timelines';
import { act } from './travel';

const UNDONE = 'mk-mod-undone';
const BUTTON = 'mk-GoTo';

/** Keep the marks of a notebook's cells true. */
export function markCells(panel: NotebookPanel, timelines: Timelines, trans: TranslationBundle): void {
  let frame = 0;
  const mark = (): void => {
    frame = 0;
    if (panel.isDisposed) return;
    const timeline = timelines.of(panel);
    for (const cell of panel.content.widgets) {
      if (cell instanceof CodeCell) markCell(cell, timeline, trans);
    }
  };
  const soon = (): void => {
    if (frame === 0) frame = requestAnimationFrame(mark);
  };
  const following = timelines.follow(panel, soon);
  panel.content.modelContentChanged.connect(soon); // a cell came, went, or has another number
  panel.disposed.connect(() => {
    cancelAnimationFrame(frame);
    following.dispose();
  });
}

/** The state that the last run of a cell left; undefined if there is none. */
export function stateOf(cell: CodeCell, timeline: KernelTimeline): State | undefined {
  const count = cell.model.executionCount;
  const state = count === null ? undefined : timeline.states.get(count);
  // numbers in a notebook may be those of an earlier session
  return state?.cell_id === cell.model.id || state?.cell_id === null ? state : undefined;
}

function markCell(cell: CodeCell, timeline: KernelTimeline | null, trans: TranslationBundle): void {
  const state = timeline === null ? undefined : stateOf(cell, timeline);
  const isUndone = state !== undefined && timeline?.isOnPath(state.number) === false;
  cell.toggleClass(UNDONE, isUndone);
  const prompt = cell.inputArea?.promptNode ?? null;
  if (prompt !== null) {
    if (isUndone) prompt.dataset['montyUndone'] = trans.__('undone');
    else delete prompt.dataset['montyUndone'];
  }
  const known = cell.node.querySelector<HTMLButtonElement>(`:scope > .${BUTTON}`);
  if (state === undefined || state.number === timeline?.present) {
    known?.remove();
    return;
  }
  const button = known ?? document.createElement('button');
  button.className = BUTTON;
  button.textContent = '↶';
  button.title = isUndone
    ? trans.__('Go forward to the state after this cell')
    : trans.__('Go back to the state after this cell');
  button.setAttribute('aria-label', button.title);
  button.onclick = () => {
    if (timeline !== null) void act(timeline, { action: 'restore', target: state.number });
  };
  if (known === null) cell.node.append(button);
}
