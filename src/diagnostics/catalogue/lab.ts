/** Codes for the virtual twin of a cluster. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with the lab before anything is asked of it. */
export const labCodes = defineCodes({
  LAB_NOT_UP: code<{ cluster: string; nodes: readonly string[] }>({
    origin: 'lab',
    shownBy: 'src/cluster/connect.test.ts',
    title: 'A lab that is not up',
    summary: ({ cluster, nodes }) =>
      nodes.length === 0 ? `${cluster} has no lab` : `the lab of ${cluster} has no node ${nodes.join(', ')}`,
    why: '--lab acts on virtual nodes only; boards are never touched in their stead',
    fix: 'bramble lab up',
    explain:
      'With `--lab` every command acts on the virtual twin of the cluster. A node that was added to the cluster file since the last ' +
      '`bramble lab up` has no twin yet.',
  }),
})
