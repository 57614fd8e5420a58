import { defineConfig } from 'vitest/config'

/** Tests on virtual nodes: they need Linux, root and some minutes, and share one computer, so one file at a time. */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.test.ts'],
    fileParallelism: false,
    // Against hanging: what takes seconds alone takes minutes beside other work, and a test may build the next Consul.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
