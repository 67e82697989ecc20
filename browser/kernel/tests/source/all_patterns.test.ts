/** Every pattern that is compiled at its first use can be. */

import { expect, test, vi } from 'vitest';

const made = vi.hoisted(() => ({ count: 0 }));

vi.mock('../../src/source/late_pattern', () => ({
  LatePattern: class extends RegExp {
    constructor(flags: string, make: () => string) {
      super(make(), flags);
      made.count += 1;
    }
  }
}));

test('every pattern of the worker can be compiled', async () => {
  await import('../../src/worker/session_services');
  expect(made.count).toBeGreaterThan(100);
});
