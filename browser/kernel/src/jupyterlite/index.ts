/**
 * The plugins: one makes the kernel known to JupyterLite, and the other shows the states of its sessions. The kernel
 * itself is loaded when the first one starts.
 */

import { PageConfig } from '@jupyterlab/coreutils';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IKernelClient, IKernelSpecs } from '@jupyterlite/services';
import type { IKernel } from '@jupyterlite/services';

import logo from '../../../../kernelspec/logo-svg.svg';
import { prepare } from './page_wide';
import type { MontyKernel } from './kernel';

const kernels = new Map<string, MontyKernel>();

const kernel: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlite-monty-kernel:kernel',
  description: 'A Python kernel whose cells run in Monty, a sandboxed interpreter.',
  autoStart: true,
  requires: [IKernelSpecs],
  optional: [IKernelClient],
  activate: (app: JupyterFrontEnd, specs: IKernelSpecs, client: IKernelClient | null) => {
    specs.register({
      spec: {
        name: 'monty',
        display_name: 'Python (Monty)',
        language: 'python',
        argv: [],
        interrupt_mode: 'message',
        resources: { 'logo-svg': logo }
      },
      create: async options => {
        prepare();
        const { makeKernel } = await import('./assembly');
        const place = (): string => notebookOf(app, options);
        const made = makeKernel(options, PageConfig.getBaseUrl(), place, app.serviceManager.contents);
        kernels.set(options.id, made);
        made.disposed.connect(() => {
          if (kernels.get(options.id) === made) kernels.delete(options.id);
        });
        return made;
      }
    });
    if (client !== null) passOnInterrupts(client);
    app.serviceManager.sessions.runningChanged.connect(() => {
      for (const kernel of kernels.values()) kernel.moved(); // one of their notebooks may have been renamed
    });
  }
};

/** The plugin of the application that has notebooks: in others there is no room for the states. */
const NOTEBOOKS = '@jupyterlab/notebook-extension:tracker';

/** The plugin that the Python package monty-kernel brings along, which shows the same. */
const SHOWN_ALREADY = 'monty-kernel:timeline';

const timeline: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlite-monty-kernel:timeline',
  description: 'Shows the states of Monty kernels, and travels between them.',
  autoStart: true,
  activate: async (app: JupyterFrontEnd) => {
    if (!app.hasPlugin(NOTEBOOKS) || app.hasPlugin(SHOWN_ALREADY)) return;
    const { default: face } = await import('./timeline_face');
    const services: unknown[] = await Promise.all([
      ...(face.requires ?? []).map(token => app.resolveRequiredService(token) as Promise<unknown>),
      ...(face.optional ?? []).map(token => app.resolveOptionalService(token) as Promise<unknown>)
    ]);
    await face.activate(app, ...services);
  }
};

/** The path of the notebook or console that a kernel was started for; its folder if that is not known. */
function notebookOf(app: JupyterFrontEnd, { id, location }: IKernel.IOptions): string {
  for (const session of app.serviceManager.sessions.running()) {
    if (session.kernel?.id === id) return session.path;
  }
  return `${location}/`;
}

/** JupyterLite 0.8 drops the cells that wait and tells the kernel nothing. */
function passOnInterrupts(client: IKernelClient): void {
  const interrupt = client.interrupt.bind(client);
  client.interrupt = async id => {
    await interrupt(id);
    kernels.get(id)?.interrupt();
  };
}

export default [kernel, timeline];
