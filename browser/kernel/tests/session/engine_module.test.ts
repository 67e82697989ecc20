import { afterEach, expect, it, vi } from 'vitest';
import { EngineModule } from '../../src/session/engine_module';

const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const WASM = { headers: { 'Content-Type': 'application/wasm' } };

afterEach(() => {
  vi.unstubAllGlobals();
});

/** An engine at a site that answers so, one answer after the other; and how it was asked. */
function engine(...answers: (() => Response)[]): { engine: EngineModule; asked: RequestInit[] } {
  const asked: RequestInit[] = [];
  const request = (_: unknown, how?: RequestInit): Promise<Response> => {
    asked.push(how ?? {});
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    return Promise.resolve().then(() => answer?.() ?? Response.error());
  };
  return { engine: new EngineModule('https://site/monty.wasm', request), asked };
}

it('compiles once, for all who ask', async () => {
  const site = engine(() => new Response(EMPTY, WASM));
  const [one, other] = await Promise.all([site.engine.compiled(), site.engine.compiled()]);
  expect(one).toBe(other);
  expect(await site.engine.compiled()).toBe(one);
  expect(site.asked).toHaveLength(1);
});

it('needs no MIME type of the server', async () => {
  const site = engine(() => new Response(EMPTY, { headers: { 'Content-Type': 'application/octet-stream' } }));
  expect(await site.engine.compiled()).toBeInstanceOf(WebAssembly.Module);
});

it.each([
  [
    'is not there',
    () => new Response('', { status: 404, statusText: 'Not Found' }),
    /fetched \(404 Not Found\)\. The site has to have/
  ],
  [
    'is a page about its absence',
    () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } }),
    /is not the engine \(text\/html\)/
  ],
  ['is nothing', () => new Response(new Uint8Array()), /is not the engine/],
  [
    'is cut short',
    () => new Response(new Uint8Array([...EMPTY, 1, 5, 1]), WASM),
    /did not arrive whole, or this browser is too old/
  ],
  ['is of another kind', () => new Response('<!doctype html>', WASM), /could not be compiled/],
  [
    'cannot be reached',
    () => {
      throw new TypeError('Failed to fetch');
    },
    /fetched \(Failed to fetch\)\. Check the connection, and run the cell again\./
  ],
  [
    'breaks off',
    () =>
      new Response(
        new ReadableStream({
          start: stream => {
            stream.error(new TypeError('network error'));
          }
        }),
        WASM
      ),
    /Run the cell again\.$/
  ]
])('an engine that %s is one line, and is tried again without what the browser kept', async (_, answer, line) => {
  const site = engine(answer, () => new Response(EMPTY, WASM));
  const message = await site.engine.compiled().catch((error: unknown) => (error as Error).message);
  expect(message).toMatch(line);
  expect(message).not.toContain('\n');
  expect(await site.engine.compiled()).toBeInstanceOf(WebAssembly.Module);
  expect(site.asked).toStrictEqual([{}, { cache: 'reload' }]);
});

it.each([
  "WebAssembly.compileStreaming(): Refused to compile or instantiate WebAssembly module because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source",
  'call to WebAssembly.compileStreaming() blocked by CSP',
  'Wasm code generation disallowed by embedder'
])('a policy that forbids WebAssembly is named: %s', async said => {
  const compile = (): Promise<never> => Promise.reject(new WebAssembly.CompileError(said));
  vi.stubGlobal('WebAssembly', { ...WebAssembly, CompileError: WebAssembly.CompileError, compileStreaming: compile });
  await expect(engine(() => new Response(EMPTY, WASM)).engine.compiled()).rejects.toThrow(
    "the site's content security policy forbids WebAssembly. Whoever runs the site has to add 'wasm-unsafe-eval' to its script-src."
  );
});

it('a browser without WebAssembly is told so', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  // @ts-expect-error as in a browser that has none
  delete globalThis.WebAssembly;
  await expect(engine(() => new Response(EMPTY)).engine.compiled()).rejects.toThrow('this browser has no WebAssembly');
});
