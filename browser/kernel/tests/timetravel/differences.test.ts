/** What differs between two states, in the words of the native kernel. */

import { expect, it } from 'vitest';
import { unifiedDiff } from '../../src/timetravel/unified_diff';
import { Client } from '../jupyterlite/client';
import { asked } from '../native';
import { hasWasm } from '../worker/page';

const DIFFLIB = `
import difflib
def f(pair):
    return list(difflib.unified_diff(*pair, n=1, lineterm=""))[2:]
`;

/** Lines of few different words, as texts that were edited have them. */
function pairs(count: number): [string[], string[]][] {
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  return Array.from({ length: count }, (_, index) => {
    const before = Array.from(
      { length: index % 50 === 0 ? 200 : next(30) },
      () => `line ${next(index % 7 === 0 ? 90 : 9)}`
    );
    const after = before.filter(() => next(5) > 0).flatMap(line => (next(6) === 0 ? [`new ${next(4)}`, line] : [line]));
    return [before, index % 50 === 0 ? [...after, ...before].slice(0, 200) : after];
  });
}

it('lines of texts differ as difflib says', () => {
  const given = pairs(600);
  expect(given.map(([before, after]) => [...unifiedDiff(before, after, 1)])).toEqual(asked(DIFFLIB, given));
});

const CELLS = [
  'import os\nx = 1',
  'os.environ["A"] = "one"\nos.environ["API_KEY"] = "hidden"\nos.environ["N\'"] = "q"',
  '%diff 1',
  'open("a.txt", "w").write("a\\nb\\nc\\nd\\n"); open("b.bin", "wb").write(bytes(range(256)))\nos.makedirs("d/e")',
  '%diff 2',
  'os.environ["A"] = "two"; os.environ["API_KEY"] = "other"; del os.environ["N\'"]',
  '%diff 4',
  'open("a.txt", "w").write("a\\nB\\nc\\n\\td\\x07\\ne"); open("d/e/f", "w").write("x" * 2000)',
  'open("b.bin", "wb").write(bytes(256)); open("d-e", "w").write("y")',
  '%diff 4',
  '%diff 9 4',
  'os.remove("a.txt"); os.rmdir("d") if False else None; x = 2; open("long", "w").write("z" * 300)',
  'open("long", "w").write("\\n".join(str(i) for i in range(60)))',
  '%diff 12',
  '%undo',
  '%undo 2',
  '%undo 2',
  '%undo',
  '%redo',
  '%diff 9 9'
];

const NATIVE = `
import nbformat
from monty_kernel import run_notebook
def f(cells):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return ["".join(o.get("text", "") + str(o.get("evalue", "")) for o in cell.outputs) for cell in run_notebook(book, allow_errors=True).cells]
`;

it.skipIf(!hasWasm)('%diff and %undo tell of variables, environment and files', { timeout: 120_000 }, async () => {
  const [native] = asked(NATIVE, [CELLS]) as string[][];
  const client = new Client();
  const found: string[] = [];
  for (const code of CELLS) {
    const ran = await client.run(code);
    found.push(ran.stdout + ran.stderr + (ran.error?.replace(/^\w+: /, '') ?? ''));
  }
  client.close();
  expect(found).toEqual(native);
  expect(found.join('\n')).toContain("~ os.environ['A'] = 'one' -> 'two'");
  expect(found.join('\n')).toContain('    @@ -1,4 +1,5 @@');
  expect(found.join('\n')).not.toMatch(/hidden|other'/);
});
