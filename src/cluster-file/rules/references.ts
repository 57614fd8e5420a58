/** Names in `on`, `of`, groups and the lab have to be nodes or groups. */
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import type { KeyPath, Positions } from '../positions.ts'
import type { ClusterFile } from '../schema.ts'
import type { Selection } from '../selection-schema.ts'
import type { Rule } from './rule.ts'

/** One place where nodes are chosen. */
interface Use {
  readonly selection: Selection
  readonly path: KeyPath
  /** `rest` means the nodes without a rival role, which only a role has. */
  readonly restAllowed: boolean
}

/** Words with which people mean every node. */
const MEANS_ALL = /^(?:yes|true|every|everywhere|everything|any|nodes|\*)$/i

/** Every name that chooses nodes exists. */
export const namesExist: Rule = (file, positions) => {
  const known = new Set([...Object.keys(file.nodes), ...Object.keys(file.groups), 'all'])
  return uses(file).flatMap(({ selection, path, restAllowed }) => {
    const names = Array.isArray(selection) ? selection : (selection.of ?? [])
    const place = Array.isArray(selection) ? path : [...path, 'of']
    return names.flatMap((name, index) => {
      if (known.has(name) || (restAllowed && name === 'rest')) return []
      return [unknownName(name, known, [...place, index], positions)]
    })
  })
}

function uses(file: ClusterFile): readonly Use[] {
  const roles = Object.values(file.roles)
    .flat()
    .map(({ on, path }) => ({ selection: on, path: [...path, 'on'], restAllowed: true }))
  const groups = Object.entries(file.groups).map(([name, selection]) => ({
    selection,
    path: ['groups', name],
    restAllowed: false,
  }))
  const services = Object.entries(file.services).flatMap(([name, { on }]) =>
    on === undefined ? [] : [{ selection: on, path: ['services', name, 'on'], restAllowed: false }],
  )
  const emulate = file.lab?.emulate
  const emulated =
    emulate === undefined ? [] : [{ selection: emulate, path: ['lab', 'emulate'], restAllowed: false }]
  return [...groups, ...roles, ...services, ...emulated]
}

function unknownName(name: string, known: Iterable<string>, path: KeyPath, positions: Positions): Diagnostic {
  const near = MEANS_ALL.test(name) ? 'all' : didYouMean(name, known)
  return clusterCodes.UNKNOWN_NAME({ name, near }, { where: positions.of(path) })
}
