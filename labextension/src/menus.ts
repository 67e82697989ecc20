/** The places of the commands in the menus of JupyterLab and Notebook. */

import type { IMainMenu } from '@jupyterlab/mainmenu';

import { COMMANDS } from './commands';

/** Behind what the application itself has in a menu. */
const RANK = 900;

/** Add them. Each hides itself where the current notebook has another kernel. */
export function addToMenus({ editMenu, kernelMenu, viewMenu }: IMainMenu): void {
  editMenu.addGroup([{ command: COMMANDS.undo }, { command: COMMANDS.redo }], 1); // behind undo and redo of texts
  kernelMenu.addGroup([{ command: COMMANDS.resume }], RANK);
  viewMenu.addGroup([{ command: COMMANDS.showTimeline }, { command: COMMANDS.showVariables }], RANK);
}
