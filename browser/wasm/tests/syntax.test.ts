/** The tree of a source: what CPython's `ast` makes of it. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { testCases } from './cases/test_cases';
import { WasmEngine } from './support/wasm_engine';

const root = new URL('../../../', import.meta.url).pathname;
const python = process.env['MONTY_PYTHON'] ?? join(root, '.venv/bin/python');
const folder = mkdtempSync(join(tmpdir(), 'syntax-'));
const engine = await WasmEngine.start();

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Node {
  _: string;
  [field: string]: unknown;
}

/** CPython's trees of files that it can parse. */
function cpythonTrees(files: readonly string[]): unknown[] {
  const script = new URL('support/cpython_tree.py', import.meta.url).pathname;
  const printed = execFileSync(python, [script, ...files], { maxBuffer: 1 << 30, encoding: 'utf8' });
  return printed
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown);
}

// Before 3.13, CPython does not place all parts of f-strings.
const knowsParts =
  execFileSync(python, ['-c', 'import sys; print(sys.version_info >= (3, 13))'], { encoding: 'utf8' }) === 'True\n';

/** Leave out what CPython has no place for. */
function comparable(value: unknown, insideString = false): unknown {
  if (Array.isArray(value)) return value.map(each => comparable(each, insideString));
  if (typeof value !== 'object' || value === null) return value;
  const node = value as Node;
  const inside = insideString || (node._ === 'JoinedStr' && !knowsParts);
  const placeless = PLACELESS.has(node._) || insideString;
  const fields = Object.entries(node).filter(
    ([name]) => !(name === 'type_params' || (placeless && (name === 's' || name === 'e')))
  );
  if (insideString && node._ === 'Constant' && node['kind'] !== 'str') return { _: node._, kind: node['kind'] };
  return Object.fromEntries(fields.map(([name, field]) => [name, comparable(field, inside)]));
}

const PLACELESS = new Set(['Module', 'arguments', 'comprehension', 'withitem', 'match_case']);

function compare(sources: readonly string[]): void {
  const files = sources.map((source, index) => {
    const file = join(folder, `${index}.py`);
    writeFileSync(file, source);
    return file;
  });
  const expected = cpythonTrees(files);
  sources.forEach((source, index) => {
    const [ours, theirs] = [engine.syntax(source), expected[index]].map(tree => JSON.stringify(comparable(tree)));
    if (ours !== theirs) expect(differenceOf(ours, theirs), source.slice(0, 200)).toBe('');
  });
}

/** Where two texts begin to differ; a matcher takes minutes over trees of megabytes. */
function differenceOf(ours = '', theirs = ''): string {
  let at = 0;
  while (ours[at] === theirs[at]) at += 1;
  return `${ours.slice(Math.max(0, at - 300), at + 100)} instead of ${theirs.slice(at, at + 100)}`;
}

describe('the same tree as CPython', () => {
  test('of each statement and expression', () => {
    compare([readFileSync(new URL('support/every_node.txt', import.meta.url), 'utf8')]);
  });

  test('of text outside of ASCII', () => {
    compare(['a = "é𝄞"; b = ñ + f(𝔘)\n', '# 𝄞\nx = {"ключ": "значение",\n     **y}\n', "f'{a}é𝄞{b}' + c\n"]);
  });

  test('of the standard library', () => {
    const library = execFileSync(python, ['-c', 'import os; print(os.path.dirname(os.__file__))'], {
      encoding: 'utf8'
    }).trim();
    const files = readdirSync(library).filter(name => name.endsWith('.py'));
    const sources = files
      .map(name => readFileSync(join(library, name), 'utf8'))
      .filter(source => !/\\ud[89ab]|\\N\{|\f|\r/i.test(source));
    expect(sources.length).toBeGreaterThan(100);
    compare(sources);
  });
});

test("of Monty's own test cases, whatever CPython thinks of them", () => {
  const results = testCases().map(file => engine.syntax(file.source) as Node | { error: string });
  expect(results.filter(result => !('error' in result)).length).toBeGreaterThan(680);
});

describe('what has no tree', () => {
  test.each([
    ['x = (', 5],
    ['é = 1 +', 7],
    ['def f():\nreturn 1', 9],
    ["'abc", 0],
    ['a = 𝄞𝄞 1', 4]
  ])('%j', (source, start) => {
    const reply = engine.syntax(source) as { error: string; s: number; e: number };
    expect(reply.error).not.toBe('');
    expect(reply.s).toBe(start);
    expect(reply.e).toBeGreaterThanOrEqual(reply.s);
    expect(reply.e).toBeLessThanOrEqual(source.length);
  });

  test.each([
    `${'('.repeat(3000)}1${')'.repeat(3000)}`,
    `${'-'.repeat(300)}1`,
    `x${'.a'.repeat(50_000)}`,
    `f${'()'.repeat(50_000)}`,
    `1${'+1'.repeat(500_000)}`,
    `if a:\n pass\n${'elif b:\n pass\n'.repeat(5000)}`,
    `${'['.repeat(190)}1${'+1'.repeat(300)}${']'.repeat(190)}`
  ])('nested too deeply', source => {
    expect(engine.syntax(source)).toMatchObject({ error: 'Source is too deeply nested' });
    expect(engine.syntax('1')).toMatchObject({ _: 'Module' });
  });
});

test('wide and long sources have a tree', () => {
  const wide = `x = [${'f(a.b, 1 + 2), '.repeat(20_000)}]\n`;
  const long = 'a = b.c(1)[2] + 3\n'.repeat(20_000);
  const chain = `x = ${Array.from({ length: 190 }, () => 'a * b').join(' + ')}\n`;
  for (const source of [wide, long, chain]) expect(engine.syntax(source)).toMatchObject({ _: 'Module' });
});
