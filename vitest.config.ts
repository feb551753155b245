import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'integration_tests/**/*.test.ts'],
    testTimeout: 30_000,
    pool: 'threads',
    env: { TZ: 'UTC' },
  },
});
