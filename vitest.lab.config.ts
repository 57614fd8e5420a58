import { defineConfig } from 'vitest/config'

/**
 * Tests on virtual nodes: they need Linux, root and some minutes. Each file has a lab of its own, and much of its time it waits for nodes, so two
 * go on beside each other.
 */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.test.ts'],
    maxWorkers: 2,
    // Against hanging: what takes seconds alone takes minutes beside other work, and a test may build the next Consul.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
