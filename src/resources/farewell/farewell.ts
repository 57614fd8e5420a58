/** The kind `farewell`: a program that is run once, when the resource leaves the node. */
import { z } from 'zod'
import { absolutePath } from '../file/file.ts'
import { defineKind } from '../kind.ts'

const farewellOptions = z.strictObject({
  name: z.string().min(1).describe('What is done then, in a few words: it names the resource.'),
  run: z.array(z.string()).min(1).describe('Program and arguments. No shell reads them.'),
  onlyIf: absolutePath
    .optional()
    .describe('Nothing is left to do when this path is not there any more; always run when left out.'),
})

type FarewellOptions = z.input<typeof farewellOptions>

/**
 * What a node says before it goes: an engine may keep more than files and units, such as its place in a cluster, which has to be given up
 * while it still runs. Nothing is done before. What leaves a node leaves in the opposite order, so this runs before what it needs is taken away.
 *
 * @example
 * farewell({
 *   name: 'leave the choir',
 *   run: ['choir', 'leave'],
 *   onlyIf: '/var/lib/choir/seat',
 *   needs: ['service:choir.service'],
 * })
 */
export const farewell = defineKind<FarewellOptions>({
  name: 'farewell',
  summary: 'A program that is run once, when the resource leaves the node.',
  stage: 90,
  converges: 'each',
  uses: ['command'],
  options: farewellOptions,
  resource: (given) => {
    const { name, run, onlyIf } = farewellOptions.parse(given)
    return { name, row: [onlyIf ?? '', ...run] }
  },
})

export default farewell.kind
