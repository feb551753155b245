import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'integration_tests/**/*.test.ts'],
    testTimeout: 120_000,
    maxConcurrency: 3,
    pool: 'threads',
    env: { TZ: 'UTC' },
    reporters:
      process.env['VITEST_COUNTS'] === undefined ? ['default'] : ['default', ['json', { outputFile: process.env['VITEST_COUNTS'] }]],
  },
});
