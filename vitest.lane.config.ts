import { defineConfig } from 'vitest/config'

/** The lane of one engine: its name is in BRAMBLE_LANE, which `scripts/test-lane.sh` sets. */
const lane = process.env['BRAMBLE_LANE'] ?? ''
if (!/^[a-z]+$/.test(lane)) throw new Error('type: npm run test:LANE, for instance npm run test:consul')

/**
 * All of an engine: what `npm test` has no time for. Files beside the engine are called `*.whole.test.ts`; what needs virtual nodes lies
 * in `test/lanes/LANE`. One file at a time: they share one computer.
 */
export default defineConfig({
  test: {
    include: [`src/{engines,roles}/${lane}*/**/*.whole.test.ts`, `test/lanes/${lane}/**/*.test.ts`],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
