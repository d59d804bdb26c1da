import { defineConfig } from 'vitest/config';

// Tests against real parts, started by scripts/e2e.ts: slow, one file after the other, and only where the parts can be had.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: 'test/e2e/support/build.ts',
    // For what hangs without a word: a slow machine needs a part of it, and what is waited for gives up sooner, with its name.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
