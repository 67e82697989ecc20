/** The timeline of the notebook or console that the person works in, and a signal of everything that changes it. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { ConsolePanel } from '@jupyterlab/console';
import { NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { KernelTimeline } from './kernel_timeline';
import type { Timelines } from './timelines';

export class Current {
  /** The notebook or console; null if there is none. */
  panel: NotebookPanel | ConsolePanel | null = null;
  readonly #changed = new Signal<this, void>(this);

  constructor(
    shell: JupyterFrontEnd.IShell,
    private readonly timelines: Timelines
  ) {
    shell.currentChanged?.connect(() => {
      this.#look(shell.currentWidget);
    });
    timelines.found.connect((_, timeline) => {
      timeline.changed.connect(this.#tell, this);
      this.#tell();
    });
    this.#look(shell.currentWidget);
  }

  /** Emitted when there is another panel or something about its states. */
  get changed(): ISignal<this, void> {
    return this.#changed;
  }

  get timeline(): KernelTimeline | null {
    return this.timelines.of(this.panel);
  }

  #look(widget: Widget | null): void {
    // a sidebar, or a file, leaves the notebook where it was
    if (widget instanceof NotebookPanel || widget instanceof ConsolePanel) this.panel = widget;
    else if (this.panel?.isDisposed === true) this.panel = null;
    this.#tell();
  }

  #tell(): void {
    this.#changed.emit();
  }
}
