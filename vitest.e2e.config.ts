import { defineConfig } from 'vitest/config';

// Tests against real parts, started by scripts/e2e.ts: slow, one file after the other, and only where the parts can be had.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: 'test/e2e/support/build.ts',
    testTimeout: 120_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
