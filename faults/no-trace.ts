/** Every role comes and goes: what is left of them on the nodes? */
import { brambleOrThrow } from '../bench/built.ts'
import { ScratchCluster } from '../bench/scratch-lab.ts'
import { trialOf, type Experiment } from './fault.ts'
import { differencesBetween, nodeState, type NodeState } from './node-state.ts'
import { PAIR, pairFile } from './pair.ts'

const NAME = 'faults-no-trace'

/** Applies every role to nodes that have none, takes all of them away, and compares the nodes with what they were. */
export const noTrace: Experiment = async (_options, tell, say) => {
  const cluster = await ScratchCluster.ofText(NAME, pairFile(NAME))
  say('bringing up two nodes')
  await cluster.up()
  const before = new Map<string, NodeState>()
  for (const node of PAIR) before.set(node, await nodeState(cluster, node))
  say('applying')
  await brambleOrThrow(cluster.folder, '--lab', 'apply', '--yes')
  await cluster.edit(() => pairFile(NAME, false))
  say('taking it away')
  await brambleOrThrow(cluster.folder, '--lab', 'apply', '--yes')
  for (const node of PAIR) {
    const left = differencesBetween(before.get(node) ?? [], await nodeState(cluster, node))
    tell(trialOf('what leaves the cluster file leaves no trace but logs', node, left))
  }
}
