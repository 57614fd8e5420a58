import { defineConfig } from 'vitest/config'

/** Servers of Consul that move, leave and are renamed on virtual nodes (`npm run test:consul`): a lane of its own because of its minutes. */
export default defineConfig({
  test: {
    include: ['test/lab-consul/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
