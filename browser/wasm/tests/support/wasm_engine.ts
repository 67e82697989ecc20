/** The WebAssembly module in Node. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { File, OpenFile, WASI, WASIProcExit } from '@bjorn3/browser_wasi_shim';
import { readFileSync } from 'node:fs';
import { ChildEventSchema, ParentRequestSchema } from '../../../kernel/src/wire/generated/monty/v1/monty_pb';
import type { ChildEvent, PrintSegment } from '../../../kernel/src/wire/generated/monty/v1/monty_pb';
import { EngineLost } from './engine';
import type { Engine, Request, Turn } from './engine';

interface Exports {
  memory: WebAssembly.Memory;
  readonly room: (length: number) => number;
  readonly turn: (start: number, length: number) => void;
  readonly syntax: (start: number, length: number) => void;
  readonly _initialize: () => void;
}

const path = process.env['MONTY_WASM'] ?? new URL('../../dist/monty.wasm', import.meta.url).pathname;
let compiled: Promise<WebAssembly.Module> | undefined;

/** The module, compiled once. */
export function wasmModule(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(readFileSync(path));
  return compiled;
}

export class WasmEngine implements Engine {
  readonly #exports: Exports;
  readonly #stderr: File;
  #events: ChildEvent[] = [];
  #reply = '';
  #lost: EngineLost | undefined;
  /** Called with each event when it comes. */
  onEvent: (event: ChildEvent) => void = () => undefined;

  static async start(): Promise<WasmEngine> {
    return new WasmEngine(await wasmModule());
  }

  constructor(module: WebAssembly.Module) {
    this.#stderr = new File([]);
    const wasi = new WASI([], [], [new OpenFile(new File([])), new OpenFile(new File([])), new OpenFile(this.#stderr)]);
    const instance = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: wasi.wasiImport,
      monty: {
        event: (start: number, length: number) => {
          // What is decoded shares the bytes, and the memory moves on.
          const event = fromBinary(ChildEventSchema, this.#bytes(start, length).slice());
          this.#events.push(event);
          this.onEvent(event);
        },
        reply: (start: number, length: number) => {
          this.#reply = new TextDecoder().decode(this.#bytes(start, length));
        }
      }
    });
    this.#exports = instance.exports as unknown as Exports;
    wasi.initialize(instance as unknown as { exports: { memory: WebAssembly.Memory; _initialize(): unknown } });
  }

  turn(request: Request): Promise<Turn> {
    return new Promise(resolve => {
      resolve(this.turnNow(request));
    });
  }

  turnNow(request: Request): Turn {
    return this.send(toBinary(ParentRequestSchema, create(ParentRequestSchema, { kind: request })));
  }

  /** A turn whose request is these bytes. */
  send(bytes: Uint8Array): Turn {
    this.#call(this.#exports.turn, bytes);
    const events = this.#events;
    this.#events = [];
    const event = events.pop();
    if (event === undefined) throw new Error('a turn without an event');
    if (event.kind.case === 'fatalError') throw (this.#lost = new EngineLost(event.kind.value.message, null));
    return { event, prints: events.flatMap(printedBy) };
  }

  /** The tree of a source, or what is wrong with it. */
  syntax(source: string): unknown {
    this.#call(this.#exports.syntax, new TextEncoder().encode(source));
    return JSON.parse(this.#reply);
  }

  /** Bytes of linear memory. */
  get size(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #call(entry: (start: number, length: number) => void, bytes: Uint8Array): void {
    if (this.#lost !== undefined) throw this.#lost;
    try {
      const start = this.#exports.room(bytes.length);
      this.#bytes(start, bytes.length).set(bytes);
      entry(start, bytes.length);
    } catch (error) {
      throw (this.#lost = this.#ended(error));
    }
  }

  #bytes(start: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, start >>> 0, length);
  }

  #ended(error: unknown): EngineLost {
    const last = this.#events.pop()?.kind;
    if (last?.case === 'fatalError') return new EngineLost(last.value.message, null);
    const code = error instanceof WASIProcExit ? error.code : null;
    const said = new TextDecoder().decode(this.#stderr.data).trim();
    return new EngineLost(said || String(error), code);
  }
}

function printedBy(event: ChildEvent): PrintSegment[] {
  if (event.kind.case !== 'print') throw new Error(`a turn with a second ${String(event.kind.case)}`);
  return event.kind.value.segments;
}
