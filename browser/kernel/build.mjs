// Bundles the worker and the page's side into lib/, with the engine beside them, for jupyter-builder.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';

const common = {
  bundle: true,
  minify: true,
  sourcemap: false,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning'
};
rmSync('lib', { recursive: true, force: true });
mkdirSync('lib', { recursive: true });
// a worker that rspack bundles fails at run time: it gets a finished script, as an asset
await build({ ...common, entryPoints: ['src/worker/entry.ts'], format: 'iife', outfile: 'lib/monty.worker.js' });
await build({
  ...common,
  entryPoints: { index: 'src/jupyterlite/index.ts' },
  format: 'esm',
  splitting: true,
  outdir: 'lib',
  external: ['@jupyterlite/*', '@jupyterlab/*', '@lumino/*', './monty.worker.js', './monty.wasm']
});
copyFileSync('../wasm/dist/monty.wasm', 'lib/monty.wasm');
