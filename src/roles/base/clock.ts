/** Where a node has the right time from: a board without a clock must not look at certificates before it has it. */
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { BaseOptions } from './options.ts'

/** Who else keeps a clock: two of them pull it to and fro. Their packages stand against each other, what was built by hand does not. */
const OTHERS = ['chrony', 'ntpsec', 'ntp', 'openntpd']

const WAIT = 'systemd-time-wait-sync.service'

/** A drop-in in a folder of its own; it sorts behind those of distributions, whose values it replaces. */
function dropIn(folder: string, content: string): [folder: Resource, file: Resource] {
  return [directory({ path: folder }), file({ path: `${folder}/90-bramble.conf`, content })]
}

const TIME_PORT = 123

/** Whether another role keeps the clock of a node: who gives the time to others has to have it. */
export function isKeptByOther(node: string, cluster: Pick<Cluster, 'provided'>): boolean {
  return cluster
    .provided()
    .some(
      (one) =>
        one.node === node && one.ports.some(({ port, protocol }) => port === TIME_PORT && protocol === 'udp'),
    )
}

/**
 * systemd-timesyncd, and the unit that holds `time-sync.target` back until the clock is right. Services that look at
 * certificates start after that target (systemd.special(7)); without a time server they start after `wait_seconds`.
 */
export function clock({ sync, servers, wait_seconds }: BaseOptions['time'], isShared: boolean): Resource[] {
  if (!sync) return []
  const config =
    servers.length === 0 ? [] : dropIn('/etc/systemd/timesyncd.conf.d', `[Time]\nNTP=${servers.join(' ')}\n`)
  const wait =
    wait_seconds === 0
      ? []
      : dropIn(`/etc/systemd/system/${WAIT}.d`, `[Service]\nTimeoutStartSec=${wait_seconds}\n`)
  // A clock that is the computer's is set by the computer, and both units refuse to start in a container (ConditionVirtualization).
  const state = isShared ? 'leave' : 'running'
  const daemon = service({
    name: 'systemd-timesyncd',
    state,
    restartOn: config.slice(1).map(addressOf),
    needs: ['package:systemd-timesyncd'],
  })
  const others = OTHERS.map((name) => service({ name, enabled: 'no', state: 'stopped' }))
  if (wait_seconds === 0) return [...config, ...others, daemon]
  // It counts at boot. Now it would hold the apply up where there is no time server, and fail it.
  const atBoot = service({ name: WAIT, state: 'leave', needs: [...wait, daemon].map(addressOf) })
  return [...config, ...wait, ...others, daemon, atBoot]
}
