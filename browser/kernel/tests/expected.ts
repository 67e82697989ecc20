/** Writes what the native kernel makes of the cells that tests compare with, and the data that both kernels share. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export default function setup(): void {
  const python = process.env['PYTHON'] ?? '.venv/bin/python';
  for (const module of ['browser.shared', 'browser.conformance']) {
    // SyntaxWarning: the cells are what people write
    execFileSync(python, ['-W', 'ignore', '-m', module], { cwd: ROOT, stdio: 'inherit' });
  }
}
