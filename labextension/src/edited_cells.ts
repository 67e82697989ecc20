/** Cells that were edited since they ran: what ran can be compared, and brought back. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { CodeCell } from '@jupyterlab/cells';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { stateOf } from './cell_states';
import type { Current } from './current';
import type { State } from './protocol';
import { diffNode, linesOf } from './text_diff';
import { numberOf } from './words';

/** Of a cell whose text is not what ran. */
export const EDITED = 'mk-mod-edited';

const SELECTOR = `.jp-CodeCell.${EDITED}`;

interface Edited {
  readonly cell: CodeCell;
  readonly state: State;
  readonly ran: string;
}

/** Add the commands for edited cells, and their places in the cells' context menu. */
export function addEditedCommands(app: JupyterFrontEnd, current: Current, trans: TranslationBundle): void {
  const onCell = (command: string, label: string, run: (edited: Edited) => unknown): void => {
    app.commands.addCommand(command, {
      label,
      isEnabled: () => chosen() !== null,
      execute: async () => {
        const edited = await whatRan();
        if (edited !== null) await run(edited);
      }
    });
    app.contextMenu.addItem({ command, selector: SELECTOR, rank: 0 });
  };
  /** The cell that was clicked, or else the active one, if it is marked as edited. */
  const chosen = (): CodeCell | null => {
    const { panel } = current;
    if (!(panel instanceof NotebookPanel)) return null;
    const node = app.contextMenuHitTest(each => each.matches(SELECTOR));
    const clicked = panel.content.widgets.find(cell => cell.node === node) ?? panel.content.activeCell;
    return clicked instanceof CodeCell && clicked.hasClass(EDITED) ? clicked : null;
  };
  const whatRan = async (): Promise<Edited | null> => {
    const [cell, { timeline }] = [chosen(), current];
    const state = cell === null || timeline === null ? undefined : stateOf(cell, timeline);
    if (cell === null || timeline === null || state === undefined) return null;
    const found = await timeline.source(state.number);
    return found.status === 'ok' && found.source !== null ? { cell, state, ran: found.source } : null;
  };
  onCell('monty-kernel:compare-cell', trans.__('Compare with What Ran'), edited => compareCell(edited, trans));
  onCell('monty-kernel:bring-back', trans.__('Bring Back What Ran'), bringBack);
}

/** Show how a cell's text differs from what ran, and offer to bring that back. */
export async function compareCell(edited: Edited, trans: TranslationBundle): Promise<void> {
  const { cell, state, ran } = edited;
  const lines = linesOf(ran, cell.model.sharedModel.getSource());
  const words = { added: trans.__('added'), removed: trans.__('removed'), more: trans.__('… and more lines') };
  const answer = await showDialog({
    title: trans.__('%1 since it ran', numberOf(state)),
    body: new Widget({ node: diffNode(lines, words) }),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Close') }),
      Dialog.okButton({ label: trans.__('Bring Back What Ran') })
    ],
    defaultButton: 0
  });
  if (answer.button.accept) bringBack(edited);
}

/** Give a cell the text that ran. Ctrl+Z in its editor takes that back. */
function bringBack({ cell, ran }: Edited): void {
  // what was typed within the last half second would be a part of the same step
  const { undoManager } = cell.model.sharedModel as { undoManager?: { stopCapturing(): void } | null };
  undoManager?.stopCapturing();
  cell.model.sharedModel.setSource(ran);
}
