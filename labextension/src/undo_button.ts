/** The undo button in the toolbar of notebooks and consoles whose kernel has a timeline. */

import { ToolbarButton } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { undoIcon } from '@jupyterlab/ui-components';

import type { Timelines } from './timelines';
import { act } from './travel';
import { undoInWords } from './words';
import type { WorkPanel } from './work_panels';

/** Add the button to a panel's toolbar. */
export function addUndoButton(panel: WorkPanel, timelines: Timelines, trans: TranslationBundle): void {
  const button = new ToolbarButton({
    icon: undoIcon,
    tooltip: trans.__('Undo the last cell'),
    onClick: () => {
      const timeline = timelines.of(panel);
      if (timeline !== null) void act(timeline, { action: 'undo' });
    }
  });
  button.addClass('mk-UndoButton');
  const show = (): void => {
    const timeline = timelines.of(panel);
    if (timeline === null) {
      button.hide();
      return;
    }
    button.show();
    button.node.title = undoInWords(timeline.here, trans);
    button.enabled = (timeline.here?.parent ?? null) !== null;
  };
  const following = timelines.follow(panel, show);
  if (!panel.toolbar.insertAfter('restart-and-run', 'monty-undo', button)) panel.toolbar.addItem('monty-undo', button);
  panel.disposed.connect(() => {
    following.dispose();
    button.dispose();
  });
}
