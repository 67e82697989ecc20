/** The undo button in the toolbar of notebooks whose kernel has a timeline. */

import { ToolbarButton } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { undoIcon } from '@jupyterlab/ui-components';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

import type { Timelines } from './timelines';
import { act } from './travel';
import { undoInWords } from './words';

export class UndoButton implements DocumentRegistry.IWidgetExtension<NotebookPanel, INotebookModel> {
  constructor(
    private readonly timelines: Timelines,
    private readonly trans: TranslationBundle
  ) {}

  createNew(panel: NotebookPanel): IDisposable {
    const { timelines, trans } = this;
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
    if (!panel.toolbar.insertAfter('restart-and-run', 'monty-undo', button))
      panel.toolbar.addItem('monty-undo', button);
    return new DisposableDelegate(() => {
      following.dispose();
      button.dispose();
    });
  }
}
