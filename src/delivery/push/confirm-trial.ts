/** Confirms over a new connection that a node can still be reached, so that it keeps a change that could have cut us off. */
import { setTimeout as delay } from 'node:timers/promises'
import type { PushRun } from './contract.ts'
import { talk } from './conversation.ts'
import { ProgramReader } from './program-reader.ts'
import { talkFailure } from './push-failure.ts'
import { SCRIPTS } from './scripts.ts'

const PAUSE_MILLISECONDS = 1000
const SILENCE_SECONDS = 10

/**
 * Tries until the node has heard it, the time is up, or `over` says that it does not matter any more. Whether it was in
 * time is told by the program's own events. `failed` is told why an attempt came to nothing.
 */
export async function confirmTrial(
  push: PushRun,
  node: string,
  seconds: number,
  over: () => boolean,
  failed: (why: string) => void,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  const reader = new ProgramReader({ node, resources: new Set() })
  const heard = { confirmed: false }
  while (!heard.confirmed && !over() && Date.now() < deadline && push.signal?.aborted !== true) {
    reader.reconnect()
    const end = await talk({
      push,
      node,
      script: SCRIPTS.confirm,
      args: [],
      reader,
      silenceSeconds: SILENCE_SECONDS,
      onEvent: ({ type }) => {
        heard.confirmed ||= type === 'confirmed'
      },
    })
    if (heard.confirmed) return
    failed(
      talkFailure({ push, node, talk: end, reader, doing: 'while it was asked to keep the change' }).summary,
    )
    await delay(PAUSE_MILLISECONDS)
  }
}
