import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasWasm, module } from '../worker/page';
import { Notebook } from './notebook';

let notebook: Notebook;

beforeAll(async () => {
  if (hasWasm) await module();
}, 60_000);

beforeEach(() => {
  notebook = new Notebook();
});

afterEach(() => {
  notebook.close();
});

async function after(...cells: string[]): Promise<void> {
  for (const cell of cells) expect((await notebook.run(cell)).error).toBeNull();
}

describe.skipIf(!hasWasm)('magics that travel', { timeout: 60_000 }, () => {
  it('%undo takes the last change back, over cells that only looked, and %redo brings it again', async () => {
    await after('x = 1', 'x = 2', 'x + 1');
    const undone = await notebook.run('%undo');
    expect(undone.error).toBeNull();
    expect(undone.text).toBe(
      'The session is as it was after In[1]: changed: x = 1 (was 2). In[3] changed nothing, so it was passed over.\n'
    );
    expect((await notebook.run('x')).result).toBe('1');
    expect((await notebook.run('%redo')).text).toContain('after In[3]: changed: x = 2 (was 1)');
    expect((await notebook.run('x')).result).toBe('2');
  });

  it('says what cannot be undone', async () => {
    expect((await notebook.run('%undo')).error).toBe('UsageError: There is nothing to undo: this is the start.');
    expect((await notebook.run('%undo 0')).error).toBe('UsageError: N must be a number of cells, from 1 to 1,000,000.');
    expect((await notebook.run('%restore nowhere')).error).toBe(
      "UsageError: There is no state named 'nowhere'. No state has a name yet."
    );
  });

  it('%snapshot names a state, %restore goes there, %diff compares, %snapshots lists', async () => {
    await after('x = 1', '%snapshot first', 'y = [1, 2]', 'del x');
    expect((await notebook.run('%diff first')).text).toBe('+ y = list of 2\n- x = 1\n');
    const listed = (await notebook.run('%snapshots')).outputs[0];
    expect(listed).toMatchObject({ type: 'display' });
    expect(JSON.stringify(listed)).toContain('[first]');
    expect((await notebook.run('%restore first')).text).toContain('after In[1]: came back: x = 1; gone: y');
    expect((await notebook.run('x')).result).toBe('1');
  });

  it('%undo behind other code of its cell goes nowhere', async () => {
    await after('x = 1');
    expect((await notebook.run('x = 2\n%undo')).error).toContain('No state has what this cell did so far');
    expect((await notebook.run('x')).result).toBe('2');
  });

  it('%reset asks, and %undo brings all back', async () => {
    await after('x = 1');
    expect((await notebook.run('%reset')).text).toBe('Nothing was cleared. %reset -f clears without asking.\n');
    notebook.answer = 'y';
    await notebook.run('%reset');
    expect(notebook.asked.at(-1)).toMatch(/^clear all variables/);
    expect((await notebook.run('x')).error).toBe("NameError: name 'x' is not defined");
    expect((await notebook.run('%undo')).text).toMatch(/^The session is as it was after In\[1\]: came back: x = 1\./);
    expect((await notebook.run('x')).result).toBe('1');
  });

  it('a session can be emptied without a question, at once', async () => {
    await after('x = 1');
    await notebook.run('%reset -f\ny = 2');
    expect((await notebook.run('%who_ls')).result).toBe("['y']");
    expect((await notebook.run('%undo')).text).toContain('In[1]: came back: x = 1; gone: y.');
  });

  it('help is asked of the page, and so is the history', async () => {
    expect((await notebook.run('help(len)')).text).toBe('about len\n');
    expect((await notebook.run('known?')).payload).toEqual([
      { source: 'page', data: { 'text/plain': 'a page' }, start: 0 }
    ]);
    expect((await notebook.run('unknown?')).text).toBe('Object `unknown` not found.\n');
    expect((await notebook.run('%history 4-6 -n')).text).toMatch(/^ {3}1: .*"start":4,"stop":7/);
    expect((await notebook.run('%history -g x')).error).toMatch(/^UsageError: %history: inputs of other sessions/);
    expect((await notebook.run('%history 6-4x')).error).toContain("'6-4x' is not a range");
  });

  it('what is kept nowhere cannot be resumed', async () => {
    expect((await notebook.run('%resume')).error).toMatch(/^UsageError: Sessions are not kept here/);
    expect((await notebook.run('%mount .')).error).toMatch(/^UsageError: %mount: not mounted: you did not/);
  });

  it('magics of the worker, with the real engine', async () => {
    await after('x = 1\ny = "a"');
    expect((await notebook.run('%who')).text).toMatch(/x\s+y/);
    expect((await notebook.run('%limits')).text).toMatch(/memory +of the session +1 GiB/);
    expect((await notebook.run('%limits seconds=5')).text).toMatch(/^From the next cell on: seconds 5 s\./);
    expect((await notebook.run('%limits seconds=50')).error).toMatch(/^UsageError: %limits: seconds/);
    await after('del y');
    expect((await notebook.run('%rewrites')).text).toMatch(/^In\[6\], line 1:\n {4}del y\nbecame\n/);
    expect((await notebook.run('v = %time 1 + 1')).text).toMatch(/time/);
    expect((await notebook.run('%timeit -n 2 -r 2 x')).text).toMatch(/per loop/);
    expect((await notebook.run('%%writefile a.txt\nhello')).error).toBeNull();
    expect((await notebook.run('open("a.txt").read()')).result).toBe("'hello\\n'");
    expect((await notebook.run('%env A=1')).text).toBe('env: A=1\n');
    expect((await notebook.run('%pip install x')).error).toMatch(/^UsageError: %pip: nothing can be installed/);
    expect((await notebook.run('%timeit (')).error).toMatch(/^SyntaxError/);
  });
});
