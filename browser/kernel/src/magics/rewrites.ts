/** What line and cell magics become: code around the person's own, which calls the prelude. */

import { repr } from '../source/python_text';
import { env, setEnv } from './environment';
import { shellLine } from './shell_words';
import { time, timeCell, timeit, timeitCell } from './timing';
import type { CellRewrite, Rewrite } from '../source';
import type { Value } from './arguments';
import type { Parsed } from './declared';

/** The line magics that are code. */
export const LINES: ReadonlyMap<string, (parsed: Parsed) => Rewrite> = new Map([
  ['who', called('__mk_who', 'variables')],
  ['who_ls', called('__mk_who_ls', 'variables')],
  ['whos', called('__mk_whos', 'lengths', 'variables')],
  ['time', time],
  ['timeit', timeit],
  ['env', env],
  ['set_env', setEnv],
  ['pwd', () => ({ before: 'import os as __mk_folders', value: '__mk_folders.getcwd()' })]
]);

/** The cell magics. */
export const CELLS: ReadonlyMap<string, (parsed: Parsed, body: string) => CellRewrite> = new Map([
  ['time', timeCell],
  ['timeit', timeitCell],
  ['limits', limits],
  ['html', html],
  ['latex', document('text/latex')],
  ['markdown', document('text/markdown')],
  ['svg', document('image/svg+xml')],
  ['writefile', writefile],
  ['file', writefile]
]);

/** Sandbox code that runs a magic of the host when the cell reaches it. */
export function hostCall(name: string, args: string): string {
  return `__mk_magic(${repr(name)}, ${repr(args)})`;
}

// locals() is called where the magic stands, since only code at the top level sees the session's names
function called(name: string, ...parts: string[]): (parsed: Parsed) => Rewrite {
  return ({ given }) => ({
    before: `${name}(__mk_b_locals(), [${texts(given['types']).map(repr).join(', ')}])`,
    parts,
    isExpression: true
  });
}

function limits({ given }: Parsed): CellRewrite {
  return { before: `${hostCall('limits', shellLine(['--cell', ...texts(given['limits'])]))}\n` };
}

function html({ given }: Parsed, body: string): CellRewrite {
  return shown('text/html', body, given['isolated'] === true ? '{"text/html": {"isolated": true}}' : '');
}

function document(mime: string): (parsed: Parsed, body: string) => CellRewrite {
  return (_, body) => shown(mime, body);
}

function shown(mime: string, body: string, metadata = ''): CellRewrite {
  // a text-only console shows the source; the lambda writes it once, since it may be long
  const bundle = `{${repr(mime)}: __mk_t, 'text/plain': __mk_t}`;
  const emit = `(lambda __mk_t: __mk_emit(${bundle}, {}, ${repr(metadata)}, None, False))`;
  return { before: `${emit}(${repr(body)})`, keepBody: false };
}

function writefile({ given }: Parsed, body: string): CellRewrite {
  const text = body.endsWith('\n') ? body : `${body}\n`;
  const append = given['append'] === true ? 'True' : 'False';
  const call = `__mk_write_file(${repr(String(given['file']))}, ${repr(text)}, ${append})`;
  return { before: call, keepBody: false, parts: ['writing'] };
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
