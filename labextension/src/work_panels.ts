/** The panels that a person runs cells in. */

import { CodeCell } from '@jupyterlab/cells';
import type { ConsolePanel } from '@jupyterlab/console';
import { NotebookPanel } from '@jupyterlab/notebook';

export type WorkPanel = NotebookPanel | ConsolePanel;

/** The code cells of a panel, in their order. */
export function codeCellsOf(panel: WorkPanel): CodeCell[] {
  const cells = panel instanceof NotebookPanel ? panel.content.widgets : [...panel.console.cells];
  return cells.filter(cell => cell instanceof CodeCell);
}
