import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Identities } from '../../src/jupyterlite/identities';
import { Browser, Kept } from '../store/tabs';
import { hasWasm, module } from '../worker/page';
import type { Tab } from '../store/tabs';

const QUESTION =
  /^monty-kernel asks: let this notebook have everything in session [0-9a-f]{8}, last used [-0-9: ]{16}, with 2 states\? Another tab or visit ran it, and the file at that path may be another one by now\. \[y\]es, \[n\]o: $/;

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

/** A tab whose kernel has run a cell. */
async function used(tab: Tab, id = 'before'): Promise<ReturnType<Tab['kernel']>> {
  const kernel = tab.kernel(id);
  await kernel.run('x = 1');
  await tab.stored(2);
  return kernel;
}

describe.skipIf(!hasWasm)('after a reload of its own page', { timeout: 60_000 }, () => {
  it('a session comes back without a question', async () => {
    const tab = browser.tab();
    await used(tab);
    const after = (await tab.reload()).kernel();
    expect((await after.run('%resume\nx')).result).toBe('1');
    expect(after.prompts).toEqual([]);
  });

  it('it does so after a restart too, and after another reload', async () => {
    const tab = browser.tab();
    await used(tab);
    const reloaded = await tab.reload();
    const first = reloaded.kernel('after');
    await first.run('y = 2');
    first.close();
    const again = reloaded.kernel('after');
    expect((await again.run('%resume\ny')).result).toBe('2');
    const last = (await reloaded.reload()).kernel();
    expect((await last.run('%resume\ny')).result).toBe('2');
    expect([...again.prompts, ...last.prompts]).toEqual([]);
  });

  it('it does so if its notebook was renamed', async () => {
    const tab = browser.tab();
    const before = await used(tab);
    tab.notebook = 'work/renamed.ipynb';
    before.kernel.moved();
    const reloaded = await tab.reload();
    reloaded.notebook = 'work/renamed.ipynb';
    const after = reloaded.kernel();
    expect((await after.run('%resume\nx')).result).toBe('1');
    expect(after.prompts).toEqual([]);
  });

  it.each([
    [
      'whose kernel was shut down',
      (kernel: ReturnType<Tab['kernel']>): void => {
        kernel.close();
      },
      new Kept()
    ],
    ['where the tab keeps nothing', (): void => undefined, null]
  ])('a session %s is asked about', async (_, end, storage) => {
    const tab = browser.tab(undefined, storage);
    end(await used(tab));
    const after = (await tab.reload()).kernel();
    after.person = () => 'n';
    expect((await after.run('%resume')).error).toBe('UsageError: %resume: not resumed: you declined.');
    expect(after.prompts).toEqual([expect.stringMatching(QUESTION)]);
  });

  it('a session of a kernel that was shut down without a cell of its own is asked about', async () => {
    const tab = browser.tab();
    await used(tab);
    const reloaded = await tab.reload();
    reloaded.kernel('idle').close();
    const after = reloaded.kernel();
    await after.run('%resume');
    expect(after.prompts).toEqual([expect.stringMatching(QUESTION)]);
  });

  it('a session of another tab is asked about', async () => {
    const tab = browser.tab();
    await used(tab);
    await tab.leave();
    const after = browser.tab().kernel();
    await after.run('%resume');
    expect(after.prompts).toEqual([expect.stringMatching(QUESTION)]);
  });
});

describe.skipIf(!hasWasm)('in a tab that was duplicated', { timeout: 60_000 }, () => {
  it('the session of the other one cannot be resumed, and a new name takes only its own', async () => {
    const tab = browser.tab();
    const before = await used(tab);
    const copy = tab.duplicate();
    const kernel = copy.kernel();
    await kernel.run('y = 2');
    const id = (await kernel.run('%sessions')).stdout.slice(0, 8);
    expect((await kernel.run('%resume')).error).toMatch(/there is no earlier session/);
    expect((await kernel.run(`%resume ${id}`)).error).toMatch(/runs in another tab of this browser/);
    copy.notebook = 'work/copy.ipynb';
    kernel.kernel.moved();
    expect((await kernel.run('%sessions')).stdout).toBe('There is no earlier session of this notebook.\n');
    expect((await before.run('x')).result).toBe('1');
  });
});

describe('who a kernel is', () => {
  it('is found when its notebook is known', () => {
    const storage = new Kept();
    new Identities('site', storage).of('old', () => 'a.ipynb').name();
    let path = '/';
    const identity = new Identities('site', storage).of('new', () => path);
    expect(identity.name()).toBe('new');
    path = crypto.randomUUID(); // as JupyterLab calls a session that begins
    identity.moved();
    path = 'a.ipynb';
    identity.moved();
    expect(identity.name()).toBe('old');
  });

  it('is nobody else of the same page, site or notebook', () => {
    const storage = new Kept();
    const page = new Identities('site', storage);
    const [one, two] = [page.of('one', () => 'a.ipynb'), page.of('two', () => 'a.ipynb')];
    expect([one.name(), two.name()]).toEqual(['one', 'two']);
    one.end();
    const reloaded = new Identities('site', storage);
    expect(reloaded.of('three', () => 'b.ipynb').name()).toBe('three');
    expect(reloaded.of('four', () => 'a.ipynb').name()).toBe('two');
    expect(new Identities('sit', storage).of('five', () => 'a.ipynb').name()).toBe('five');
  });

  it('does without a storage that is full or forbidden', () => {
    const denied = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    const identity = new Identities('site', { getItem: denied, setItem: denied, removeItem: denied }).of(
      'one',
      () => 'a'
    );
    expect(identity.name()).toBe('one');
    identity.end();
  });
});
