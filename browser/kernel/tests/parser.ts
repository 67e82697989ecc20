/** The parser of the built WebAssembly module, for tests that need no session. */

import { readFileSync } from 'node:fs';
import { WASI } from '@bjorn3/browser_wasi_shim';
import type { Parser } from '../src/source/syntax_trees';
import type { Reply } from '../src/source/tree';

/** Where `make wasm` puts the module. */
const MODULE = new URL('../../wasm/dist/monty.wasm', import.meta.url);

interface Exports {
  memory: WebAssembly.Memory;
  room(length: number): number;
  syntax(start: number, length: number): void;
  _initialize(): void;
}

export async function builtParser(): Promise<Parser> {
  const system = new WASI([], [], [], { debug: false });
  let reply = '';
  const { instance } = await WebAssembly.instantiate(readFileSync(MODULE), {
    wasi_snapshot_preview1: system.wasiImport,
    monty: {
      event: () => undefined,
      reply: (start: number, length: number) => {
        reply = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, start, length));
      }
    }
  });
  const exports = instance.exports as unknown as Exports;
  system.initialize({ exports });
  return text => {
    const bytes = new TextEncoder().encode(text);
    const start = exports.room(bytes.length);
    new Uint8Array(exports.memory.buffer, start, bytes.length).set(bytes);
    exports.syntax(start, bytes.length);
    return JSON.parse(reply) as Reply;
  };
}
