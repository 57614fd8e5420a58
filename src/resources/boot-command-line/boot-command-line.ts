/** The kind `boot-command-line`: one word of the command line with which the firmware starts the kernel. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

const bootCommandLineOptions = z
  .object({
    key: z
      .string()
      .regex(/^[A-Za-z0-9_.-]+$/, 'must be the name of a kernel parameter such as cgroup_enable')
      .describe('Name of the kernel parameter.'),
    value: z
      .string()
      .regex(/^[^\s\p{Cc}]+$/u, 'cannot hold blanks')
      .optional()
      .describe('Its value, when it has one.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` takes the word out.'),
    single: z
      .boolean()
      .default(false)
      .describe('The parameter is there once: words with the same name and another value are taken out.'),
    optional: z
      .boolean()
      .default(false)
      .describe('A node without a boot file (a virtual one, a PC) counts as it is; else that is a failure.'),
  })
  .strict()

/** What bootCommandLine takes. */
export type BootCommandLineOptions = z.input<typeof bootCommandLineOptions>

/**
 * A word of `cmdline.txt` in /boot/firmware or, before Debian 12, in /boot. Other words and their order stay; the file
 * stays one line. It counts from the next boot on: the kind `reboot` sees whether the running kernel has it.
 *
 * @example
 * bootCommandLine({ key: 'cgroup_enable', value: 'memory' })
 */
export const bootCommandLine = defineKind<BootCommandLineOptions>({
  name: 'boot-command-line',
  summary: 'A word of the command line with which the firmware starts the kernel.',
  stage: 61,
  converges: 'each',
  options: bootCommandLineOptions,
  resource: (given) => {
    const { key, value, state, single, optional } = bootCommandLineOptions.parse(given)
    const word = value === undefined ? key : `${key}=${value}`
    return {
      name: single ? key : word,
      row: [state, word, key, single ? 'single' : 'several', optional ? 'optional' : 'needed'],
    }
  },
})

export default bootCommandLine.kind
