/** What the native kernel makes of magics: asked of the Python of this checkout. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { forward } from '../../src/source/python_text';
import { reworded } from '../conformance/sessions';
import type { Span } from '../../src/source/source_map';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export interface Native {
  lines: { name: string; args: string; made: Record<string, unknown> }[];
  cells: { name: string; args: string; body: string; made: Record<string, unknown> }[];
  catalogue: {
    groups: unknown;
    looking: string[];
    lines: string[];
    cells: string[];
    each: Record<string, [string[], string[], string, boolean, string | null]>;
  };
}

/** What a module of `browser/conformance` prints, in the words of a page. */
export function printedBy(module: string): unknown {
  const python = process.env['PYTHON'] ?? `${ROOT}.venv/bin/python`;
  const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  return JSON.parse(reworded(execFileSync(python, ['-m', `browser.conformance.${module}`], options)));
}

/** A span that counts characters, as one that counts UTF-16 units. */
export function inUnits(span: unknown, text: string): Span | null {
  if (!Array.isArray(span)) return null;
  const [start, end] = span as [number, number];
  return [forward(text, 0, start), forward(text, 0, end)];
}
