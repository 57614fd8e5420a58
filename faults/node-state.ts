/** What a node is, as lines that can be compared with those of another time. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { built, REPOSITORY } from '../bench/built.ts'
import type { ScratchCluster } from '../bench/scratch-lab.ts'

/** Lines of `node-state.sh`, sorted, each once. */
export type NodeState = readonly string[]

/** Looks at a node that has come to rest: tree, packages, accounts, units, processes, and what may never remain. */
export async function nodeState({ name, folder }: ScratchCluster, node: string): Promise<NodeState> {
  const input = await readFile(join(REPOSITORY, 'faults/node-state.sh'))
  const { labExec } = built.lab()
  const { code, stdout, stderr } = await labExec({ cluster: name, folder }, node, ['sh', '-s'], { input })
  if (code !== 0) throw new Error(`the state of ${node} cannot be read: ${stderr}`)
  return [...new Set(stdout.toString().split('\n'))].filter(Boolean).toSorted()
}

/** What one state has and the other has not, as `+` and `-`; and whatever remained that never may. */
export function differencesBetween(wanted: NodeState, found: NodeState): string[] {
  const [before, after] = [new Set(wanted), new Set(found)]
  const leftovers = found.filter((line) => line.startsWith('leftover ') || line.startsWith('audit '))
  return [
    ...leftovers,
    ...found.filter((line) => !before.has(line)).map((line) => `+ ${line}`),
    // What had failed before, at a boot of a busy computer, need not fail again.
    ...wanted.filter((line) => !after.has(line) && !line.startsWith('failed ')).map((line) => `- ${line}`),
  ]
}
