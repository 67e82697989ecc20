import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { globalSetup: ['tests/expected.ts'], testTimeout: 120_000 } });
