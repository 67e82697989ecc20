/**
 * In notebooks and consoles: a button at each cell that left a state, dimmed outputs where its effects are undone, and a mark where
 * the cell was edited since it ran.
 */

import type { CodeCell } from '@jupyterlab/cells';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { KernelTimeline } from './kernel_timeline';
import type { State } from './protocol';
import { offerOf } from './cell_offer';
import { stateOf } from './cell_states';
import { compareCell, EDITED } from './edited_cells';
import { isEdited, RanTexts } from './ran_texts';
import type { Timelines } from './timelines';
import { act } from './travel';
import { codeCellsOf } from './work_panels';
import type { WorkPanel } from './work_panels';

const UNDONE = 'mk-mod-undone';
const BUTTON = 'mk-GoTo';
const PENCIL = 'mk-Edited';

/** Keep the marks of a panel's cells true. */
export function markCells(panel: WorkPanel, timelines: Timelines, trans: TranslationBundle): void {
  let frame = 0;
  const ran = new RanTexts();
  const mark = (): void => {
    frame = 0;
    if (panel.isDisposed) return;
    const timeline = timelines.of(panel);
    const active = panel instanceof NotebookPanel ? panel.content.activeCell : null;
    for (const cell of codeCellsOf(panel)) {
      const state = timeline === null ? undefined : stateOf(cell, timeline);
      markCell(cell, state, timeline, trans);
      markEdited(cell, state, ran, trans);
      // the notebook knows of edits in this page; whether the others were edited is seen when they are come to
      const isAsked = cell.model.isDirty || cell === active;
      if (timeline !== null && state !== undefined && isAsked) {
        void ran.ask(timeline, state).then(isNews => {
          if (isNews) soon();
        });
      }
    }
  };
  const soon = (): void => {
    if (frame === 0) frame = requestAnimationFrame(mark);
  };
  const following = timelines.follow(panel, soon);
  // a cell came, went, was edited, or has another number
  if (panel instanceof NotebookPanel) {
    panel.content.modelContentChanged.connect(soon);
    panel.content.activeCellChanged.connect(soon);
  } else {
    panel.console.executed.connect(soon);
  }
  panel.disposed.connect(() => {
    cancelAnimationFrame(frame);
    following.dispose();
  });
}

function markCell(
  cell: CodeCell,
  state: State | undefined,
  timeline: KernelTimeline | null,
  trans: TranslationBundle
): void {
  const isUndone = state !== undefined && timeline?.isOnPath(state.number) === false;
  cell.toggleClass(UNDONE, isUndone);
  const prompt = cell.inputArea?.promptNode ?? null;
  if (prompt !== null) {
    if (isUndone) prompt.dataset['montyUndone'] = trans.__('undone');
    else delete prompt.dataset['montyUndone'];
  }
  const offer = timeline === null || state === undefined ? null : offerOf(state, timeline, trans);
  if (timeline === null || offer === null) {
    setButton(cell, BUTTON, null);
    return;
  }
  const { sign, title, target } = offer;
  setButton(cell, BUTTON, { sign, title, clicked: () => void act(timeline, { action: 'restore', target }) });
}

function markEdited(cell: CodeCell, state: State | undefined, ran: RanTexts, trans: TranslationBundle): void {
  const text = state === undefined ? null : ran.of(state);
  const is = isEdited(cell.model.sharedModel.getSource(), text);
  cell.toggleClass(EDITED, is);
  if (!is || state === undefined || text === null) {
    setButton(cell, PENCIL, null);
    return;
  }
  setButton(cell, PENCIL, {
    sign: '✎',
    title: trans.__('Edited since it ran: compare with what ran'),
    clicked: () => void compareCell({ cell, state, ran: text }, trans)
  });
}

interface Button {
  readonly sign: string;
  readonly title: string;
  readonly clicked: () => void;
}

/** Give a cell the button of a class, or take it away. */
function setButton(cell: CodeCell, name: string, wanted: Button | null): void {
  const known = cell.node.querySelector<HTMLButtonElement>(`:scope > .${name}`);
  if (wanted === null) {
    known?.remove();
    return;
  }
  const button = known ?? document.createElement('button');
  button.className = name;
  button.textContent = wanted.sign;
  button.title = wanted.title;
  button.setAttribute('aria-label', wanted.title);
  button.onclick = wanted.clicked;
  if (known === null) cell.node.append(button);
}
