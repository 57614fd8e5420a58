/** The configuration of chrony, as text. Pure. What the words mean: chrony.conf(5). */
import { isIP } from 'node:net'

/** What one node is told. */
export interface Clock {
  /** Sources outside of the cluster, by address or name. */
  readonly servers: readonly string[]
  /** Addresses of other nodes that are asked, too. */
  readonly nodes: readonly string[]
  /** Whether it gives time to the others when nobody has any from outside. */
  readonly isKeeper: boolean
  /** Addresses and ranges that may ask. */
  readonly clients: readonly string[]
}

/** Behind everybody who has the time from outside: an atomic clock is 0, the servers of the net are 1 to 4. */
export const ORPHAN_STRATUM = 10

/** The text of `/etc/chrony/chrony.conf`. It includes nothing, so what stands here is all that counts. */
export function chronyConf({ servers, nodes, isKeeper, clients }: Clock): string {
  const outside = servers.map((server) =>
    isIP(server) > 0 ? `server ${server} iburst` : `pool ${server} iburst maxsources 2`,
  )
  return `# Written by Bramble from the cluster file.
${[...outside, ...nodes.map((node) => `server ${node} iburst`)].join('\n')}
${
  isKeeper
    ? `# When no one has the time from outside, one of these nodes gives it to all, so that they agree.\nlocal stratum ${ORPHAN_STRATUM} orphan\n`
    : ''
}${clients.map((client) => `allow ${client}\n`).join('')}
# A board without a clock is weeks behind after a power cut, and what came from another such board may be, too: such a step is taken whenever it shows.
makestep 5 -1
rtcsync
driftfile /var/lib/chrony/chrony.drift
ntsdumpdir /var/lib/chrony
dumpdir /run/chrony
logdir /var/log/chrony
maxupdateskew 100
`
}
