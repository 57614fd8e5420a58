import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/** Unit, contract and house tests; the lab tests have a configuration of their own because they need root and minutes. */
export default defineConfig({
  test: {
    // Half of them wait for a process most of the time: two cores carry two files.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: ['src/**/*.test.ts', 'test/{contract,errors,house,shell,golden}/**/*.test.ts'],
    // All of an engine has its own lane (`npm run test:LANE`).
    exclude: [...configDefaults.exclude, '**/*.whole.test.ts'],
    testTimeout: 30_000,
    // Against hanging: with other work on the computer, what compiles the examples or reads the whole tree takes long.
    hookTimeout: 120_000,
  },
})
