import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * What is run again with every other version of Node: all that depends on Node itself. Left out is what spends its time in shells, in
 * containers and with several agents, where Node only starts programs: the kinds and roles, the delivery, the lab (docs/node-versions.md).
 */
export default defineConfig({
  test: {
    // Half of them wait for a process most of the time: two cores carry two files.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: [
      'src/{cluster-file,cluster-lock,diagnostics,events,hardware,journal,plan,resolve,releases,rollout,secrets,shell,support}/**/*.test.ts',
      'src/engines/consul/{api,config,version}.test.ts',
      'src/cli/{main,json,run-cli,compiled-code}.test.ts',
      'src/compile/*.test.ts',
      'test/house/package.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
