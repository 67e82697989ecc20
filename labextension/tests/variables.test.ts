import { Signal } from '@lumino/signaling';
import { describe, expect, it } from 'vitest';

import type { Current } from '../src/current';
import type { Variable, Variables } from '../src/protocol';
import { arranged, CurrentVariables } from '../src/variables';
import { changed, state } from './states';

function variable(name: string, type: string, length: number | null = null, text = ''): Variable {
  return { name, kind: 'variable', type, length, text };
}

const ALL = [variable('b10', 'list', 3), variable('a', 'int', null, '7'), variable('b9', 'dict', 12)];
const names = (found: Variable[]): string => found.map(each => each.name).join(' ');

describe('variables', () => {
  it('are in the order of a column, and by name where they are equal', () => {
    expect(names(arranged(ALL, '', { by: 'name', isDescending: false }))).toBe('a b9 b10');
    expect(names(arranged(ALL, '', { by: 'length', isDescending: true }))).toBe('b9 b10 a');
    expect(names(arranged(ALL, '', { by: 'type', isDescending: false }))).toBe('b9 a b10');
    expect(names(arranged(ALL, '', { by: 'text', isDescending: false }))).toBe('b9 b10 a');
  });

  it('are those with the filter in name or type', () => {
    const order = { by: 'name', isDescending: false } as const;
    expect(names(arranged(ALL, ' B1', order))).toBe('b10');
    expect(names(arranged(ALL, 'DICT', order))).toBe('b9');
    expect(arranged(ALL, '(', order)).toEqual([]);
  });
});

class Timeline {
  present = 1;
  states = new Map([[1, state(1, 0)]]);
  asked: ((found: Variables) => void)[] = [];
  get here(): unknown {
    return this.states.get(this.present);
  }
  variables(): Promise<Variables> {
    return new Promise(resolve => this.asked.push(resolve));
  }
  async answers(...variables: Variable[]): Promise<void> {
    this.asked.shift()?.({ status: 'ok', compared: true, why: '', variables });
    await new Promise(resolve => setTimeout(resolve));
  }
}

describe('the variables of the current notebook', () => {
  const follow = (timeline: Timeline | null) => {
    const current = { timeline, changed: new Signal<object, void>({}) };
    return { current, variables: new CurrentVariables(current as unknown as Current) };
  };

  it('are asked for one question at a time, and again only where there is another state', async () => {
    const timeline = new Timeline();
    const { variables } = follow(timeline);
    void variables.look();
    void variables.look();
    expect(timeline.asked).toHaveLength(1);
    timeline.present = 2;
    timeline.states.set(2, state(2, 1));
    timeline.present = 3;
    timeline.states.set(3, state(3, 2));
    void variables.look();
    expect(timeline.asked).toHaveLength(1);
    await timeline.answers(variable('old', 'int'));
    expect(timeline.asked).toHaveLength(1); // about the third state, not the second
    await timeline.answers(variable('new', 'int'));
    expect(variables.all).toEqual([variable('new', 'int')]);
    await variables.look();
    expect(timeline.asked).toHaveLength(0);
    timeline.states.set(3, state(3, 2, { changes: changed() })); // somebody has looked into it
    void variables.look();
    expect(timeline.asked).toHaveLength(1);
  });

  it('are those of another notebook as soon as that is the current one', async () => {
    const [one, other] = [new Timeline(), new Timeline()];
    const { current, variables } = follow(one);
    void variables.look();
    current.timeline = other;
    void variables.look();
    await one.answers(variable('ones', 'int'));
    expect(variables.all).toEqual([]);
    await other.answers(variable('others', 'int'));
    expect(variables.all).toEqual([variable('others', 'int')]);
    current.timeline = null;
    await variables.look();
    expect(variables.all).toEqual([]);
  });

  it('say why they are not known', async () => {
    const timeline = new Timeline();
    const { variables } = follow(timeline);
    void variables.look();
    timeline.asked.shift()?.({ status: 'error', ename: 'NoAnswer', evalue: 'The kernel did not answer.' });
    await new Promise(resolve => setTimeout(resolve));
    expect([variables.all, variables.why]).toEqual([[], 'The kernel did not answer.']);
  });
});
