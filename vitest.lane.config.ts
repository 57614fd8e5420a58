import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** The lane of one engine: its name is in BRAMBLE_LANE, which `scripts/test-lane.sh` sets. */
const lane = process.env['BRAMBLE_LANE'] ?? ''
if (!/^[a-z]+$/.test(lane)) throw new Error('type: npm run test:LANE, for instance npm run test:consul')

/** Lab tests of `npm test` that have more to run in a lane, such as another version. */
const SHARED: Readonly<Record<string, readonly string[]>> = { consul: ['test/lab/rainbow.test.ts'] }

/** The roles that say in their `testing/live.ts` that this is their lane. */
const roles = readdirSync('src/roles').filter((role) => {
  const live = `src/roles/${role}/testing/live.ts`
  return existsSync(live) && readFileSync(live, 'utf8').includes(`lane: '${lane}'`)
})

/**
 * All of an engine: what `npm test` has no time for. It is told by BRAMBLE_LANE in the tests that both run, by the name `*.whole.test.ts`
 * beside an engine or a role, and by the folder `test/lanes/LANE` for what needs virtual nodes. One file at a time: they share one computer.
 */
export default defineConfig({
  test: {
    include: [
      `src/engines/${lane}*/**/*.test.ts`,
      ...[`${lane}*`, ...roles].map((role) => `src/roles/${role}/**/*.test.ts`),
      `test/lanes/${lane}/**/*.test.ts`,
      ...(SHARED[lane] ?? []),
    ],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
