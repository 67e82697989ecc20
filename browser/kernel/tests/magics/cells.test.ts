/** Each magic that people type, in the whole kernel: it says what the native one says, or a line of its own. */

import { expect, it } from 'vitest';
import { reworded } from '../conformance/sessions';
import { Client } from '../jupyterlite/client';
import { asked } from '../native';
import { hasWasm } from '../worker/page';
import type { Message } from '../../src/jupyterlite/messages';

/** Those that show markup need a document, and are tried in a browser. */
const CELLS = [
  'x = 1\ny = "text"\ndef f(a): return a',
  '%snapshot a',
  '%snapshot --remove a',
  '%who',
  '%whos',
  '%who int',
  '%lsmagic',
  '%time x + 1',
  '%pwd',
  '%env',
  '%env A=1',
  '%env A',
  '%set_env B=2',
  '%env NOPE',
  '%%writefile a.txt\nhello',
  '%%file -a a.txt\nmore',
  'open("a.txt").read()',
  '%%latex\n$x$',
  '%%javascript\n1',
  '%%capture\nprint(1)',
  '%%bash\nls',
  '!ls',
  '%run a.py',
  '%pip install x',
  '%conda x',
  '%cd /tmp',
  '%ls',
  '%load a',
  '%save a',
  '%edit',
  '%macro',
  '%store x',
  '%matplotlib inline',
  '%matplotlib widget',
  '%pylab',
  '%config',
  '%config Completer.use_jedi = False',
  "%config InlineBackend.figure_format = 'retina'",
  '%load_ext autoreload',
  '%load_ext x',
  '%autoreload 2',
  '%colors',
  '%pprint',
  '%precision 3',
  '%xmode Plain',
  '%debug',
  '%pdb',
  '%prun x',
  '%recall',
  '%rerun',
  '%history -n',
  '%history -f a',
  '%undo 99',
  '%redo',
  '%restore nope',
  '%diff nope',
  '%limits',
  '%limits nope=1',
  '%rewrites 1',
  '%rewrites 99',
  '%typecheck',
  '%tools',
  '%audit',
  '%mounts',
  '%unmount /x',
  '%sessions',
  '%resume nope',
  '%who_ls',
  '%psearch a',
  '%pinfo x',
  '%pdoc f',
  '%pdef f',
  '%psource f',
  '%pfile f',
  '%pinfo2 f',
  '%quickref',
  '%magic',
  '%alias',
  '%reset_selective x',
  '%xdel x',
  '%logstart',
  '%tb',
  '%notebook',
  '%system ls',
  '%sx ls',
  '%nope',
  '%%nope\nx',
  '%time',
  '%timeit',
  '%%time\nx',
  '?',
  '%lsmagic?',
  'x?',
  'f??',
  'nope?',
  'f*?',
  '%revert',
  '%automagic',
  '%alias_magic a b',
  '%doctest_mode',
  '%gui',
  '%dhist',
  '%bookmark',
  '%script x',
  '%%script x\ny',
  '%%python\n1',
  '%%timeit\nx',
  '%reset',
  '%mount .',
  'v = %who_ls',
  '%who x y z',
  '%undo x',
  '%limits seconds=5'
];

/** What is otherwise here, since a page is no computer. */
const OTHERWISE = new Set([
  '%config',
  '%limits',
  '%typecheck',
  '%tools',
  '%audit',
  '%mounts',
  '%sessions',
  '%resume nope'
]);

const NATIVE = `
import nbformat
from monty_kernel import run_notebook
def f(cells):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return [[dict(output) for output in cell.outputs] for cell in run_notebook(book, allow_errors=True).cells]
`;

type Shown = Record<string, unknown>;

it.skipIf(!hasWasm)('magics say the same in both kernels', { timeout: 300_000 }, async () => {
  const native = (asked(NATIVE, [CELLS]) as Shown[][][])[0] ?? [];
  const client = new Client();
  const wrong: unknown[] = [];
  for (const [index, code] of CELLS.entries()) {
    const { published } = await client.run(code, { allow_stdin: false });
    const mine = text(published.map(asOutput));
    const expected = reworded(text(native[index] ?? []));
    if (mine !== expected && !OTHERWISE.has(code)) wrong.push({ code, mine, expected });
    if (OTHERWISE.has(code)) expect(mine, code).not.toBe('');
  }
  client.close();
  expect(wrong).toEqual([]);
});

function asOutput({ header, content }: Message): Shown {
  return { ...content, output_type: header.msg_type };
}

/** What a person reads, without times, addresses and numbers of loops. */
function text(outputs: readonly Shown[]): string {
  const plain = (data: unknown): string => JSON.stringify((data as Shown)['text/plain']);
  const texts = outputs.map(output => {
    switch (output['output_type']) {
      case 'stream':
        return String(output['text']);
      case 'error':
        return `${String(output['ename'])}: ${String(output['evalue'])}`;
      case 'execute_result':
      case 'display_data':
        return plain(output['data']);
      default:
        return '';
    }
  });
  return texts
    .join('')
    .replace(/\u001b\[[\d;]*m| at 0x[0-9a-f]+/g, '')
    .replace(/[\d.]+ (?:[mn\u00b5\u03bc])?s\b/g, 'TIME')
    .replace(/[\d,]+ loops/, 'LOOPS');
}
