// Bundles the worker and the page's side into lib/, with the engine beside them, and has jupyter-builder make the extension.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

// The version is the Python package's.
const [, version] = /^__version__ = "(.+)"$/m.exec(readFileSync('../../monty_kernel/__init__.py', 'utf8'));
const versioned = path => JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), version }, null, 2);
const described = {
  name: 'described',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]kernel[\\/]package\.json$/ }, ({ path }) => ({ contents: versioned(path), loader: 'json' }));
  }
};

const common = {
  bundle: true,
  minify: true,
  sourcemap: false,
  target: 'es2022',
  legalComments: 'eof',
  plugins: [described],
  loader: { '.svg': 'dataurl' },
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
  external: ['@jupyterlite/*', '@jupyterlab/*', '@lumino/*', './monty.worker.js', './monty.wasm', './timeline.css']
});
copyFileSync('../wasm/dist/monty.wasm', 'lib/monty.wasm');
copyFileSync('../../labextension/style/index.css', 'lib/timeline.css');

execFileSync('jupyter-builder', ['build', '.'], { stdio: 'inherit' });
const extension = '../jupyterlite_monty_kernel/labextension/package.json';
writeFileSync(extension, versioned(extension));
