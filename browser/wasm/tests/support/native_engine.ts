/** The native worker, `monty subprocess`, as pydantic_monty ships it. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { ChildEventSchema, ParentRequestSchema } from '../../../kernel/src/wire/generated/monty/v1/monty_pb';
import type { ChildEvent, PrintSegment } from '../../../kernel/src/wire/generated/monty/v1/monty_pb';
import { EngineLost } from './engine';
import type { Engine, Request, Turn } from './engine';

const binary = process.env['MONTY_BINARY'] ?? new URL('../../../../.venv/bin/monty', import.meta.url).pathname;

export class NativeEngine implements Engine {
  readonly #worker: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<EngineLost>;
  #received = Buffer.alloc(0);
  #arrived: () => void = () => undefined;

  constructor() {
    this.#worker = spawn(binary, ['subprocess'], { env: {} });
    let said = '';
    this.#worker.stderr.on('data', (data: Buffer) => (said += data.toString()));
    this.#worker.stdout.on('data', (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#arrived();
    });
    this.#worker.stdin.on('error', () => undefined); // that it ended is said below
    this.#ended = new Promise(resolve => {
      this.#worker.on('error', error => {
        resolve(new EngineLost(error.message, null));
      });
      this.#worker.on('close', code => {
        resolve(new EngineLost(said.trim(), code));
      });
    });
  }

  async turn(request: Request): Promise<Turn> {
    const bytes = toBinary(ParentRequestSchema, create(ParentRequestSchema, { kind: request }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    this.#worker.stdin.write(Buffer.concat([length, bytes]));
    const prints: PrintSegment[] = [];
    for (;;) {
      const event = await this.#next();
      if (event.kind.case === 'fatalError') throw new EngineLost(event.kind.value.message, null);
      if (event.kind.case !== 'print') return { event, prints };
      prints.push(...event.kind.value.segments);
    }
  }

  async close(): Promise<void> {
    this.#worker.stdin.end();
    await this.#ended;
  }

  async #next(): Promise<ChildEvent> {
    for (;;) {
      if (this.#received.length >= 4) {
        const end = 4 + this.#received.readUInt32LE();
        if (this.#received.length >= end) {
          const event = fromBinary(ChildEventSchema, Uint8Array.from(this.#received.subarray(4, end)));
          this.#received = this.#received.subarray(end);
          return event;
        }
      }
      const more = new Promise<undefined>(resolve => {
        this.#arrived = () => {
          resolve(undefined);
        };
      });
      const lost = await Promise.race([more, this.#ended]);
      if (lost !== undefined) throw lost;
    }
  }
}
