/** Monty in WebAssembly: the host of one instance of the module. */

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Fd, WASI, WASIProcExit, wasi } from '@bjorn3/browser_wasi_shim';
import { printedBy } from '../wire/events';
import { ChildEventSchema, ParentRequestSchema } from '../wire/generated/monty/v1/monty_pb';
import { TransportLost } from './transport';
import type { ChildEvent, ParentRequest } from '../wire/generated/monty/v1/monty_pb';
import type { Printed, Transport } from './transport';

/** The code with which an instance ends that would take more memory than its session may. */
const OVER_MEMORY = 65;

/** Characters of what an instance says about its end. */
const MOST_SAID = 2_000;

interface Exports {
  memory: WebAssembly.Memory;
  room(length: number): number;
  turn(start: number, length: number): void;
  syntax(start: number, length: number): void;
  _initialize(): void;
}

/** Standard input: there is none. */
class Nothing extends Fd {}

/** Standard error: only what ends an instance is written there. */
class LastWords extends Fd {
  said = '';

  override fd_write(data: Uint8Array): { ret: number; nwritten: number } {
    if (this.said.length < MOST_SAID) this.said += new TextDecoder().decode(data.slice(0, MOST_SAID));
    return { ret: wasi.ERRNO_SUCCESS, nwritten: data.length };
  }
}

/** One instance. After a trap it is of no use. */
export class Instance implements Transport {
  #exports: Exports | null;
  #printed: (text: Printed) => void = () => undefined;
  #answer: ChildEvent | null = null;
  #reply: Uint8Array | null = null;
  #thrown: { error: unknown } | null = null;
  readonly #stderr = new LastWords();

  private constructor(exports: Exports | null) {
    this.#exports = exports;
  }

  /**
   * An instance of the module, without a session.
   *
   * @throws Error - The module is not Monty's, or there is no room for it.
   */
  static async make(module: WebAssembly.Module): Promise<Instance> {
    const made = new Instance(null);
    const system = new WASI([], [], [new Nothing(), made.#stderr, made.#stderr], { debug: false });
    const instance = await WebAssembly.instantiate(module, {
      wasi_snapshot_preview1: system.wasiImport,
      monty: {
        event: (start: number, length: number) => {
          made.#takeEvent(start, length);
        },
        reply: (start: number, length: number) => {
          made.#reply = made.#bytes(start, length);
        }
      }
    });
    const exports = instance.exports as unknown as Exports;
    made.#exports = exports;
    system.initialize({ exports: instance.exports as { memory: WebAssembly.Memory } });
    return made;
  }

  turn(request: ParentRequest, printed: (text: Printed) => void): ChildEvent {
    this.#printed = printed;
    this.#answer = null;
    this.#call('turn', toBinary(ParentRequestSchema, request));
    const answer = this.#answer as ChildEvent | null; // what was called set it
    if (answer === null) throw this.#lost(new TransportLost('crashed', 'it did not answer'));
    return answer;
  }

  /**
   * What the parser says of a text, as JSON.
   *
   * @throws TransportLost - The parser broke, and the instance with it.
   */
  syntax(source: string): string {
    this.#reply = null;
    this.#call('syntax', new TextEncoder().encode(source));
    const reply = this.#reply as Uint8Array | null;
    if (reply === null) throw this.#lost(new TransportLost('crashed', 'the parser did not answer'));
    return new TextDecoder().decode(reply);
  }

  close(): void {
    this.#exports = null; // the memory goes with it
  }

  #call(name: 'turn' | 'syntax', request: Uint8Array): void {
    const exports = this.#exports;
    if (exports === null) throw new TransportLost('crashed', 'the instance is gone');
    try {
      const start = exports.room(request.length);
      new Uint8Array(exports.memory.buffer, start, request.length).set(request);
      exports[name](start, request.length);
    } catch (error) {
      const thrown = this.#thrown;
      this.#thrown = null;
      throw this.#lost(thrown === null ? this.#ended(error) : thrown.error);
    }
  }

  #takeEvent(start: number, length: number): void {
    try {
      const event = fromBinary(ChildEventSchema, this.#bytes(start, length));
      if (event.kind.case === 'print') for (const text of printedBy(event.kind.value)) this.#printed(text);
      else this.#answer = event;
    } catch (error) {
      this.#thrown = { error }; // the same error, whatever becomes of it on its way through the instance
      throw error;
    }
  }

  #bytes(start: number, length: number): Uint8Array {
    if (this.#exports === null) throw new TransportLost('crashed', 'the instance is gone');
    return new Uint8Array(this.#exports.memory.buffer, start, length).slice();
  }

  #lost<E>(error: E): E {
    this.close();
    return error;
  }

  #ended(error: unknown): TransportLost {
    const said = this.#answer?.kind.case === 'fatalError' ? this.#answer.kind.value.message : this.#stderr.said.trim();
    if (error instanceof WASIProcExit) {
      const over = error.code === OVER_MEMORY;
      return new TransportLost(over ? 'memory' : 'crashed', said || `it ended with code ${error.code}`);
    }
    return new TransportLost('crashed', said || (error instanceof Error ? error.message : String(error)));
  }
}
