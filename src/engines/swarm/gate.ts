/** Whether a node has its place in the swarm, by its own word. */
import type { Gate } from '../contract.ts'
import { withDocker } from '../docker/docker-api.ts'
import { localState } from './swarm-api.ts'

const PATIENCE_SECONDS = 120

/** Asks the node. */
export function swarmGate(node: string, role: 'manager' | 'worker'): Gate {
  return {
    name: 'swarm',
    node,
    engine: 'swarm',
    patienceSeconds: PATIENCE_SECONDS,
    ask: (link) =>
      withDocker(link, node, async (api) => {
        const { LocalNodeState, ControlAvailable, Error: problem } = await localState(api)
        if (problem !== '') return { passed: false, detail: problem }
        const passed = LocalNodeState === 'active' && ControlAvailable === (role === 'manager')
        const part = ControlAvailable ? 'manager' : 'worker'
        return {
          passed,
          detail: LocalNodeState === 'active' ? `it is a ${part}` : `it is ${LocalNodeState || 'not asked'}`,
        }
      }),
  }
}
