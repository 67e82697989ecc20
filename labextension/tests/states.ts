/** States as a kernel tells them, for tests. */

import type { Change, State } from '../src/protocol';

/** A state. `changes`: null, or what its cell changed. */
export function state(number: number, parent: number | null, more: Partial<State> = {}): State {
  return {
    number,
    parent,
    label: `cell ${number}`,
    names: [],
    time: 1_790_000_000 + number,
    bytes: 100,
    failed: false,
    where: 'both',
    cell_id: `id-${number}`,
    changes: null,
    ...more
  };
}

/** A variable that changed from one text to another; null where it is not there. */
export function change(name: string, before: string | null, after: string | null): Change {
  const value = (text: string | null): Change['before'] =>
    text === null ? null : { type: 'int', length: null, text, compared: true };
  return { name, kind: 'variable', before: value(before), after: value(after) };
}

/** The changes of a state. */
export function changed(...items: Change[]): State['changes'] {
  return { compared: true, items, more: 0, unknown: 0 };
}
