/** The commands of the timeline, for toolbars, shortcuts, menus and the command palette. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { redoIcon, undoIcon } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';

import type { Current } from './current';
import { resumable, resumeLast } from './last_session';
import { canUndo } from './toolbar_buttons';
import { act, compare, nameState } from './travel';
import type { TimelinePanel } from './timeline_panel';
import type { VariablesPanel } from './variables_panel';
import { isGone, redoInWords, undoInWords } from './words';

export const COMMANDS = {
  undo: 'monty-kernel:undo',
  redo: 'monty-kernel:redo',
  resume: 'monty-kernel:resume',
  showTimeline: 'monty-kernel:show-timeline',
  showVariables: 'monty-kernel:show-variables',
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
  variables: VariablesPanel,
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
    caption: () => {
      const { timeline } = current;
      return timeline === null ? '' : undoInWords(timeline.path, timeline.states, trans);
    },
    icon: undoIcon,
    isEnabled: () => current.timeline !== null && canUndo(current.timeline),
    isVisible: hasTimeline,
    execute: () => current.timeline && act(current.timeline, { action: 'undo' })
  });
  commands.addCommand(COMMANDS.redo, {
    label: trans.__('Redo the Cell’s Effects'),
    caption: () => redoInWords(current.timeline?.redo, trans),
    icon: redoIcon,
    isEnabled: () => current.timeline?.redo !== undefined,
    isVisible: hasTimeline,
    execute: () => current.timeline && act(current.timeline, { action: 'redo' })
  });
  commands.addCommand(COMMANDS.resume, {
    label: trans.__('Resume the Last Session of This Notebook'),
    isEnabled: () => current.timeline !== null && resumable(current.timeline) !== null,
    isVisible: hasTimeline,
    execute: () => {
      const last = current.timeline === null ? null : resumable(current.timeline);
      if (current.timeline !== null && last !== null) resumeLast(current.timeline, last);
    }
  });
  const shows = (id: string, label: string, each: Widget): void => {
    commands.addCommand(id, {
      label,
      isEnabled: () => each.isAttached,
      isVisible: () => each.isAttached, // a person without such a kernel sees nothing of it
      execute: () => {
        app.shell.activateById(each.id);
      }
    });
  };
  shows(COMMANDS.showTimeline, trans.__('Show the Timeline'), panel);
  shows(COMMANDS.showVariables, trans.__('Show the Variables'), variables);
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
  const everywhere = [COMMANDS.undo, COMMANDS.redo, COMMANDS.resume, COMMANDS.showTimeline, COMMANDS.showVariables];
  for (const command of everywhere) palette?.addItem({ command, category: trans.__('Monty Kernel') });
  current.changed.connect(() => {
    for (const command of everywhere) commands.notifyCommandChanged(command);
  });
}
