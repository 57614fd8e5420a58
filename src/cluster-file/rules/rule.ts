/** What a rule between keys of the cluster file is. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Positions } from '../positions.ts'
import type { ClusterFile } from '../schema.ts'

/** One rule: looks at the whole file, names the places. */
export type Rule = (file: ClusterFile, positions: Positions) => readonly Diagnostic[]
