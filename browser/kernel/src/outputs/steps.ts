/** Long work in pieces, so that the page stays alive: a generator pauses where it yields. */

/** Work that may be paused at each step. */
export type Steps<Result> = Generator<undefined, Result>;

/** Milliseconds after which the page gets its turn: about half of a frame. */
const SLICE = 8;

/** Do the work. What takes no longer than a slice is done at once; else there is a promise. */
export function run<Result>(steps: Steps<Result>): Result | Promise<Result> {
  const first = slice(steps);
  return first.done === true ? first.value : rest(steps);
}

/** Do the work at once, however long it takes. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

async function rest<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    await turn();
    const step = slice(steps);
    if (step.done === true) return step.value;
  }
}

function slice<Result>(steps: Steps<Result>): IteratorResult<undefined, Result> {
  const end = performance.now() + SLICE;
  for (;;) {
    const step = steps.next();
    if (step.done === true || performance.now() >= end) return step;
  }
}

/** Wait until the page had its turn. A timer would wait a second where the tab is in the background. */
function turn(): Promise<void> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
