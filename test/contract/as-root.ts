/** Tests that run programs as a node does, so they need root on Linux. */
import { describe } from 'vitest'

const isRoot = process.platform === 'linux' && process.getuid?.() === 0
if (!isRoot) console.log('skipped, programs can only be run as root on Linux: type sudo npm test')

/** `describe` where programs can be run, else `describe.skip`, with the reason printed. */
export const describeAsRoot = isRoot ? describe : describe.skip
