/** The role `updates`: security updates by night without a restart, everything else when `bramble update` takes the nodes in turns. */
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { reboot } from '../../resources/reboot/reboot.ts'
import { service } from '../../resources/service/service.ts'
import { systemUpdate } from '../../resources/system-update/system-update.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { defineRole, type RoleContext } from '../role.ts'
import { updatesOptions, type UpdatesOptions } from './options.ts'
import { updatesProbe } from './probe.ts'
import { scripts } from './scripts.generated.ts'

const ROLE = 'updates'
const REPORT = '/usr/local/lib/bramble-updates'
const AGAIN = '/usr/local/lib/bramble-updates-again'
const NIGHT = 'apt-daily-upgrade.service'

/**
 * What Debian and those who build for Raspberry Pis say in their Release files. 32-bit Raspberry Pi OS has no suite for security alone, and its kernel
 * and firmware come from the foundation's archive, which Debian's own rules match neither (raspberrypi/userland#724).
 */
const RULES = [
  'origin=Debian,label=Debian',
  'origin=Debian,label=Debian-Security',
  'origin=Raspbian,label=Raspbian',
  'origin=Raspberry Pi Foundation,label=Raspberry Pi Foundation',
]

/** Packages of engines on the node, by what roles give. */
function enginePackages(node: string, cluster: Cluster): readonly string[] {
  const all = cluster.provided().filter((one) => one.node === node)
  return [...new Set(all.flatMap(({ packages = [] }) => packages))].sort()
}

function list(name: string, values: readonly string[]): string[] {
  return [`#clear ${name};`, `${name} {`, ...values.map((value) => `  "${value}";`), '};']
}

/** unattended-upgrades takes patterns (Python's `re`) that have to match from the beginning. */
function exactly(name: string): string {
  return `^${name.replace(/[.+]/g, String.raw`\$&`)}$`
}

function settings({ nightly, origins, skip }: UpdatesOptions, engines: readonly string[]): string {
  const nights = nightly ? '1' : '0'
  return [
    'APT::Periodic::Enable "1";',
    'APT::Periodic::Update-Package-Lists "1";',
    `APT::Periodic::Unattended-Upgrade "${nights}";`,
    '#clear Unattended-Upgrade::Allowed-Origins;',
    ...list('Unattended-Upgrade::Origins-Pattern', [...RULES, ...origins]),
    ...list('Unattended-Upgrade::Package-Blacklist', [...engines, ...skip].map(exactly)),
    'Unattended-Upgrade::Automatic-Reboot "false";',
    'Unattended-Upgrade::MinimalSteps "true";',
    'Unattended-Upgrade::SyslogEnable "true";',
    `APT::Update::Post-Invoke-Success { "${REPORT} looked || true"; };`,
    '',
  ].join('\n')
}

function resources({ options, node, cluster }: RoleContext<UpdatesOptions>): Resource[] {
  const engines = enginePackages(node.name, cluster)
  const lines = (values: readonly string[]): string => values.map((value) => `${value}\n`).join('')
  const installed = debianPackage({ name: 'unattended-upgrades' })
  const read = [
    file({ path: REPORT, content: scripts.report, mode: '755' }),
    file({ path: AGAIN, content: scripts.again, mode: '755' }),
    file({ path: '/etc/apt/bramble-origins', content: lines([...RULES, ...options.origins]) }),
    file({ path: '/etc/apt/bramble-engines', content: lines(engines) }),
  ]
  const drops = `/etc/systemd/system/${NIGHT}.d`
  return [
    installed,
    ...read,
    file({
      path: '/etc/apt/apt.conf.d/52bramble-updates',
      content: settings(options, engines),
      needs: [addressOf(installed), ...read.map(addressOf)],
    }),
    directory({ path: drops }),
    file({
      path: `${drops}/50-bramble.conf`,
      content: `[Service]\nExecStartPost=-${AGAIN}\nExecStartPost=-${REPORT} ran\n`,
      needs: read.map(addressOf),
    }),
    ...['apt-daily.timer', 'apt-daily-upgrade.timer'].map((name) => service({ name })),
    directory({ path: '/var/lib/bramble-updates', purge: ['looked', 'ran', 'waiting'] }),
    systemUpdate({ now: cluster.updating }),
    reboot({ name: ROLE, whenRequired: cluster.updating, whenKernelIsOlder: cluster.updating }),
  ]
}

/**
 * The job of the night brings security updates and starts no board anew. What engines run stays out of it by what roles give (`packages` of
 * {@link Provided}): it moves with `bramble update`, in turns, behind drains and gates, as restarts do.
 */
const updates = defineRole({
  name: ROLE,
  summary:
    'Security updates every night, and with `bramble update` all updates and restarts, one node at a time.',
  pace: 'together',
  options: updatesOptions,
  resources,
  status: ({ options, nodes }) =>
    updatesProbe(
      nodes.map(({ name }) => name),
      { alertDays: options.alert_days, report: REPORT },
    ),
})

export default updates
