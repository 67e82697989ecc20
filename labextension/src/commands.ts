/** The commands of the timeline, for toolbars, shortcuts, menus and the command palette. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { redoIcon, undoIcon } from '@jupyterlab/ui-components';

import type { Current } from './current';
import { act, compare, nameState } from './travel';
import type { TimelinePanel } from './timeline_panel';
import { isGone, undoInWords } from './words';

export const COMMANDS = {
  undo: 'monty-kernel:undo',
  redo: 'monty-kernel:redo',
  show: 'monty-kernel:show-timeline',
  restore: 'monty-kernel:restore-state',
  name: 'monty-kernel:name-state',
  unname: 'monty-kernel:unname-state',
  compare: 'monty-kernel:compare-state',
  delete: 'monty-kernel:delete-state'
};

const ROW = '.mk-Timeline [role=option]';

/** Add the commands, their shortcuts and the context menu of the states. */
export function addCommands(
  app: JupyterFrontEnd,
  current: Current,
  panel: TimelinePanel,
  palette: ICommandPalette | null,
  trans: TranslationBundle
): void {
  const { commands } = app;
  const hasTimeline = (): boolean => current.timeline !== null;
  const clicked = (): number | null => {
    const row = app.contextMenuHitTest(node => node.matches(ROW));
    return row === undefined ? panel.selected : panel.stateAt(row);
  };
  const onState = (id: string, label: string, execute: (state: number) => Promise<unknown>, isOne = isThere): void => {
    commands.addCommand(id, {
      label,
      isEnabled: () => isOne(clicked()),
      execute: async () => {
        const state = clicked();
        if (state !== null) await execute(state);
      }
    });
    app.contextMenu.addItem({ command: id, selector: ROW });
  };
  const isThere = (state: number | null): boolean => {
    const found = state === null ? undefined : current.timeline?.states.get(state);
    return found !== undefined && !isGone(found);
  };
  const isOther = (state: number | null): boolean => isThere(state) && state !== current.timeline?.present;

  commands.addCommand(COMMANDS.undo, {
    label: trans.__('Undo the Last Cell’s Effects'),
    caption: () => undoInWords(current.timeline?.here, trans),
    icon: undoIcon,
    isEnabled: () => (current.timeline?.here?.parent ?? null) !== null,
    isVisible: hasTimeline,
    execute: () => current.timeline && act(current.timeline, { action: 'undo' })
  });
  commands.addCommand(COMMANDS.redo, {
    label: trans.__('Redo the Cell’s Effects'),
    icon: redoIcon,
    isEnabled: hasTimeline,
    isVisible: hasTimeline,
    execute: () => current.timeline && act(current.timeline, { action: 'redo' })
  });
  commands.addCommand(COMMANDS.show, {
    label: trans.__('Show the Timeline'),
    execute: () => {
      app.shell.activateById(panel.id);
    }
  });
  onState(
    COMMANDS.restore,
    trans.__('Go to This State'),
    async target => current.timeline && act(current.timeline, { action: 'restore', target }),
    isOther
  );
  onState(
    COMMANDS.compare,
    trans.__('Compare with the Present State'),
    async from => {
      if (current.timeline !== null) await compare(current.timeline, from, trans);
    },
    isOther
  );
  onState(COMMANDS.name, trans.__('Name This State…'), async target => {
    if (current.timeline !== null) await nameState(current.timeline, target, trans);
  });
  onState(
    COMMANDS.unname,
    trans.__('Remove Its Names'),
    async target => {
      for (const name of current.timeline?.states.get(target)?.names ?? []) {
        if (current.timeline !== null) await act(current.timeline, { action: 'unname', name, target });
      }
    },
    state => state !== null && (current.timeline?.states.get(state)?.names.length ?? 0) > 0
  );
  onState(
    COMMANDS.delete,
    trans.__('Delete This State'),
    async target => current.timeline && act(current.timeline, { action: 'delete', target }),
    isOther
  );
  for (const selector of ['.jp-Notebook', '.jp-CodeConsole']) {
    commands.addKeyBinding({ command: COMMANDS.undo, keys: ['Accel Alt Z'], selector });
    commands.addKeyBinding({ command: COMMANDS.redo, keys: ['Accel Alt Shift Z'], selector });
  }
  for (const command of [COMMANDS.undo, COMMANDS.redo, COMMANDS.show]) {
    palette?.addItem({ command, category: trans.__('Monty Kernel') });
  }
  current.changed.connect(() => {
    commands.notifyCommandChanged(COMMANDS.undo);
    commands.notifyCommandChanged(COMMANDS.redo);
  });
}
