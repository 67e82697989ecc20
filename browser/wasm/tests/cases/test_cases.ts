/** The test cases that the `monty` crate ships. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface TestCase {
  readonly name: string;
  readonly source: string;
}

/**
 * All of them, in order.
 *
 * @throws Error - Cargo has not fetched the crate.
 */
export function testCases(): TestCase[] {
  const folder = testCaseFolder();
  return readdirSync(folder)
    .filter(name => name.endsWith('.py'))
    .sort()
    .map(name => ({ name, source: readFileSync(join(folder, name), 'utf8') }));
}

function testCaseFolder(): string {
  const sources = join(process.env['CARGO_HOME'] ?? join(homedir(), '.cargo'), 'registry/src');
  const found = (existsSync(sources) ? readdirSync(sources) : [])
    .map(registry => join(sources, registry, 'monty-1.4.0/test_cases'))
    .find(folder => existsSync(folder));
  if (found === undefined) throw new Error(`no monty-1.4.0 in ${sources}; \`make wasm\` fetches it`);
  return found;
}
