/** Asks the Python of this checkout, for what the native kernel says. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ASK = `
import json, sys
print(json.dumps([f(each) for each in json.load(sys.stdin)]))
`;

/** What a function `f`, which the code defines, makes of each value. */
export function asked(code: string, values: readonly unknown[]): unknown {
  const python = process.env['PYTHON'] ?? '.venv/bin/python';
  const options = { cwd: ROOT, input: JSON.stringify(values), maxBuffer: 1 << 28 };
  return JSON.parse(execFileSync(python, ['-W', 'ignore', '-c', code + ASK], options).toString('utf8'));
}
