import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Engines that run out of memory do so slowly where the machine is busy.
    testTimeout: 120_000
  }
});
