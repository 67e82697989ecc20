/** Runs the sessions in a page of JupyterLite, through its own kernel connections, and compares what they show. */

import { NotebookOutputs } from './notebook_outputs';
import { Comparison } from './sessions';
import type { Kernel, KernelMessage, SessionManager } from '@jupyterlab/services';
import type { CellOutput } from './notebook_outputs';
import type { Difference, Session } from './sessions';

interface Page {
  jupyterapp: { serviceManager: { sessions: SessionManager } };
  conformance: { run: typeof run; result: () => unknown };
}

const page = window as unknown as Page;
const comparison = new Comparison();
let notebooks = 0;

/** Run sessions, each in a kernel of a notebook of its own: it has no earlier session. What was different. */
async function run(sessions: readonly Session[]): Promise<Difference[]> {
  const before = comparison.different.length;
  for (const session of sessions) {
    notebooks += 1;
    const path = `${notebooks}.ipynb`;
    const options = { path, name: path, type: 'notebook', kernel: { name: 'monty' } };
    const connection = await page.jupyterapp.serviceManager.sessions.startNew(options);
    try {
      if (connection.kernel === null) throw new Error('no kernel was started');
      comparison.compare(session, await outputsOf(connection.kernel, session));
    } finally {
      await connection.shutdown();
    }
  }
  return comparison.different.slice(before);
}

async function outputsOf(kernel: Kernel.IKernelConnection, { cells }: Session): Promise<CellOutput[][]> {
  const outputs = new NotebookOutputs();
  const futures: { dispose(): void }[] = []; // what updates a display reaches those that showed it
  for (const { source } of cells) {
    outputs.startCell();
    if (source.trim() === '') continue; // no front end sends it
    const request = { code: source, allow_stdin: false, stop_on_error: false, store_history: true };
    const future = kernel.requestExecute(request, false);
    futures.push(future);
    future.onIOPub = ({ header, content }: KernelMessage.IIOPubMessage) => {
      outputs.add({ type: header.msg_type, content: { ...content } });
    };
    await future.done;
  }
  for (const future of futures) future.dispose();
  return outputs.cells;
}

page.conformance = {
  run,
  result: () => ({ unused: comparison.unused, compared: comparison.compared })
};
