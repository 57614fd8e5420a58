import { defineConfig } from 'vitest/config'

/** Real engines on virtual nodes (`npm run test:boards`): a lane of its own because of its minutes; one file at a time. */
export default defineConfig({
  test: {
    include: ['test/boards/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 1_800_000,
  },
})
