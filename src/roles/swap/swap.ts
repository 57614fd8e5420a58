/** The role `swap`: none, or compressed memory; told to whoever would make it at the next boot. */
import { z } from 'zod'
import { bootCommandLine } from '../../resources/boot-command-line/boot-command-line.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { reboot } from '../../resources/reboot/reboot.ts'
import { service } from '../../resources/service/service.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole } from '../role.ts'

const swapOptions = z.strictObject({
  mode: z
    .enum(['off', 'zram'])
    .describe(
      '`off`: none at all, as a kubelet wants it; `zram`: a part of the memory, compressed, and nothing on a card.',
    ),
  size_percent: z
    .int()
    .min(5)
    .max(200)
    .default(50)
    .describe('Size of what is in compressed memory, in percent of the memory, before it is compressed.'),
})

type SwapOptions = z.output<typeof swapOptions>

const ZRAM_SETTINGS = '/etc/systemd/zram-generator.conf'

/** An empty file is nobody's wish for a device, and wins over those of packages (zram-generator.conf(5)). */
function zramText({ mode, size_percent: percent }: SwapOptions): string {
  return mode === 'off'
    ? '# No swap in compressed memory.\n'
    : `[zram0]\nzram-size = ram * ${percent} / 100\ncompression-algorithm = zstd\nswap-priority = 100\n`
}

/** Raspberry Pi OS before trixie: a file on the card, made by a service. */
function withoutSwapFile(): Resource {
  return service({ name: 'dphys-swapfile', enabled: 'no', state: 'stopped' })
}

/** Raspberry Pi OS since trixie: a generator of its own, which is told to do nothing (swap.conf(5) of rpi-swap). */
function withoutRpiSwap(): Resource[] {
  const folder = directory({ path: '/etc/rpi/swap.conf.d' })
  const path = `${folder.name}/90-bramble.conf`
  return [
    directory({ path: '/etc/rpi' }),
    folder,
    file({ path, content: '[Main]\nMechanism=none\n', needs: [addressOf(folder)] }),
  ]
}

/** Lines of the file system table stay as they are: systemd passes over them when the kernel is started so (systemd-fstab-generator(8)). */
function withoutTable(lab: boolean): Resource[] {
  const word = bootCommandLine({ key: 'systemd.swap', value: '0', single: true, optional: lab })
  const due = reboot({
    name: 'swap',
    commandLine: ['systemd.swap=0'],
    whenRequired: false,
    whenKernelIsOlder: false,
    needs: [addressOf(word)],
  })
  return [word, due]
}

function resources(options: SwapOptions, { facts }: ClusterNode, lab: boolean): Resource[] {
  const writers = (facts['swap.writers'] ?? '').split(',')
  const hasZram = options.mode === 'zram' || writers.includes('zram-generator')
  const generator = options.mode === 'zram' ? [debianPackage({ name: 'systemd-zram-generator' })] : []
  return [
    ...(writers.includes('dphys-swapfile') ? [withoutSwapFile()] : []),
    ...(writers.includes('rpi-swap') ? withoutRpiSwap() : []),
    ...(writers.includes('fstab') ? withoutTable(lab) : []),
    ...generator,
    ...(hasZram
      ? [file({ path: ZRAM_SETTINGS, content: zramText(options), needs: generator.map(addressOf) })]
      : []),
  ]
}

/**
 * Swap as whoever makes it at boot is told: dphys-swapfile, rpi-swap, zram-generator, the file system table. It counts from the next boot on, and
 * goes back to them when the role leaves.
 */
const swap = defineRole({
  name: 'swap',
  summary: 'No swap, or swap in compressed memory alone; said to whoever would make it at the next boot.',
  pace: 'together',
  options: swapOptions,
  perNode: ['mode', 'size_percent'],
  resources: ({ options, node, cluster }) => resources(options, node, cluster.lab),
})

export default swap
