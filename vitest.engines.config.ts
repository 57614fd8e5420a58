import { defineConfig } from 'vitest/config'

/** Builds and starts every engine that users run: minutes each with a cold Go cache, so one after the other, apart from the rest. */
export default defineConfig({
  test: {
    include: ['test/engines/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    // A build of Kubernetes on a busy computer.
    hookTimeout: 7_200_000,
  },
})
