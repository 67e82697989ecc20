import { configDefaults, defineConfig } from 'vitest/config';

// what a browser compares better, and which takes minutes: `npm run compare` does it without one
const COMPARISON = 'tests/conformance/**';

export default defineConfig({
  test: {
    globalSetup: ['tests/expected.ts'],
    testTimeout: 120_000,
    exclude: [...configDefaults.exclude, ...(process.env['COMPARE'] ? [] : [COMPARISON])]
  }
});
