/** Codes for the virtual twin of a cluster. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with the lab before anything is asked of it. */
export const labCodes = defineCodes({
  LAB_NOT_UP: code<{ cluster: string; nodes: readonly string[] }>({
    origin: 'lab',
    shownBy: 'src/api/connect.test.ts',
    title: 'A lab that is not up',
    summary: ({ cluster, nodes }) =>
      nodes.length === 0 ? `${cluster} has no lab` : `the lab of ${cluster} has no node ${nodes.join(', ')}`,
    why: '--lab acts on virtual nodes only; boards are never touched in their stead',
    fix: 'bramble lab up',
    explain:
      'With `--lab` every command acts on the virtual twin of the cluster. A node that was added to the cluster file since the last ' +
      '`bramble lab up` has no twin yet.',
  }),
  LAB_NOT_HERE: code<{
    folder: string
    isCluster: boolean
    labs: readonly { readonly cluster: string; readonly folder: string }[]
  }>({
    origin: 'lab',
    shownBy: 'src/cli/commands/lab.test.ts',
    title: 'A folder without a lab',
    summary: ({ folder, isCluster }) =>
      isCluster ? `the cluster in ${folder} has no lab` : `${folder} has no cluster file and no lab`,
    why: 'a lab belongs to the folder of its cluster file',
    fix: ({ isCluster, labs }) =>
      [
        ...(isCluster ? ['bramble lab up'] : []),
        ...labs.map(({ cluster, folder }) => `for the lab of ${cluster}:  bramble -C ${folder} lab …`),
        ...(!isCluster && labs.length === 0
          ? ['cd to the folder of your cluster file; there is no lab on this computer']
          : []),
      ].join('\n'),
    explain:
      '`bramble lab list` lists the labs of this computer with their folders; `-C FOLDER` acts on the cluster of another folder. ' +
      '`bramble lab down` in a folder whose cluster has no lab is done at once.',
  }),
})
