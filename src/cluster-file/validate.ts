/** The rules between keys of the cluster file that need no facts of live nodes. */
import type { Rule } from './rules/rule.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Positions } from './positions.ts'
import { boardsFit } from './rules/boards.ts'
import { domainIsOwned } from './rules/domain.ts'
import { groupsEnd } from './rules/groups.ts'
import { identitiesDiffer } from './rules/identities.ts'
import { jumpsArrive } from './rules/jumps.ts'
import { namesAreLabels } from './rules/names.ts'
import { namesExist } from './rules/references.ts'
import { servicesRun } from './rules/services.ts'
import type { ClusterFile } from './schema.ts'

const RULES: readonly Rule[] = [
  namesAreLabels,
  namesExist,
  identitiesDiffer,
  jumpsArrive,
  groupsEnd,
  domainIsOwned,
  boardsFit,
  servicesRun,
]

/** Applies every rule to a file that fits the schema. */
export function validateClusterFile(file: ClusterFile, positions: Positions): readonly Diagnostic[] {
  return RULES.flatMap((rule) => rule(file, positions))
}
