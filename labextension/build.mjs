// Bundles the extension into lib/, and has jupyter-builder make the prebuilt extension.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

rmSync('lib', { recursive: true, force: true });
await build({
  entryPoints: ['src/index.ts'],
  bundle: true,
  format: 'esm',
  minify: true,
  sourcemap: false,
  target: 'es2022',
  legalComments: 'eof',
  outdir: 'lib',
  external: ['@jupyterlab/*', '@lumino/*'],
  logLevel: 'warning'
});
execFileSync('jupyter-builder', ['build', '.'], { stdio: 'inherit' });

// The version is the Python package's.
const [, version] = /^__version__ = "(.+)"$/m.exec(readFileSync('../monty_kernel/__init__.py', 'utf8'));
const extension = 'prebuilt/package.json';
writeFileSync(extension, JSON.stringify({ ...JSON.parse(readFileSync(extension, 'utf8')), version }, null, 2));
