// What a page measures of its own kernels, by JupyterLab's API: no time of the driver's is in the figures. Times are in ms.
(() => {
  const sessions = () => window.jupyterapp.serviceManager.sessions;

  // Start a kernel with a session of its own, as a notebook does, and run `1+1`: until the result is there.
  async function startAndRun(name) {
    const begun = performance.now();
    const path = `${crypto.randomUUID()}.ipynb`;
    const session = await sessions().startNew({ name: path, path, type: 'notebook', kernel: { name } });
    await run(session.kernel, '1+1');
    bench.kernels.push(session.kernel);
    return bench.last.shown - begun;
  }

  // Restart a kernel, and run `1+1`: until the result is there.
  async function restartAndRun(kernel) {
    const begun = performance.now();
    await kernel.restart();
    await run(kernel, '1+1');
    return bench.last.shown - begun;
  }

  // Run a cell until its idle.
  async function run(kernel, code) {
    const begun = performance.now();
    const cell = { text: '', error: null, messages: 0, firstText: null, shown: null, reply: null, idle: null };
    const future = kernel.requestExecute({ code, stop_on_error: false });
    future.onIOPub = ({ header, content }) => {
      if (header.msg_type === 'stream') {
        cell.firstText ??= performance.now() - begun;
        cell.messages += 1;
        cell.text += content.text;
      } else if (header.msg_type === 'execute_result') {
        cell.shown = performance.now();
        cell.text += content.data['text/plain'];
      } else if (header.msg_type === 'error') {
        cell.error = content.ename;
      }
    };
    future.onReply = () => {
      cell.reply = performance.now() - begun;
    };
    await future.done;
    cell.idle = performance.now() - begun;
    bench.last = cell;
    return cell;
  }

  // Interrupt a loop that has computed for a while: from the interrupt to idle; null if it was not over in time.
  async function interrupt(kernel, computing, patience) {
    const ended = run(kernel, 'while True: pass').then(() => performance.now());
    await new Promise(resolve => setTimeout(resolve, computing));
    const begun = performance.now();
    await kernel.interrupt();
    const late = new Promise(resolve => setTimeout(resolve, patience, null));
    const end = await Promise.race([ended, late]);
    return end === null ? null : end - begun;
  }

  const bench = { kernels: [], last: null, startAndRun, restartAndRun, run, interrupt };
  window.bench = bench;
})();
