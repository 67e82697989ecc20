import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setImmediate as nextTask } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test, vi } from 'vitest';
import { Client } from '../jupyterlite/client';
import { hasWasm } from '../worker/page';
import { NotebookOutputs } from './notebook_outputs';
import { Comparison } from './sessions';
import type { CellOutput } from './notebook_outputs';
import type { Session } from './sessions';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const FILE = new URL('../generated/outputs.json', import.meta.url);

// it needs the DOM of a browser: there, the same sessions run once more
vi.mock('../../src/outputs/markup_sanitizer', async () => {
  const { Removed } = await import('../../src/outputs/sanitized');
  return {
    sanitizedMarkup: function* (_: string, text: string) {
      return { text, removed: new Removed() };
    }
  };
});
const MARKUP = /"(?:text\/html|image\/svg\+xml|text\/markdown)"/;

beforeAll(() => {
  const python = process.env['PYTHON'] ?? '.venv/bin/python';
  execFileSync(python, ['-W', 'ignore', '-m', 'browser.conformance.outputs'], { cwd: ROOT, stdio: 'inherit' });
}, 900_000);

test.runIf(hasWasm)('notebooks show the same in both kernels', { timeout: 900_000 }, async () => {
  const comparison = new Comparison(outputs => !MARKUP.test(outputs));
  for (const session of JSON.parse(readFileSync(FILE, 'utf-8')) as Session[]) {
    comparison.compare(session, await outputsOf(session));
    await nextTask(); // or the runner of the tests waits for its turn
  }
  expect(comparison.different).toEqual([]);
  expect(comparison.compared).toBeGreaterThan(3_000);
});

async function outputsOf({ name, cells }: Session): Promise<CellOutput[][]> {
  const client = new Client({ folder: name });
  const outputs = new NotebookOutputs();
  try {
    for (const { source } of cells) {
      outputs.startCell();
      if (source.trim() === '') continue; // no front end sends it
      const { published } = await client.run(source, { allow_stdin: false, stop_on_error: false });
      for (const { header, content } of published) outputs.add({ type: header.msg_type, content });
    }
  } finally {
    client.close();
  }
  return outputs.cells;
}
