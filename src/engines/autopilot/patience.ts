/** How long servers wait for each other before they elect another leader. */
import type { ClusterNode } from '../../topology/node.ts'

/** How patient the consensus must be with the slowest of its boards; 1 is for quick disks, 5 is what Consul's maker takes, 1 what Nomad's. */
export function raftMultiplierFor(servers: readonly Pick<ClusterNode, 'board'>[]): number {
  const patience = servers.map(({ board }) => RAFT_MULTIPLIERS[board.model] ?? SLOW)
  return Math.max(1, ...patience)
}

const SLOW = 5
/** By model: a Pi 3 and what is older writes to its card over one slow bus; a Pi 4 does better, a Pi 5 or a PC has a quick disk. */
const RAFT_MULTIPLIERS: Readonly<Record<string, number>> = {
  pc: 1,
  pi5: 2,
  pi500: 2,
  cm5: 2,
  pi4: 3,
  pi400: 3,
  cm4: 3,
}
