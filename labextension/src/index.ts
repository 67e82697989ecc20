/** The timeline of Monty kernels in JupyterLab and Jupyter Notebook. */

import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { markCells } from './cell_marks';
import { addCommands } from './commands';
import { Current } from './current';
import { addEditedCommands } from './edited_cells';
import { showGrants } from './grants';
import { addToMenus } from './menus';
import { showNotices } from './notices';
import { showQuestions } from './question_dialog';
import { addRunFromChanged } from './run_from';
import { TimelinePanel } from './timeline_panel';
import { Timelines } from './timelines';
import { addToolbarButtons } from './toolbar_buttons';

import { VariablesPanel } from './variables_panel';
import type { WorkPanel } from './work_panels';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'monty-kernel:timeline',
  description: 'Shows the states of Monty kernels, and travels between them.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, IConsoleTracker, ICommandPalette, IMainMenu, ILayoutRestorer, IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
    palette: ICommandPalette | null,
    mainMenu: IMainMenu | null,
    restorer: ILayoutRestorer | null,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ) => {
    if (notebooks === null) return; // an application without notebooks has no room for it
    const trans = (translator ?? nullTranslator).load('monty-kernel');
    const timelines = new Timelines();
    const current = new Current(app.shell, timelines);
    const timelinePanel = new TimelinePanel(current, trans);
    const variables = new VariablesPanel(current, rendermime, trans);
    addCommands(app, current, timelinePanel, variables, palette, trans);
    if (mainMenu !== null) addToMenus(mainMenu);
    addRunFromChanged(app, current, palette, trans);
    addEditedCommands(app, current, trans);
    showGrants(app, current, statusBar, palette, trans);
    notebooks.forEach(notebook => {
      watch(notebook);
    });
    notebooks.widgetAdded.connect((_, notebook) => {
      watch(notebook);
    });
    consoles?.forEach(console => {
      watch(console);
    });
    consoles?.widgetAdded.connect((_, console) => {
      watch(console);
    });
    timelines.found.connect(() => {
      for (const each of [timelinePanel, variables]) {
        if (each.isAttached) continue;
        app.shell.add(each, 'right', { rank: 700 }); // a person without such a kernel sees nothing of it
        restorer?.add(each, each.id);
      }
    });

    function watch(panel: WorkPanel): void {
      timelines.watch(panel);
      markCells(panel, timelines, trans);
      showNotices(panel, timelines, trans);
      showQuestions(panel, trans);
      addToolbarButtons(panel, timelines, trans);
    }
  }
};

export default plugin;
