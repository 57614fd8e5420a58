/** Following `via` from a node has to end at a node that is reached directly. */
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { loopsIn } from '../loops.ts'
import type { Rule } from './rule.ts'

/** Every `via` names a node or a computer outside, and none leads back to where it started. */
export const jumpsArrive: Rule = (file, positions) => {
  const names = Object.keys(file.nodes)
  const unknown = Object.entries(file.nodes).flatMap(([node, { via }]) => {
    if (via === undefined || via.includes('@') || Object.hasOwn(file.nodes, via)) return []
    const where = positions.of(['nodes', node, 'via'])
    return [clusterCodes.UNKNOWN_JUMP({ name: via, near: didYouMean(via, names) }, { where })]
  })
  const next = (node: string): readonly string[] => {
    const via = Object.hasOwn(file.nodes, node) ? file.nodes[node]?.via : undefined
    return via === undefined ? [] : [via]
  }
  const loops = loopsIn(names, next).map((nodes) => {
    const [first = '', ...others] = nodes
    const also = others.map((node) => ({ place: positions.of(['nodes', node, 'via']), note: node }))
    return clusterCodes.JUMP_LOOP({ nodes }, { where: positions.of(['nodes', first, 'via']), also })
  })
  return [...unknown, ...loops]
}
