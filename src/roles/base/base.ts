/** The role `base`: what every node has, whatever else it does. */
import { isIP } from 'node:net'
import { rolesBaseCodes } from './codes.ts'
import { bootCommandLine } from '../../resources/boot-command-line/boot-command-line.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { hostname } from '../../resources/hostname/hostname.ts'
import { hosts } from '../../resources/hosts/hosts.ts'
import { kernelModule } from '../../resources/kernel-module/kernel-module.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { locale } from '../../resources/locale/locale.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { reboot } from '../../resources/reboot/reboot.ts'
import { service } from '../../resources/service/service.ts'
import { sysctl } from '../../resources/sysctl/sysctl.ts'
import { timezone } from '../../resources/timezone/timezone.ts'
import { FORMER_ZONES } from '../../resources/timezone/zone-names.ts'
import { defineRole, type RoleFinding } from '../role.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { accounts, isAccount, sudoers } from './accounts.ts'
import { clock, isKeptByOther } from './clock.ts'
import { copiedNodes } from './copied-nodes.ts'
import { optionFindings } from './option-findings.ts'
import { baseOptions, type BaseOptions } from './options.ts'
import { sshPorts, sshServer } from './ssh-server.ts'

/** Releases whose package tzdata still has the former names of zones. */
const HAVE_FORMER_ZONES = ['buster', 'bullseye', 'bookworm']

/** The kernel holds 64 characters of a hostname (hostname(7), HOST_NAME_MAX). */
function longNames({ hostname: form }: BaseOptions, nodes: readonly ClusterNode[]): RoleFinding[] {
  if (form !== 'fqdn') return []
  return nodes
    .filter(({ fqdn }) => fqdn.length > 64)
    .map(({ name, fqdn }) => ({ diagnostic: rolesBaseCodes.HOSTNAME_TOO_LONG({ fqdn }), node: name }))
}

/** Packages that are asked for, and those that the other options need; each once. */
function packages(options: BaseOptions, { facts }: ClusterNode): Resource[] {
  const needed = [
    ...(options.timezone === 'UTC' ? [] : ['tzdata']),
    ...(FORMER_ZONES.has(options.timezone) && !HAVE_FORMER_ZONES.includes(facts['os_release'] ?? '')
      ? ['tzdata-legacy']
      : []),
    ...(options.locale.includes('_') ? ['locales'] : []),
    ...(options.time.sync ? ['systemd-timesyncd'] : []),
    ...(sudoers(options).length > 0 ? ['sudo'] : []),
    ...(options.modules.length > 0 ? ['kmod'] : []),
  ]
  const named = options.packages.filter((wish) => typeof wish === 'string')
  const absent = options.packages.flatMap((wish) => (typeof wish === 'string' ? [] : [wish.name]))
  const present = [...new Set([...needed, ...named])].filter((name) => !absent.includes(name))
  return [
    ...present.map((name) => debianPackage({ name })),
    ...[...new Set(absent)].map((name) => debianPackage({ name, state: 'absent' })),
  ]
}

// The block is the same on every node, and checking a thousand entries a thousand times would take minutes.
const blocks = new WeakMap<Cluster, Resource>()

/** The names of all nodes that have an IP address. */
function hostsBlock(cluster: Cluster): Resource {
  const made =
    blocks.get(cluster) ??
    hosts({
      entries: cluster.nodes
        // An address with an interface of this computer means nothing on a node.
        .filter(({ address }) => isIP(address) !== 0 && !address.includes('%'))
        .map(({ address, fqdn, name }) => ({ address, names: [fqdn, name] })),
    })
  blocks.set(cluster, made)
  return made
}

/** cloud-init sets names at each boot where an image or its user asks it to (its modules update_hostname, update_etc_hosts). */
function cloudInit({ hosts: hasBlock }: BaseOptions, { facts }: ClusterNode): Resource[] {
  if (facts['cloud_init'] !== 'yes') return []
  const lines = ['preserve_hostname: true', ...(hasBlock ? ['manage_etc_hosts: false'] : [])]
  // The last file wins (cloud-init, "Configuration sources"); what the user data says is in the kind `hosts`.
  return [file({ path: '/etc/cloud/cloud.cfg.d/zz-bramble.cfg', content: `${lines.join('\n')}\n` })]
}

function journal({ storage, max_use }: BaseOptions['journal']): Resource[] {
  const folder = '/etc/systemd/journald.conf.d'
  const config = file({
    // Raspberry Pi OS has a 40-…; the last file wins (journald.conf(5)).
    path: `${folder}/90-bramble.conf`,
    content: `[Journal]\nStorage=${storage}\nSystemMaxUse=${max_use}\nRuntimeMaxUse=${max_use}\n`,
  })
  return [
    directory({ path: folder }),
    config,
    service({ name: 'systemd-journald', restartOn: [addressOf(config)] }),
  ]
}

/** Modules and settings. Where nodes share a kernel, only what the network has of its own is set live. */
function kernel({ modules, sysctls }: BaseOptions, isShared: boolean): Resource[] {
  return [
    ...[...new Set(modules)].map((name) => kernelModule({ name, load: !isShared, needs: ['package:kmod'] })),
    ...Object.entries(sysctls).map(([key, value]) =>
      sysctl({ key, value, live: !isShared || /^net[./]/.test(key) }),
    ),
  ]
}

/** Words for the firmware of a Raspberry Pi, and the reboot that makes them count. A PC starts in other ways. */
function boot({ cmdline }: BaseOptions['boot'], { board }: ClusterNode, lab: boolean): Resource[] {
  if (cmdline.length === 0 || board.model === 'pc') return []
  const words = [...new Set(cmdline)].map((word) => {
    const [key = '', ...value] = word.split('=')
    return bootCommandLine({ key, ...(value.length > 0 && { value: value.join('=') }), optional: lab })
  })
  const due = reboot({
    name: 'command-line',
    commandLine: [...new Set(cmdline)],
    // A new kernel is no reason here: nobody asked for a reboot because of it.
    whenRequired: false,
    whenKernelIsOlder: false,
    needs: words.map(addressOf),
  })
  return [...words, due]
}

/**
 * The base of every node: its name and those of the others, users and keys, an SSH server that takes keys only, the
 * right time before anything looks at a certificate, a log that spares the SD card, packages and the kernel's settings.
 */
const base = defineRole({
  name: 'base',
  letsIn: isAccount,
  summary: 'What every node has: names, users, keys, the right time, a small log, packages, kernel settings.',
  pace: 'together',
  options: baseOptions,
  perNode: [
    'timezone',
    'locale',
    'time',
    'packages',
    'groups',
    'users',
    'modules',
    'sysctls',
    'ssh',
    'journal',
    'boot',
  ],
  findings: ({ options, cluster }) => [
    ...copiedNodes(cluster.find('base')),
    ...longNames(options, cluster.find('base')),
    ...optionFindings(options, cluster.find('base')),
  ],
  provides: ({ options, node }) => [{ name: 'ssh', ports: sshPorts(options.ssh, node), to: 'everyone' }],
  resources: ({ options: given, node, cluster }) => {
    const options = isKeptByOther(node.name, cluster)
      ? { ...given, time: { ...given.time, sync: false } }
      : given
    return [
      hostname({ hostname: options.hostname === 'fqdn' ? node.fqdn : node.name }),
      timezone({ zone: options.timezone }),
      ...packages(options, node),
      locale({ lang: options.locale }),
      ...accounts(options, cluster, node),
      ...kernel(options, node.sharesKernel),
      ...(options.hosts ? [hostsBlock(cluster)] : []),
      ...cloudInit(options, node),
      ...boot(options.boot, node, cluster.lab),
      ...clock(options.time, node.sharesKernel),
      ...journal(options.journal),
      ...sshServer(options.ssh, node.user),
    ]
  },
})

export default base
