/** The worker of pydantic_monty as a transport: the same protocol, over pipes. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { TransportLost } from '../src/engine/transport';
import { printedBy } from '../src/wire/events';
import { ChildEventSchema, ParentRequestSchema } from '../src/wire/generated/monty/v1/monty_pb';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Printed, Transport } from '../src/engine/transport';
import type { ChildEvent, ParentRequest } from '../src/wire/generated/monty/v1/monty_pb';

const BINARY = fileURLToPath(new URL('../../../.venv/bin/monty', import.meta.url));

/** Whether pydantic_monty is installed in this checkout's environment. */
export const hasNative = existsSync(BINARY);

export class NativeWorker implements Transport {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<unknown>;
  #received = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #isOver = false;

  constructor() {
    this.#process = spawn(BINARY, ['subprocess'], { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
    this.#process.stdin.on('error', () => undefined); // it ended: `turn` says so
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    this.#ended = once(this.#process, 'close').then(() => {
      this.#isOver = true;
      this.#wake();
    });
  }

  async turn(request: ParentRequest, printed: (text: Printed) => void): Promise<ChildEvent> {
    const bytes = toBinary(ParentRequestSchema, request);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(bytes.length);
    this.#process.stdin.write(Buffer.concat([head, bytes]));
    for (;;) {
      const event = fromBinary(ChildEventSchema, new Uint8Array(await this.#frame()));
      if (event.kind.case !== 'print') return event;
      try {
        for (const text of printedBy(event.kind.value)) printed(text);
      } catch (error) {
        this.close();
        throw error;
      }
    }
  }

  async #frame(): Promise<Buffer> {
    for (;;) {
      const length = this.#received.length < 4 ? Infinity : this.#received.readUInt32LE(0);
      if (this.#received.length >= 4 + length) {
        const frame = this.#received.subarray(4, 4 + length);
        this.#received = this.#received.subarray(4 + length);
        return frame;
      }
      if (this.#isOver) throw new TransportLost('crashed', 'the worker ended');
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }

  /** End it, and wait until it has. */
  async end(): Promise<void> {
    this.close();
    await this.#ended;
  }
}
