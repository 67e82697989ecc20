/** Undo and redo in the toolbar of notebooks and consoles whose kernel has a timeline. */

import { addToolbarButtonClass, ReactWidget, ToolbarButtonComponent } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { redoIcon, undoIcon } from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';

import type { KernelTimeline } from './kernel_timeline';
import type { Timelines } from './timelines';
import { act } from './travel';
import { redoInWords, undoInWords } from './words';
import type { WorkPanel } from './work_panels';

/** A button whose tooltip changes with what it would do. JupyterLab's own has one for good, and stays pressed. */
class TravelButton extends ReactWidget {
  #tooltip = '';
  #enabled = false;

  constructor(
    private readonly name: string,
    private readonly icon: LabIcon,
    private readonly clicked: () => void
  ) {
    super();
    addToolbarButtonClass(this);
  }

  tell(tooltip: string, enabled: boolean): void {
    this.#tooltip = tooltip;
    this.#enabled = enabled;
    this.update();
  }

  protected override render(): ReturnType<typeof ToolbarButtonComponent> {
    return ToolbarButtonComponent({
      className: this.name,
      icon: this.icon,
      tooltip: this.#tooltip,
      enabled: this.#enabled,
      onClick: this.clicked
    });
  }
}

/** Add the buttons to a panel's toolbar. */
export function addToolbarButtons(panel: WorkPanel, timelines: Timelines, trans: TranslationBundle): void {
  const does = (action: 'undo' | 'redo') => (): void => {
    const timeline = timelines.of(panel);
    if (timeline !== null) void act(timeline, { action });
  };
  const undo = new TravelButton('mk-UndoButton', undoIcon, does('undo'));
  const redo = new TravelButton('mk-RedoButton', redoIcon, does('redo'));
  const { toolbar } = panel;
  const show = (): void => {
    const timeline = timelines.of(panel);
    for (const each of [undo, redo]) each.setHidden(timeline === null);
    if (timeline === null || panel.isDisposed) return;
    // not before: the application puts its own buttons there in its time
    if (undo.parent === null && !toolbar.insertAfter('restart-and-run', 'monty-undo', undo)) {
      toolbar.addItem('monty-undo', undo);
    }
    if (redo.parent === null) toolbar.insertAfter('monty-undo', 'monty-redo', redo);
    undo.tell(undoInWords(timeline.path, timeline.states, trans), canUndo(timeline));
    redo.tell(redoInWords(timeline.redo, trans), timeline.redo !== undefined);
  };
  const following = timelines.follow(panel, show);
  panel.disposed.connect(() => {
    following.dispose();
    undo.dispose();
    redo.dispose();
  });
}

/** Whether a cell led to the present state. */
export function canUndo(timeline: KernelTimeline): boolean {
  return (timeline.here?.parent ?? null) !== null;
}
