/** The role `boot`: settings for the firmware of a Raspberry Pi. */
import { z } from 'zod'
import { key, text, type TextForm } from '../../cluster-file/forms.ts'
import { bootCommandLine } from '../../resources/boot-command-line/boot-command-line.ts'
import { bootConfig } from '../../resources/boot-config/boot-config.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { reboot } from '../../resources/reboot/reboot.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole } from '../role.ts'

/** What stands between brackets (Raspberry Pi documentation, "Conditional filters"). */
const FILTER: TextForm = {
  pattern:
    /^(?:all|none|[a-z]{1,4}[0-9][a-z0-9+]*|tryboot|EDID=[\w-]+|gpio\d+=[01]|board-type=0x[0-9a-f]+|0x[0-9a-f]{8,16})$/,
  problem: 'is no filter of config.txt',
  fix: 'write all, a model such as pi4, cm4 or pi02, a serial number such as 0x1234abcd, or gpio4=1',
}

const SETTING: TextForm = {
  pattern: /^[a-z][a-z0-9_]{1,40}(?::[01])?$/,
  accepts: (name) => name !== 'include',
  problem: 'is no setting of config.txt',
  fix: 'write its name such as gpu_mem, dtoverlay or dtparam',
}

/** With its setting it must fit into the 98 characters that the firmware reads of a line. */
const VALUE: TextForm = {
  pattern: /^[^\s\p{Cc}#]{1,54}$/u,
  problem: 'is no value of config.txt',
  fix: 'write it without blanks, such as 16 or i2c_arm=on; of several settings of one name make a list',
}

const value = text(VALUE)

const bootOptions = z.strictObject({
  config: z
    .record(
      key(FILTER),
      z.record(
        key(SETTING),
        z.union([value, z.array(value).min(1)]).transform((one) => (Array.isArray(one) ? one : [one])),
      ),
    )
    .default({})
    .describe(
      'Settings for config.txt, by filter: all for every board, pi4 for a model. A list makes a line of each, as dtoverlay and dtparam need it.',
    ),
  memory_cgroup: z
    .boolean()
    .default(false)
    .describe(
      'Whether the kernel counts the memory of control groups, as containers and Kubernetes need it; asked for only where it does not by itself.',
    ),
})

type BootOptions = z.output<typeof bootOptions>

const MEMORY = { key: 'cgroup_enable', value: 'memory' } as const

function configLines({ config }: BootOptions): string[] {
  return Object.entries(config).flatMap(([filter, named]) => [
    `[${filter}]`,
    ...Object.entries(named).flatMap(([name, values]) => values.map((one) => `${name}=${one}`)),
  ])
}

function settings(options: BootOptions, lab: boolean): Resource[] {
  const lines = configLines(options)
  if (lines.length === 0) return []
  const block = bootConfig({ lines, optional: lab })
  const due = reboot({ name: 'firmware', whenKernelIsOlder: false, needs: [addressOf(block)] })
  return [block, due]
}

/** A kernel that does it by itself is left alone; one that was asked goes on being asked. */
function memory({ memory_cgroup: wanted }: BootOptions, { facts }: ClusterNode, lab: boolean): Resource[] {
  if (!wanted || facts['boot.memory_cgroup'] === 'on') return []
  const word = bootCommandLine({ ...MEMORY, optional: lab })
  const due = reboot({
    name: 'memory-cgroup',
    commandLine: [`${MEMORY.key}=${MEMORY.value}`],
    whenRequired: false,
    whenKernelIsOlder: false,
    needs: [addressOf(word)],
  })
  return [word, due]
}

/** What the firmware and the kernel are told before there is a system; it counts from the next boot on, and the run says that one is due. */
const boot = defineRole({
  name: 'boot',
  summary: 'Settings for the firmware of a Raspberry Pi, and the memory of control groups.',
  options: bootOptions,
  perNode: ['config', 'memory_cgroup'],
  resources: ({ options, node, cluster }) =>
    // A PC starts in other ways.
    node.board.model === 'pc'
      ? []
      : [...settings(options, cluster.lab), ...memory(options, node, cluster.lab)],
})

export default boot
