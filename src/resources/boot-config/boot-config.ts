/** The kind `boot-config`: settings for the firmware of a Raspberry Pi, in a block of our own. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

/** The firmware reads no more of a line (its documentation, "config.txt"). */
const LONGEST_LINE = 98

const line = z
  .string()
  .regex(/^[^\p{Cc}]+$/u, 'must be one line')
  .max(LONGEST_LINE, `is longer than the ${LONGEST_LINE} characters that the firmware reads of a line`)
  .refine((text) => !/^# bramble (?:begin|end)$/.test(text), 'is the mark by which the block is found again')

const bootConfigOptions = z
  .object({
    lines: z
      .array(line)
      .default([])
      .describe(
        'Settings and filters such as `[pi4]`, in this order; the block begins and ends for all boards.',
      ),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` takes the block out.'),
    optional: z
      .boolean()
      .default(false)
      .describe('A node without a boot file (a virtual one, a PC) counts as it is; else that is a failure.'),
  })
  .strict()

/** What bootConfig takes. */
export type BootConfigOptions = z.input<typeof bootConfigOptions>

/**
 * The block between `# bramble begin` and `# bramble end` at the end of `config.txt` in /boot/firmware or, before Debian 12, in /boot; all else
 * stays byte for byte. The last line about a setting wins in the firmware, so the block wins over what stands above. It counts from the next
 * boot on, and says so in `/run/reboot-required`: the kind `reboot` sees that. One for each node.
 *
 * @example bootConfig({ lines: ['gpu_mem=16', '[pi4]', 'dtoverlay=disable-bt'] })
 */
export const bootConfig = defineKind<BootConfigOptions>({
  name: 'boot-config',
  summary: 'Settings for the firmware of a Raspberry Pi, in a block of our own.',
  stage: 61,
  converges: 'each',
  options: bootConfigOptions,
  resource: (given) => {
    const { lines, state, optional } = bootConfigOptions.parse(given)
    return { name: 'config.txt', row: [state, optional ? 'optional' : 'needed', '[all]', ...lines, '[all]'] }
  },
})

export default bootConfig.kind
