/** What a notebook may reach, in the status bar and as a dialog. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { IStatusBar } from '@jupyterlab/statusbar';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { Current } from './current';
import { details, summaryOf } from './grants_in_words';
import type { Grants } from './protocol';
import { harmless } from './words';

const SHOW = 'monty-kernel:show-grants';

/** Add the item in the status bar, and the command that shows the details. */
export function showGrants(
  app: JupyterFrontEnd,
  current: Current,
  statusBar: IStatusBar | null,
  palette: ICommandPalette | null,
  trans: TranslationBundle
): void {
  app.commands.addCommand(SHOW, {
    label: trans.__('Show What This Notebook May Reach'),
    isEnabled: () => grantsOf(current) !== null,
    execute: async () => {
      const grants = grantsOf(current);
      if (grants === null) return;
      const body = new Widget({ node: details(grants, trans) });
      await showDialog({
        title: trans.__('What %1 may reach', harmless(current.panel?.title.label ?? '')),
        body,
        buttons: [Dialog.okButton({ label: trans.__('Close') })]
      });
    }
  });
  palette?.addItem({ command: SHOW, category: trans.__('Monty Kernel') });
  if (statusBar === null) return;
  const item = new GrantsItem(() => void app.commands.execute(SHOW), trans);
  const show = (): void => {
    item.show(grantsOf(current));
    app.commands.notifyCommandChanged(SHOW);
  };
  current.changed.connect(show);
  show();
  statusBar.registerStatusItem('monty-kernel:grants', {
    item,
    align: 'left',
    rank: 10,
    isActive: () => grantsOf(current) !== null,
    activeStateChanged: current.changed
  });
}

function grantsOf(current: Current): Grants | null {
  return current.timeline?.grants ?? null;
}

class GrantsItem extends Widget {
  readonly #button = document.createElement('button');

  constructor(
    clicked: () => void,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('mk-Grants-item');
    this.#button.type = 'button';
    this.#button.title = trans.__('What this notebook may reach');
    this.#button.onclick = clicked;
    this.node.append(this.#button);
  }

  /** @param grants - null leaves what was there. */
  override show(grants: Grants | null = null): void {
    super.show();
    if (grants !== null) this.#button.textContent = summaryOf(grants, this.trans);
  }
}
