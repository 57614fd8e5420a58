/** Groups may contain groups, but none itself. */
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import { loopsIn } from '../loops.ts'
import type { Rule } from './rule.ts'

/** No group contains itself, directly or through others. */
export const groupsEnd: Rule = (file, positions) => {
  const contained = (group: string): readonly string[] => {
    const selection = Object.hasOwn(file.groups, group) ? (file.groups[group] ?? []) : []
    return Array.isArray(selection) ? selection : (selection.of ?? [])
  }
  return loopsIn(Object.keys(file.groups), contained).map((groups) => {
    const [first = '', ...others] = groups
    const also = others.map((group) => ({ place: positions.ofKey(['groups', group]), note: group }))
    return clusterCodes.GROUP_LOOP({ groups }, { where: positions.ofKey(['groups', first]), also })
  })
}
