/** The kind `reboot`: says that the node must start anew, as long as what runs is not what is installed. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

const rebootOptions = z.strictObject({
  name: z.string().min(1).default('node').describe('Names the resource; `node` when there is one.'),
  whenRequired: z
    .boolean()
    .default(true)
    .describe('Due when a package asked for it: `/run/reboot-required` is there (Debian, update-notifier).'),
  whenKernelIsOlder: z
    .boolean()
    .default(true)
    .describe(
      'Due when a newer kernel of the same flavour than the running one is installed in `/lib/modules`.',
    ),
  commandLine: z
    .array(z.string().regex(/^[^\s\p{Cc}]+$/u, 'must be one word of the kernel command line'))
    .default([])
    .describe(
      'Due when the running kernel was started without one of these words, for instance `cgroup_enable=memory`.',
    ),
})

/** What reboot takes. */
export type RebootOptions = z.input<typeof rebootOptions>

/**
 * A reboot that is due. Nothing is done on the node: the program reports it at its end, and the rollout reboots the node
 * when it is its turn. A node that was started anew and still lacks a word of its command line is reported as a failure,
 * so that it is not rebooted for ever. A container has no kernel of its own: there only `whenRequired` counts.
 *
 * @example reboot({ commandLine: ['cgroup_enable=memory'], needs: ['boot-command-line:/boot/firmware/cmdline.txt'] })
 */
export const reboot = defineKind<RebootOptions>({
  name: 'reboot',
  summary: 'A reboot that is due because what runs is not what is installed.',
  stage: 99,
  converges: 'each',
  options: rebootOptions,
  resource: (given) => {
    const { name, whenRequired, whenKernelIsOlder, commandLine } = rebootOptions.parse(given)
    return {
      name,
      row: [whenRequired ? 'required' : '-', whenKernelIsOlder ? 'kernel' : '-', ...commandLine],
    }
  },
})

export default reboot.kind
