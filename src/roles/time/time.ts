/** The role `time`: a clock that is right, before there are names, and that gives the time to others. */
import { isIP } from 'node:net'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { accountOfPackage } from '../../resources/user/account-of-package.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole, type RoleContext } from '../role.ts'
import { chronyConf } from './chrony-conf.ts'
import { timeCodes } from './codes.ts'
import { clockGate } from './gate.ts'
import { needsNames, timeOptions, type TimeOptions } from './options.ts'

const ROLE = 'time'
/** As many are asked by all: each keeps an eye on the others, and two may be away. */
const KEEPERS = 3
/** systemd starts no clock before the time of this file (systemd(1), `/usr/lib/clock-epoch`), from version 247 on. */
const STAMP = '/usr/lib/clock-epoch'
const WAIT = 'bramble-time-wait.service'

function hasAddress({ address }: ClusterNode): boolean {
  return isIP(address) > 0 && !address.includes('%')
}

/** The nodes that are asked by all others. */
function keepersOf(cluster: Cluster): readonly ClusterNode[] {
  return cluster.find(ROLE).filter(hasAddress).slice(0, KEEPERS)
}

function resources({ options, node, cluster }: RoleContext<TimeOptions>): Resource[] {
  const chrony = debianPackage({ name: 'chrony', program: '/usr/sbin/chronyd' })
  const keepers = keepersOf(cluster)
  const config = file({
    path: '/etc/chrony/chrony.conf',
    content: chronyConf({
      servers: options.servers,
      nodes: keepers.filter(({ name }) => name !== node.name).map(({ address }) => address),
      isKeeper: keepers.includes(node),
      clients: [...cluster.nodes.filter(hasAddress).map(({ address }) => address), ...options.clients],
    }),
    validate: ['chronyd', '-p', '-f', '{}'],
    needs: [addressOf(chrony)],
  })
  const start = startOptions(node.sharesKernel)
  const running = service({
    name: 'chrony',
    restartOn: [addressOf(chrony), addressOf(config), ...start.slice(0, -1).map(addressOf)],
    needs: [addressOf(config)],
  })
  return [
    ...accountOfPackage('_chrony', '/var/lib/chrony'),
    debianPackage({ name: 'systemd-timesyncd', state: 'absent' }),
    chrony,
    config,
    ...start,
    running,
    ...waiting(options, addressOf(running)),
    ...stamp(addressOf(chrony), addressOf(running)),
  ]
}

/** Where the clock is the computer's, chrony follows its sources and touches no clock (-x). */
function startOptions(isShared: boolean): Resource[] {
  const folder = '/etc/systemd/system/chrony.service.d'
  const words = file({ path: '/etc/default/chrony', content: `DAEMON_OPTS="-F 1${isShared ? ' -x' : ''}"\n` })
  if (!isShared) return [words]
  return [
    words,
    file({ path: `${folder}/50-bramble.conf`, content: '[Unit]\nConditionCapability=\n' }),
    directory({ path: folder }),
  ]
}

/** Holds `time-sync.target` back, behind which whoever looks at certificates starts (systemd.special(7)). */
function waiting({ wait_seconds: seconds }: TimeOptions, needs: LocalAddress): Resource[] {
  if (seconds === 0) return []
  const text = unit({
    name: WAIT,
    content: `[Unit]
Description=Waits until the clock is right
After=chrony.service
Requires=chrony.service
Before=time-sync.target
Wants=time-sync.target

[Service]
Type=oneshot
RemainAfterExit=yes
# Until less than a tenth of a second is missing: so many tries, one a second, and then it goes on without (status 1).
ExecStart=/usr/bin/chronyc -n waitsync ${seconds} 0.1 0 1
SuccessExitStatus=1
TimeoutStartSec=${2 * seconds + 30}

[Install]
WantedBy=multi-user.target
`,
    needs: [needs],
  })
  // It has done its work when the node is up: nobody starts it anew.
  return [text, service({ name: WAIT, state: 'leave', needs: [addressOf(text)] })]
}

/** A clock that is right leaves its mark, so that the next start is not before it, however long the power was away. */
function stamp(chrony: LocalAddress, running: LocalAddress): Resource[] {
  const mark = file({ path: STAMP, content: '' })
  const work = unit({
    name: 'bramble-time-stamp.service',
    content: `[Unit]
Description=Keeps the last known time

[Service]
Type=oneshot
# Only a clock that is right.
ExecCondition=/usr/bin/chronyc -n waitsync 1
ExecStart=/usr/bin/touch ${STAMP}
`,
    needs: [chrony, addressOf(mark)],
  })
  const timer = unit({
    name: 'bramble-time-stamp.timer',
    content: `[Unit]
Description=Keeps the last known time

[Timer]
OnActiveSec=1min
OnUnitActiveSec=15min

[Install]
WantedBy=timers.target
`,
    needs: [addressOf(work)],
  })
  return [
    mark,
    work,
    timer,
    service({ name: 'bramble-time-stamp.timer', restartOn: [addressOf(timer)], needs: [running] }),
  ]
}

/** chrony from Debian, in place of systemd-timesyncd, which can serve nobody. Its own parser reads the configuration before it goes live. */
const time = defineRole({
  name: ROLE,
  summary:
    'The right time: from addresses and not only names, from other nodes when cut off, and served to the house.',
  options: timeOptions,
  findings: ({ options }) =>
    needsNames(options)
      ? [
          {
            diagnostic: timeCodes.TIME_NEEDS_NAMES({ servers: options.servers.join(', ') }),
            option: 'servers',
          },
        ]
      : [],
  provides: ({ options }) => [
    {
      name: ROLE,
      ports: [{ port: 123, protocol: 'udp' }],
      // chrony itself answers nobody who is not named.
      to: options.clients.length > 0 ? 'everyone' : 'cluster',
    },
  ],
  resources,
  gates: ({ node }) => [clockGate(node.name)],
})

export default time
