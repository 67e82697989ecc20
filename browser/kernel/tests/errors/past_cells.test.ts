import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionServices } from '../../src/worker/session_services';
import { Client, port } from '../jupyterlite/client';
import { hasWasm } from '../worker/page';
import type { WorkerPort } from '../../src/session/workers';

let client: Client;
let lose: () => void;

/** A worker that `lose` ends, as a crash would. */
function mortal(): WorkerPort {
  const worker = port(sessionServices());
  return {
    ...worker,
    listen: (heard, failed) => {
      lose = () => {
        failed('it fell over');
      };
      worker.listen(heard, failed);
    }
  };
}

/** What is said below the error's message, in the last line. */
async function note(code: string): Promise<string | undefined> {
  const { reply } = await client.run(code);
  expect(reply['status']).toBe('error');
  return (reply['traceback'] as string[]).at(-1);
}

describe.skipIf(!hasWasm)('cells that failed explain what fails because of them', { timeout: 60_000 }, () => {
  beforeEach(async () => {
    client = new Client({ spawn: mortal });
    await client.run('import zlib\ndef later(): pass', { stop_on_error: false });
  });

  afterEach(() => {
    client.close();
  });

  const LATER = '`later` was to come from In[1], which failed at `import zlib`.';

  it('in the worker that had them', async () => {
    expect(await note('later()')).toBe(LATER);
  });

  it('when their worker is gone, and so does the cell that lost it', async () => {
    client.person = () => null;
    const lost = client.run('x = input()');
    await client.asked();
    lose();
    expect((await lost).reply['ename']).toBe('WorkerCrashed');
    expect(await note('later()')).toBe(LATER);
    expect(await note('x')).toBe('`x` was to come from In[2], which failed (WorkerCrashed).');
  });

  it('after a travel', async () => {
    await client.run('y = 1');
    await client.run('%undo');
    expect(await note('later()')).toBe(LATER);
  });

  it('so do those that did not run because of them', async () => {
    const ran = [client.run('1 / 0'), client.run('third = 3')];
    expect((await Promise.all(ran)).map(({ reply }) => reply['status'])).toEqual(['error', 'aborted']);
    expect(await note('third')).toBe(
      '`third` was to come from a cell that did not run, because In[2] failed at `1 / 0`.'
    );
    client.person = () => null;
    const lost = client.run('input()');
    await client.asked();
    lose();
    await lost;
    expect(await note('third')).toBe(
      '`third` was to come from a cell that did not run, because In[2] failed at `1 / 0`.'
    );
  });

  it('but not in a new session', async () => {
    await client.run('%reset -f');
    expect(await note('later()')).not.toBe(LATER);
  });
});
