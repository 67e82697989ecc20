import { describe, expect, it } from 'vitest';

import { DEFAULT_LIMITS } from '../../src/engine/limits';
import { assembled, keptOf } from '../../src/jupyterlite/assembly';
import { errorServices } from '../../src/errors/services';
import { magicServices } from '../../src/magics/services';
import { Workers } from '../../src/session/workers';
import { plainServices } from '../../src/worker/plain_services';
import { module } from '../worker/page';
import { port } from './client';
import { Site } from './site';
import type { MontyKernel } from '../../src/jupyterlite/kernel';
import type { Message } from '../../src/jupyterlite/messages';
import type { WorkerPort } from '../../src/session/workers';

const SERVICES = { ...plainServices(), ...magicServices(), ...errorServices() };

function kernelWith(spawn: () => WorkerPort, engine: () => Promise<WebAssembly.Module>, sent: Message[]): MontyKernel {
  const sendMessage = (message: unknown): void => {
    sent.push(message as Message);
  };
  const options = { id: crypto.randomUUID(), name: 'monty', location: '', sendMessage };
  const given = { notebook: () => 'a.ipynb', workers: new Workers(spawn), module: engine, contents: new Site() };
  return assembled(options, { ...given, kept: keptOf('nowhere'), limits: DEFAULT_LIMITS });
}

function cell(code: string): never {
  const header = { msg_id: crypto.randomUUID(), msg_type: 'execute_request', session: 's', username: '' };
  return { channel: 'shell', header, parent_header: {}, metadata: {}, content: { code }, buffers: [] } as never;
}

function replies(sent: readonly Message[]): unknown[] {
  return sent.filter(each => each.header.msg_type === 'execute_reply').map(each => each.content['status']);
}

describe('A kernel that begins', () => {
  it('has its session before the first cell', async () => {
    const started: string[] = [];
    const spawn = (): WorkerPort => {
      const made = port(SERVICES);
      return {
        ...made,
        listen: (heard, failed) => {
          made.listen(message => {
            started.push((message as { type: string }).type);
            heard(message);
          }, failed);
        }
      };
    };
    const kernel = kernelWith(spawn, module, []);
    kernel.begin();
    await expect.poll(() => started).toEqual(['started']);
    kernel.dispose();
  });

  it('tries again with its first cell, if it could not', async () => {
    const sent: Message[] = [];
    let tries = 0;
    const engine = (): Promise<WebAssembly.Module> => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('no connection')) : module();
    };
    const kernel = kernelWith(() => port(SERVICES), engine, sent);
    kernel.begin();
    await expect.poll(() => tries).toBe(1);
    await kernel.handleMessage(cell('1+1'));
    await expect.poll(() => replies(sent), { timeout: 10_000 }).toEqual(['ok']);
    expect(tries).toBe(2);
    kernel.dispose();
  });
});
