/** Runs a notebook from the first cell on that changed since it ran, in the session as it was before that cell. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { CodeCell } from '@jupyterlab/cells';
import type { Cell } from '@jupyterlab/cells';
import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { stateOf } from './cell_states';
import type { Current } from './current';
import { firstToRun } from './first_to_run';
import type { KernelTimeline } from './kernel_timeline';
import { act } from './travel';

export const RUN_FROM_CHANGED = 'monty-kernel:run-from-changed';

const SHOWN_FOR = 4_000; // milliseconds

/** Add the command, to the command palette and to the context menu of cells. */
export function addRunFromChanged(
  app: JupyterFrontEnd,
  current: Current,
  palette: ICommandPalette | null,
  trans: TranslationBundle
): void {
  const { commands } = app;
  const notebook = (): NotebookPanel | null => (current.panel instanceof NotebookPanel ? current.panel : null);
  commands.addCommand(RUN_FROM_CHANGED, {
    label: trans.__('Run from the First Changed Cell'),
    caption: trans.__(
      'Go back to the state before the first cell that was edited since it ran, or never ran, and run all cells from there on'
    ),
    isEnabled: () => notebook() !== null && current.timeline !== null,
    isVisible: () => notebook() !== null && current.timeline !== null,
    execute: async () => {
      const [panel, timeline] = [notebook(), current.timeline];
      if (panel !== null && timeline !== null) await runFromChanged(panel, timeline, trans);
    }
  });
  app.contextMenu.addItem({ command: RUN_FROM_CHANGED, selector: '.jp-Notebook .jp-CodeCell', rank: 5 });
  palette?.addItem({ command: RUN_FROM_CHANGED, category: trans.__('Monty Kernel') });
  current.changed.connect(() => {
    commands.notifyCommandChanged(RUN_FROM_CHANGED);
  });
}

async function runFromChanged(panel: NotebookPanel, timeline: KernelTimeline, trans: TranslationBundle): Promise<void> {
  if (panel.sessionContext.session?.kernel?.status !== 'idle') {
    Notification.warning(trans.__('A cell runs or waits: interrupt it, or try again when it is done.'), {
      autoClose: SHOWN_FOR
    });
    return;
  }
  const cells = panel.content.widgets.filter((cell): cell is CodeCell => runs(cell));
  const seen = cells.map(cell => ({ source: sourceOf(cell), state: stateOf(cell, timeline) }));
  const found = await firstToRun(seen, timeline);
  if (found === null) {
    Notification.info(trans.__('No cell was edited since it ran: there is nothing to run.'), { autoClose: SHOWN_FOR });
    return;
  }
  // between the question and the travel somebody may have edited, deleted or run cells: then the kernel refuses, or the
  // cell is gone
  const first = cells[found.index];
  const from = first === undefined ? null : panel.content.widgets.indexOf(first);
  if (from === -1) return;
  if (found.before !== timeline.present && !(await act(timeline, { action: 'restore', target: found.before }, true))) {
    return;
  }
  if (from === null) {
    const text = trans.__('No cell was edited since it ran. The session is as it was after the last one.');
    Notification.info(text, { autoClose: SHOWN_FOR });
    return;
  }
  const count = cells.length - found.index;
  const text = trans._n(
    'Running %1 cell. Those above it are as they ran.',
    'Running %1 cells. Those above them are as they ran.',
    count
  );
  Notification.info(text, { autoClose: SHOWN_FOR });
  await NotebookActions.runCells(panel.content, panel.content.widgets.slice(from), panel.sessionContext);
}

function runs(cell: Cell): boolean {
  return cell instanceof CodeCell && sourceOf(cell).trim() !== '';
}

function sourceOf(cell: Cell): string {
  return cell.model.sharedModel.getSource();
}
