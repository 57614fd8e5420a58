/** A program on a node that is started already and waits for a word: nothing but the program itself lies between the word and what it does. */
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { NodeLink } from '../../engines/contract.ts'

/** When the word does not come before the stream ends, the program is not run. Its words come as arguments: no shell reads them. */
const WAITS = 'echo ready && read -r word && exec "$@"'

/** A program on its mark. */
export interface OnItsMark {
  /** Says the word, and resolves when the program has come through. Rejects with what it says when it does not. */
  go(): Promise<void>
  /** Lets it end without having run; does nothing after `go`. */
  dismiss(): void
}

/** Starts it; resolves when it waits. Logging in and becoming root is over then, which takes a slow board a while. */
export async function onItsMark(link: NodeLink, node: string, argv: readonly string[]): Promise<OnItsMark> {
  const stream = await link.connect(node, { program: ['sh', '-c', WAITS, 'sh', ...argv] })
  await once(stream, 'data')
  return {
    go: async () => {
      stream.end('go\n')
      await text(stream)
    },
    dismiss: () => void stream.destroy(),
  }
}
