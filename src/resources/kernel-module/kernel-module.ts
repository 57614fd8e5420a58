/** The kind `kernel-module`: a kernel module that is loaded now and at every boot. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

const kernelModuleOptions = z
  .object({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,54}$/, 'must be the name of a kernel module such as br_netfilter')
      .describe('Name of the module, as lsmod shows it.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('`absent` unloads the module and loads it no more at boot.'),
    load: z
      .boolean()
      .default(true)
      .describe('false: only at the next boot, for a node that shares its kernel and may not load anything.'),
  })
  .strict()

/** What kernelModule takes. */
export type KernelModuleOptions = z.input<typeof kernelModuleOptions>

/**
 * A kernel module, loaded now and, by a file in /etc/modules-load.d, at every boot. What is built into the kernel
 * counts as loaded.
 *
 * @example
 * kernelModule({ name: 'br_netfilter' })
 */
export const kernelModule = defineKind<KernelModuleOptions>({
  name: 'kernel-module',
  summary: 'A kernel module that is loaded now and at every boot.',
  stage: 40,
  converges: 'each',
  options: kernelModuleOptions,
  resource: (given) => {
    const { name, state, load } = kernelModuleOptions.parse(given)
    // Dash and underscore are one character in module names (modprobe(8)); /sys has the underscore.
    const canonical = name.replaceAll('-', '_')
    return { name: canonical, row: [state, load ? 'load' : 'listed'] }
  },
})

export default kernelModule.kind
