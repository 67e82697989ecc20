import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Browser } from '../store/tabs';
import { hasWasm, module } from '../worker/page';

let browser: Browser;

beforeAll(async () => {
  if (hasWasm) await module();
}, 60_000);

beforeEach(() => {
  browser = new Browser();
});

afterEach(async () => {
  await browser.close();
});

describe.skipIf(!hasWasm)('a session after the page was left', { timeout: 60_000 }, () => {
  it('comes back with %resume: variables, names, files, branches, and where it was', async () => {
    const tab = browser.tab();
    const before = tab.kernel();
    await before.run('big = [1, 2]\ndef f(x): return x + big[0]');
    await before.run('%snapshot first');
    await before.run('big = 3\nopen("a.txt", "w").write("text")');
    await before.run('%undo');
    await before.run('other = f(5)');
    await tab.stored(4);
    await tab.leave();

    const after = browser.tab().kernel();
    expect((await after.run('big')).published.map(each => each.content['traceback'])).toContainEqual(
      expect.arrayContaining(["The session before had 'big'; %resume brings it back."])
    );
    expect((await after.run('never')).reply['traceback']).not.toContainEqual(expect.stringContaining('%resume'));
    const resumed = await after.run('%resume');
    expect(after.prompts.at(-1)).toMatch(/^monty-kernel asks: let this notebook have everything in session/);
    expect(resumed.error).toBeNull();
    expect(resumed.stdout).toMatch(/^The session [0-9a-f]{8} continues after In\[5\]: came back: big = .*, other = 6/);
    expect((await after.run('f(1), other')).result).toBe('(2, 6)');
    expect((await after.run('%restore 3')).error).toBeNull();
    expect((await after.run('big, open("a.txt").read()')).result).toBe("(3, 'text')");
    expect((await after.run('%restore first')).stdout).toContain('after In[1]');
    expect((await after.run('big, In[1][:3], Out')).result).toMatch(/^\(\[1, 2\], 'big'/);
  });

  it('counts on, and what ran in the meantime is a session of its own', async () => {
    const tab = browser.tab();
    const before = tab.kernel();
    for (const code of ['x = 1', 'x = 2', 'x = 3']) await before.run(code);
    await tab.stored(4);
    await tab.leave();
    const next = browser.tab();
    const after = next.kernel();
    await after.run('meanwhile = 1');
    const resumed = await after.run('%resume\ny = x + 1');
    expect(resumed.error).toBeNull();
    expect((await after.run('x, y')).reply['execution_count']).toBe(5);
    expect((await after.run('%undo')).stdout).toContain('In[5] changed nothing');
    expect((await after.run('%sessions')).stdout).toMatch(/^[0-9a-f]{8} .* 2 states\n$/);
    await after.run('z = 1');
    expect((await after.run('%sessions')).stdout.split('\n')).toHaveLength(2);
  });

  it('is not asked about after a restart, and nothing of the last cell is lost', async () => {
    const tab = browser.tab();
    const kernel = tab.kernel('same');
    await kernel.run('x = 1');
    await kernel.run('y = list(range(1000))');
    kernel.close(); // right after the reply: the state is still to come
    const again = tab.kernel('same');
    expect((await again.run('y')).reply['traceback']).toContainEqual(
      "The session before had 'y'; %resume brings it back."
    );
    expect((await again.run('%resume')).error).toBeNull();
    expect(again.prompts).toEqual([]);
    expect((await again.run('x + len(y)')).result).toBe('1001');
  });

  it('is not given without a yes', async () => {
    const tab = browser.tab();
    await tab.kernel().run('secret = 1');
    await tab.stored(2);
    await tab.leave();
    const after = browser.tab().kernel();
    after.person = () => 'n';
    expect((await after.run('%resume')).error).toBe('UsageError: %resume: not resumed: you declined.');
    expect((await after.run('%resume', { allow_stdin: false })).error).toMatch(/nobody answered the question/);
    expect((await after.run('secret')).error).toMatch(/^NameError/);
  });

  it('is offered to its own notebook and its own site only', async () => {
    const tab = browser.tab();
    const before = tab.kernel();
    await before.run('x = 1');
    await tab.stored(2);
    await tab.leave();
    const elsewhere = browser.tab('https://host/other/').kernel();
    expect((await elsewhere.run('x')).reply['traceback']).not.toContainEqual(expect.stringContaining('%resume'));
    expect((await elsewhere.run('%sessions')).stdout).toBe('There is no earlier session of this notebook.\n');
    const other = browser.tab();
    other.notebook = 'work/b.ipynb';
    const kernel = other.kernel();
    expect((await kernel.run('x')).reply['traceback']).not.toContainEqual(expect.stringContaining('%resume'));
    expect((await kernel.run('%resume')).error).toMatch(/there is no earlier session of this notebook/);
  });

  it('goes with a notebook that is renamed', async () => {
    const tab = browser.tab();
    const before = tab.kernel();
    await before.run('x = 1');
    await tab.stored(2);
    tab.notebook = 'work/renamed.ipynb';
    before.kernel.moved();
    await tab.leave();
    const old = browser.tab().kernel();
    expect((await old.run('%sessions')).stdout).toMatch(/no earlier session/);
    const next = browser.tab();
    next.notebook = 'work/renamed.ipynb';
    expect((await next.kernel().run('%resume\nx')).result).toBe('1');
  });

  it('whose names moved has them where they were last', async () => {
    const tab = browser.tab();
    const before = tab.kernel();
    await before.run('x = 1');
    await before.run('%snapshot here');
    await before.run('x = 2');
    await before.run('%snapshot here');
    await tab.stored(3);
    await tab.leave();
    const after = browser.tab().kernel();
    await after.run('%resume');
    await after.run('x = 3');
    await after.run('%restore here');
    expect((await after.run('x')).result).toBe('2');
  });

  it('%reset keeps it', async () => {
    const tab = browser.tab();
    const before = tab.kernel();
    await before.run('x = 1');
    await before.run('%reset -f');
    await before.run('y = 2');
    await tab.stored(4);
    await tab.leave();
    const after = browser.tab().kernel();
    expect((await after.run('x')).reply['traceback']).not.toContainEqual(expect.stringContaining('%resume'));
    await after.run('%resume');
    expect((await after.run('y')).result).toBe('2');
    await after.run('%restore 1');
    expect((await after.run('x')).result).toBe('1');
  });
});

describe.skipIf(!hasWasm)('two tabs with one notebook', { timeout: 60_000 }, () => {
  it('do not take each other’s sessions, until a tab is closed', async () => {
    const [one, other] = [browser.tab(), browser.tab()];
    const [first, second] = [one.kernel(), other.kernel()];
    await first.run('x = "first"');
    await second.run('y = "second"');
    await one.stored(4);
    const listed = (await second.run('%sessions')).stdout;
    expect(listed).toMatch(/2 states {2}runs in another tab\n$/);
    expect((await second.run('x')).reply['traceback']).not.toContainEqual(expect.stringContaining('%resume'));
    expect((await second.run('%resume')).error).toMatch(/there is no earlier session/);
    const id = listed.slice(0, 8);
    expect((await second.run(`%resume ${id}`)).error).toBe(
      `UsageError: The session ${id} runs in another tab of this browser.`
    );
    expect((await second.run('y')).result).toBe("'second'");
    await first.run('z = 1');
    const stored = async (): Promise<void> => {
      expect((await second.run('%sessions')).stdout).toMatch(/3 states {2}runs in another tab\n$/);
    };
    await vi.waitFor(stored, { timeout: 30_000 }); // what is not yet stored goes with the tab
    await one.leave();
    expect((await second.run(`%resume ${id}\nx, z`)).result).toBe("('first', 1)");
  });
});
