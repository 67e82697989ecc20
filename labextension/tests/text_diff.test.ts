import { describe, expect, it } from 'vitest';

import { isEdited, RanTexts } from '../src/ran_texts';
import type { KernelTimeline } from '../src/kernel_timeline';
import { diffNode, linesOf } from '../src/text_diff';
import { state } from './states';

const words = { added: 'added', removed: 'removed', more: '… and more lines' };

describe('two texts', () => {
  it('are compared line by line', () => {
    expect(linesOf('a\nb\nc', 'a\nB\nc\n\n')).toEqual([
      [' ', 'a'],
      ['−', 'b'],
      ['+', 'B'],
      [' ', 'c']
    ]);
    expect(linesOf('', 'a')).toEqual([
      ['−', ''],
      ['+', 'a']
    ]);
  });

  it('are shown as text', () => {
    const node = diffNode(linesOf('x', '<img src=x>\u202e'), words);
    expect(node.querySelector('img')).toBeNull();
    expect(node.textContent).toBe('− x+ <img src=x>\\u202e');
    expect(node.querySelector('ins')?.getAttribute('aria-label')).toBe('added <img src=x>\u202e');
  });

  it('of any size are compared as far as there is time', { timeout: 60_000 }, () => {
    const [one, other] = ['a', 'b'].map(letter =>
      Array.from({ length: 30_000 }, (_, line) => `${letter}${(line * 7919) % 30_011}`).join('\n')
    );
    const node = diffNode(linesOf(one ?? '', `${other}\n${'x'.repeat(1_000_000)}`), words);
    expect(node.childElementCount).toBe(2_000);
    expect(node.textContent).toMatch(/… and more lines$/);
  });
});

describe('the text that a cell had when it ran', () => {
  it('is asked for once', async () => {
    const asked: number[] = [];
    const timeline = {
      source: (number: number) => {
        asked.push(number);
        return Promise.resolve({ status: 'ok', source: number === 7 ? null : `cell ${number}` });
      }
    } as unknown as KernelTimeline;
    const ran = new RanTexts();
    expect(ran.of(state(3, 2))).toBeNull();
    const first = ran.ask(timeline, state(3, 2));
    expect(await ran.ask(timeline, state(3, 2))).toBe(false);
    expect(await first).toBe(true);
    expect(ran.of(state(3, 2))).toBe('cell 3');
    expect(ran.of(state(3, 2, { time: 1 }))).toBeNull(); // of another kernel process
    expect(await ran.ask(timeline, state(7, 3))).toBe(false);
    expect(asked).toEqual([3, 7]);
  });

  it('is another one than an edited text', () => {
    expect([isEdited('x', 'x\n'), isEdited('x ', 'x'), isEdited('y', null), isEdited(' x', 'x')]).toEqual([
      false,
      false,
      false,
      true
    ]);
  });
});
