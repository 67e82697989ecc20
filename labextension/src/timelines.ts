/** The timelines of the kernels that this page is connected to: one for each kernel, whichever panels show it. */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { KernelTimeline } from './kernel_timeline';

/** A panel whose session may have a Monty kernel. */
export interface Panel {
  readonly sessionContext: ISessionContext;
}

export class Timelines {
  readonly #asked = new Set<string>(); // the ids of the kernels that were asked whether they have one
  readonly #ready = new Map<string, KernelTimeline>();
  readonly #found = new Signal<this, KernelTimeline>(this);

  /** Emitted when a kernel turned out to have a timeline. */
  get found(): ISignal<this, KernelTimeline> {
    return this.#found;
  }

  /** Look at the kernel that a panel has, and at those that it gets later. */
  watch(panel: Panel): void {
    const { sessionContext } = panel;
    const look = (): void => {
      const kernel = sessionContext.session?.kernel;
      if (kernel) void this.#of(kernel);
    };
    sessionContext.kernelChanged.connect(look);
    look();
  }

  /** Call this now, and with everything that becomes known of the kernel that a panel has, until it is disposed. */
  follow(panel: Panel, tell: () => void): IDisposable {
    const { sessionContext } = panel;
    const found = (): void => {
      this.of(panel)?.changed.connect(tell);
      tell();
    };
    this.found.connect(found);
    sessionContext.kernelChanged.connect(found);
    found();
    return new DisposableDelegate(() => {
      this.found.disconnect(found);
      sessionContext.kernelChanged.disconnect(found);
      this.of(panel)?.changed.disconnect(tell);
    });
  }

  /** The timeline of the kernel that a panel has; null as long as none is known. */
  of(panel: Panel | null): KernelTimeline | null {
    const kernel = panel?.sessionContext.session?.kernel;
    const timeline = kernel ? this.#ready.get(kernel.id) : undefined;
    return timeline === undefined || timeline.isDisposed ? null : timeline;
  }

  async #of(kernel: Kernel.IKernelConnection): Promise<void> {
    // of several connections to a kernel one has its comms
    if (!kernel.handleComms || this.#asked.has(kernel.id)) return;
    this.#asked.add(kernel.id);
    kernel.disposed.connect(() => {
      this.#asked.delete(kernel.id);
      this.#ready.delete(kernel.id);
    });
    const timeline = await KernelTimeline.of(kernel).catch(() => null); // the kernel died before it said what it is
    if (timeline === null) return;
    this.#ready.set(kernel.id, timeline);
    this.#found.emit(timeline);
  }
}
