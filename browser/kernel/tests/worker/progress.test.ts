import { describe, expect, test } from 'vitest';
import { BEGIN, END, MOST_BARS, ProgressBars } from '../../src/engine/progress_bars';
import { interval, lineOf } from '../../src/outputs/meter';
import { hasWasm, Page } from './page';
import type { Output } from '../../src/worker/messages';

/** What bars say at the end, without times, in the order in which they stand. */
function linesAtEnd(outputs: readonly Output[]): string[] {
  const shown = new Map<string | null, string>();
  for (const output of outputs) {
    if (output.type !== 'display') continue;
    expect(output.update).toBe(shown.has(output.displayId));
    shown.set(output.displayId, String(output.data['text/plain']).replace(/ ?\[[^\]]*\]$/, ''));
  }
  return [...shown.values()];
}

describe.runIf(hasWasm)('a bar', () => {
  test('moves in a loop, also under enumerate and zip', async () => {
    const page = new Page();
    await page.start();
    const squaring = await page.run(
      "from tqdm import tqdm\nfor n in tqdm(range(3), desc='Squaring', unit='item'): pass"
    );
    expect(linesAtEnd(squaring.outputs)).toEqual(['Squaring: 100%|██████████| 3/3']);
    for (const call of ['enumerate(bar)', "zip(bar, 'abc')"]) {
      const cell = `from tqdm import tqdm\nbar = tqdm([1, 2, 3])\nseen = []\nfor each in ${call}: seen.append(bar.n)\nprint(seen)`;
      const { outputs, text } = await page.run(cell);
      expect(text).toBe('[0, 1, 2]\n');
      expect(linesAtEnd(outputs)).toEqual(['100%|██████████| 3/3']);
    }
    const track = await page.run(
      "from rich.progress import track\nfor n in track(range(5), 'Go'):\n    if n == 3: break"
    );
    expect(linesAtEnd(track.outputs)).toEqual(['Go:  60%|██████    | 3/5']);
  });
});

function record(bar: number, changed: Record<string, unknown> = {}): string {
  const said = { bar, n: 1, total: 10, initial: 0, seconds: 1, text: 't', unit: 'it', scale: false, divisor: 1000 };
  return BEGIN + JSON.stringify({ ...said, postfix: '', leave: true, done: false, ...changed }) + END;
}

class Taken {
  now = 100;
  readonly outputs: Output[] = [];
  readonly #bars = new ProgressBars(() => this.now);
  print(text: string): void {
    this.#bars.emit({ type: 'stream', name: 'stderr', text }, output => this.outputs.push(output));
  }
  finish(): Output[] {
    this.#bars.finish(output => this.outputs.push(output));
    return this.outputs;
  }
  get text(): string {
    return this.outputs.map(output => (output.type === 'stream' ? output.text : '')).join('');
  }
}

test('at most ten updates a second reach the front end', () => {
  const taken = new Taken();
  for (let n = 0; n < 1000; n++) {
    taken.print(record(n % 7, { n, total: 1000 }));
    taken.now += 0.002;
  }
  expect(taken.outputs.length).toBeLessThanOrEqual(21);
  expect(
    linesAtEnd(taken.finish())
      .map(line => line.split(' ').at(-1))
      .sort()
  ).toEqual([993, 994, 995, 996, 997, 998, 999].map(n => `${n}/1000`));
});

test('a record may come in pieces', () => {
  const whole = `before${record(1)}after`;
  for (let cut = 0; cut <= whole.length; cut++) {
    const taken = new Taken();
    taken.print(whole.slice(0, cut));
    taken.print(whole.slice(cut));
    expect(linesAtEnd(taken.finish())).toEqual(['t:  10%|█         | 1/10']);
    expect(taken.text).toBe('beforeafter');
  }
});

test.each([
  BEGIN,
  `${BEGIN}[]${END}`,
  BEGIN + 'x'.repeat(20_000) + END,
  '\x1b_other\x1b\\',
  record(1, { n: '1' }),
  record(1, { seconds: -1 }),
  record(1, { divisor: 1 }),
  record(1, { text: 'x'.repeat(201) }),
  record(1, { bar: '1' })
])('what is no record of a bar is text: %#', text => {
  const taken = new Taken();
  taken.print(text);
  taken.print('b');
  expect(taken.finish().every(output => output.type === 'stream')).toBe(true);
  expect(taken.text).toBe(`${text}b`);
});

test('no more than so many bars are shown, and those that go share one place', () => {
  const taken = new Taken();
  for (let bar = 0; bar < MOST_BARS + 9; bar++) taken.print(record(bar, { done: true }));
  expect(linesAtEnd(taken.finish()).length).toBe(MOST_BARS);
  expect(taken.text).toBe('[9 more progress bars are not shown]\n');
  const gone = new Taken();
  for (let bar = 0; bar < 30; bar++) {
    for (let n = 0; n < 3; n++) {
      gone.print(record(bar, { n, leave: false, done: n === 2 }));
      gone.now += 0.07;
    }
  }
  expect(linesAtEnd(gone.finish())).toEqual(['']);
});

test('its line is that of tqdm', () => {
  const bar = {
    number: 1,
    n: 50,
    total: 100,
    initial: 0,
    seconds: 10,
    text: '',
    unit: 'it',
    scale: false,
    divisor: 1000
  };
  const more = { postfix: '', leave: true, done: false };
  expect(lineOf({ ...bar, ...more }, 25)).toBe(' 50%|█████     | 50/100 [00:10<00:02, 25.00it/s]');
  expect(lineOf({ ...bar, ...more, total: null }, null)).toBe('50it [00:10,  5.00it/s]');
  const large = { ...bar, ...more, n: 1500, total: 2500, scale: true, divisor: 1024, unit: 'B' };
  expect(lineOf(large, null)).toBe(' 60%|██████    | 1.46k/2.44k [00:10<00:06, 150B/s]');
  expect(interval(3725)).toBe('1:02:05');
});
