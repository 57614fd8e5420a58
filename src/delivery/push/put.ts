/** Puts a small text onto a node as root, over SSH alone: for engines that are mended by a file. */
import type { PushRun } from './contract.ts'
import { talk } from './conversation.ts'
import { ProgramReader } from './program-reader.ts'
import { talkFailure } from './push-failure.ts'
import { SCRIPTS } from './scripts.ts'

const SILENCE_SECONDS = 60

/** Writes one line into a file that everybody may read; whatever was there is replaced. Rejects with a sentence when it cannot. */
export async function put(push: PushRun, node: string, path: string, text: string): Promise<void> {
  const reader = new ProgramReader({ node, resources: new Set() })
  const seen: { status?: number } = {}
  const end = await talk({
    push,
    node,
    script: SCRIPTS.put,
    args: [path, text],
    reader,
    silenceSeconds: push.silenceSeconds ?? SILENCE_SECONDS,
    onEvent: (event) => {
      if (event.type === 'ended') seen.status = event.status
    },
  })
  if (seen.status === 0) return
  if (seen.status !== undefined)
    throw new Error(`${path} on ${node} cannot be written: ${reader.noise.at(-1) ?? ''}`)
  throw new Error(talkFailure({ push, node, talk: end, reader, doing: `while ${path} was written` }).summary)
}
