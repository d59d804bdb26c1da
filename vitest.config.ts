import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    globalSetup: 'test/built.ts',
    setupFiles: ['test/setup.ts'],
    // For what hangs without a word: what is waited for gives up sooner, with its name.
    testTimeout: 120_000,
    // They build programs and start servers: ten seconds, as vitest has it, are not enough for a busy machine.
    hookTimeout: 120_000,
    pool: 'threads',
    // All cores: vitest leaves one free, which is half of a machine of two, and much of the time is spent waiting.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['lib/**', 'functions/**', 'cli/**', 'local/**', 'forwarder/program/**/*.ts'],
      reporter: ['text-summary', 'lcov'],
    },
  },
});
