/** Asks a program on a node for what it gives only once, so that nobody who is cut off loses it. */
import type { NodeLink } from '../../engines/contract.ts'
import { onceShell } from './once.generated.ts'

/** Where an answer stays on its node: in memory, so that it is never written to a card in the clear (tmpfs(5)). */
const FOLDER = '/run/bramble/answers'

/** The part of a link that asks once. `key` names the question: letters, digits and dashes. */
export function onceOver(run: NodeLink['run']): NonNullable<NodeLink['once']> {
  return {
    ask: (node, key, argv, input) => run(node, ['sh', '-c', onceShell, 'bramble', key, ...argv], input),
    forget: async (node, key) => {
      await run(node, ['rm', '-f', `${FOLDER}/${key}`])
    },
  }
}
