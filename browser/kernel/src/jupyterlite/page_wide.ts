/** What all kernels of a page share: none but the first fetches or compiles anything. */

import { EngineModule } from '../session/engine_module';
import { webWorker, Workers } from '../session/workers';

const WORKER = new URL('./monty.worker.js', import.meta.url).href;

export const engine = new EngineModule(new URL('./monty.wasm', import.meta.url).href);
export const workers = new Workers(() => webWorker(WORKER));

/** Fetch and compile while something else is done. What goes wrong is told by the first cell, which tries again. */
export function prepare(): void {
  workers.prepare();
  engine.compiled().catch(() => undefined);
}
