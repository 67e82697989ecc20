/** The test cases that the `monty` crate ships, here and in the native worker. */

import { afterAll, describe, expect, test } from 'vitest';
import { EngineLost } from '../support/engine';
import type { Engine } from '../support/engine';
import { NativeEngine } from '../support/native_engine';
import { WasmEngine } from '../support/wasm_engine';
import exceptions from './exceptions.json';
import { parseFixture } from './fixture';
import type { Fixture } from './fixture';
import { comparable, reprOf, reprOfException, tracebackOf } from './outcome';
import type { Outcome } from './outcome';
import { runCase } from './run_case';
import { testCases } from './test_cases';

/** Why a case ends otherwise than it says: in both engines, or here alone. */
const otherwise = reasons(exceptions.otherwise);
const here = reasons(exceptions.here);

function reasons(listed: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(listed).flatMap(([reason, names]) => names.map(name => [name, reason] as const)));
}

const fixtures = testCases().map(({ name, source }) => parseFixture(name, source));

/** An engine that is made anew when it was lost. */
class Replaced {
  #engine: Promise<Engine> | undefined;

  constructor(readonly make: () => Engine | Promise<Engine>) {}

  get(): Promise<Engine> {
    this.#engine ??= Promise.resolve(this.make());
    return this.#engine;
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await (await engine)?.close();
  }
}

const wasm = new Replaced(() => WasmEngine.start());
const native = new Replaced(() => new NativeEngine());

afterAll(async () => {
  await wasm.close();
  await native.close();
});

/** What comes of a case, as text, and whether that is what the case says. */
async function outcomeOf(
  fixture: Fixture,
  ...places: [Replaced, ...Replaced[]]
): Promise<{ text: string; expected: boolean }> {
  const engines = (await Promise.all(places.map(place => place.get()))) as [Engine, ...Engine[]];
  try {
    const outcome = await runCase(engines, fixture);
    return { text: comparable(outcome, fixture.name), expected: isExpected(outcome, fixture) };
  } catch (error) {
    if (!(error instanceof EngineLost)) throw error;
    await Promise.all(places.map(place => place.close()));
    return { text: `lost: ${error.message}`, expected: false };
  }
}

function isExpected({ end }: Outcome, { name, expected }: Fixture): boolean {
  switch (expected.kind) {
    case 'success':
      return 'result' in end;
    case 'result':
      return 'result' in end && reprOf(end.result) === expected.text;
    case 'exception':
      return 'exception' in end && reprOfException(end.exception) === expected.text;
    case 'traceback':
      return 'exception' in end && tracebackOf(end.exception, name) === expected.text;
  }
}

test('there are as many as the crate has', () => {
  expect(fixtures).toHaveLength(710);
  const names = new Set(fixtures.map(({ name }) => name));
  expect([...otherwise.keys(), ...here.keys()].filter(name => !names.has(name))).toEqual([]);
});

describe('the same outcome in both engines, and the one that the case says', () => {
  test.each(fixtures)('$name', async fixture => {
    const ours = await outcomeOf(fixture, wasm);
    const theirs = await outcomeOf(fixture, native);
    const different = here.get(fixture.name);
    if (different !== undefined) {
      expect(ours.text, `listed in exceptions.json: ${different}`).not.toBe(theirs.text);
      expect([ours.expected, theirs.expected]).toEqual([false, true]);
      return;
    }
    expect(ours.text).toBe(theirs.text);
    const reason = otherwise.get(fixture.name);
    if (reason !== undefined) expect(ours.expected, `listed in exceptions.json: ${reason}`).toBe(false);
    else if (!ours.expected) {
      expect.fail(`not listed in exceptions.json\n${ours.text}\ninstead of\n${JSON.stringify(fixture.expected)}`);
    }
  });
});

describe('the same outcome where each question moves the session to the other engine', () => {
  const asking = fixtures.filter(({ directives }) => directives.get('call-external') === 'true');
  test.each(asking)('$name', async fixture => {
    const moving = await outcomeOf(fixture, wasm, native);
    const staying = await outcomeOf(fixture, wasm);
    expect(moving.text).toBe(staying.text);
  });
});
