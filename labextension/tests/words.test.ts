import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { details, harmless, numberOf, redoInWords, summary, undoInWords } from '../src/words';
import { change, changed, state } from './states';

describe('a state in words', () => {
  it('says what its cell changed', () => {
    const changes = changed(change('a', null, '1'), change('b', '1', '2'), change('c', '3', null));
    expect(summary(state(4, 3, { changes }))).toBe('+ a = 1, b: 1 → 2, − c');
    expect(details(state(4, 3, { changes }))).toBe('[4] cell 4\n+ a = 1\nb: 1 → 2\n− c');
  });

  it('says type and length where there is no text', () => {
    const list = (length: number) => ({ type: 'list', length, text: '', compared: true });
    const changes = changed({ name: 'data', kind: 'variable', before: list(3), after: list(0) });
    expect(summary(state(4, 3, { changes }))).toBe('data: list of 3 → list of 0');
  });

  it('says that it does not know', () => {
    expect(summary(state(1, 0))).toBe('');
    expect(summary(state(1, 0, { changes: { compared: false, why: 'too large' } }))).toBe('changed, not compared');
    const unsure = { type: 'T', length: null, text: '', compared: false };
    const changes = changed({ name: 'x', kind: 'variable', before: unsure, after: unsure });
    expect(summary(state(1, 0, { changes }))).toBe('x: T, not compared');
    const same = { ...unsure, compared: true };
    expect(summary(state(1, 0, { changes: changed({ name: 'x', kind: 'variable', before: same, after: same }) }))).toBe(
      'x: changed'
    );
    expect(details(state(1, 0, { changes: changed() }))).toBe('[1] cell 1\nno variable changed');
  });

  it('counts what it does not list', () => {
    const many = Array.from({ length: 40 }, (_, index) => change(`x${index}`, null, '1'));
    const changes = { compared: true as const, items: many, more: 7, unknown: 2 };
    expect(summary(state(1, 0, { changes }))).toBe('+ x0 = 1, + x1 = 1, + x2 = 1, 44 more');
    expect(
      details(state(1, 0, { changes }))
        .split('\n')
        .at(-1)
    ).toBe('2 values cannot be compared');
  });

  it('says that it is gone', () => {
    expect(details(state(4, 3, { where: null }))).toBe(
      '[4] cell 4\nnot there any more: it was dropped to save space, or deleted'
    );
  });

  it('has a name without a number', () => {
    expect([numberOf(state(0, null)), numberOf(state(-2, 1)), numberOf(state(3, 1))]).toEqual(['start', '[·]', '[3]']);
  });
});

describe('a text that may deceive', () => {
  it('has what hides or turns it around written out', () => {
    expect(harmless('a\u202eb\x1b[2J\u200b\0')).toBe('a\\u202eb\\x1b[2J\\u200b\\x00');
    expect(harmless('\ud800')).toBe('\\ud800');
    expect(harmless('Grüße, 世界\n\t<b>👍</b>')).toBe('Grüße, 世界\n\t<b>👍</b>');
  });
});

describe('what the toolbar would do', () => {
  const trans = nullTranslator.load('monty-kernel');
  const changes = changed(change('x', '1', '2'));
  const states = new Map(
    [state(0, null), state(1, 0, { changes }), state(2, 1, { changes: changed() })].map(each => [each.number, each])
  );

  it('undoes the last cell that changed something', () => {
    expect(undoInWords([0], states, trans)).toBe('Nothing to undo');
    expect(undoInWords([], new Map(), trans)).toBe('Nothing to undo');
    expect(undoInWords([1, 0], states, trans)).toBe('Undo [1]: x: 1 → 2');
    expect(undoInWords([2, 1, 0], states, trans)).toBe('Undo [1]: x: 1 → 2');
    const looked = new Map([state(0, null), state(1, 0, { changes: changed() })].map(each => [each.number, each]));
    expect(undoInWords([1, 0], looked, trans)).toBe('Undo [1]');
  });

  it('redoes what was undone', () => {
    expect(redoInWords(undefined, trans)).toBe('Nothing to redo');
    expect(redoInWords(null, trans)).toBe('Redo the cell');
    expect(redoInWords(states.get(1), trans)).toBe('Redo [1]: x: 1 → 2');
  });
});
