/** The plugin: it makes the kernel known to JupyterLite. The kernel itself is loaded when the first one starts. */

import { PageConfig } from '@jupyterlab/coreutils';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IKernelClient, IKernelSpecs } from '@jupyterlite/services';
import type { IKernel } from '@jupyterlite/services';

import logo from '../../../../kernelspec/logo-svg.svg';
import { prepare } from './page_wide';
import type { MontyKernel } from './kernel';

const kernels = new Map<string, MontyKernel>();

const plugin: JupyterFrontEndPlugin<void> = {
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
        const kernel = makeKernel(options, PageConfig.getBaseUrl(), place, app.serviceManager.contents);
        kernels.set(options.id, kernel);
        kernel.disposed.connect(() => {
          if (kernels.get(options.id) === kernel) kernels.delete(options.id);
        });
        return kernel;
      }
    });
    if (client !== null) passOnInterrupts(client);
    app.serviceManager.sessions.runningChanged.connect(() => {
      for (const kernel of kernels.values()) kernel.moved(); // one of their notebooks may have been renamed
    });
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

export default plugin;
