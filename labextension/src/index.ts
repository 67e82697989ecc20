/** The timeline of Monty kernels in JupyterLab and Jupyter Notebook. */

import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { markCells } from './cell_marks';
import { addCommands } from './commands';
import { Current } from './current';
import { showNotices } from './notices';
import { showQuestions } from './question_dialog';
import { addRunFromChanged } from './run_from';
import { TimelinePanel } from './timeline_panel';
import { Timelines } from './timelines';
import { UndoButton } from './undo_button';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'monty-kernel:timeline',
  description: 'Shows the states of Monty kernels, and travels between them.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [IConsoleTracker, ICommandPalette, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    consoles: IConsoleTracker | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('monty-kernel');
    const timelines = new Timelines();
    const current = new Current(app.shell, timelines);
    const panel = new TimelinePanel(current, trans);
    addCommands(app, current, panel, palette, trans);
    addRunFromChanged(app, current, palette, trans);
    app.docRegistry.addWidgetExtension('Notebook', new UndoButton(timelines, trans));
    notebooks.forEach(notebook => {
      watch(notebook);
    });
    notebooks.widgetAdded.connect((_, notebook) => {
      watch(notebook);
    });
    consoles?.widgetAdded.connect((_, console) => {
      timelines.watch(console);
      showQuestions(console, trans);
    });
    timelines.found.connect(() => {
      if (panel.isAttached) return;
      app.shell.add(panel, 'right', { rank: 700 }); // a person without such a kernel sees nothing of it
      restorer?.add(panel, panel.id);
    });

    function watch(notebook: Parameters<typeof markCells>[0]): void {
      timelines.watch(notebook);
      markCells(notebook, timelines, trans);
      showNotices(notebook, timelines, trans);
      showQuestions(notebook, trans);
    }
  }
};

export default plugin;
