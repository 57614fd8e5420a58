/** Runs one command as root on a node, beside every program: a restart, the last lines of a unit. */
import type { PushRun, Unreached } from './contract.ts'
import { talk } from './conversation.ts'
import { ProgramReader } from './program-reader.ts'
import { talkFailure } from './push-failure.ts'
import { SCRIPTS } from './scripts.ts'

/** A command that came to its end. */
export interface CommandEnd {
  readonly reached: true
  /** Exit status. */
  readonly status: number
  /** The last 20 lines of what it printed, harmless for a terminal. */
  readonly output: readonly string[]
}

const SILENCE_SECONDS = 60

/**
 * Runs the words as they are, through sudo as the node wants it, with or without a password. A command that takes the
 * connection down with it (a restart) gives a failure: whoever sends it knows what to make of that.
 */
export async function asRoot(
  push: PushRun,
  node: string,
  argv: readonly string[],
): Promise<CommandEnd | Unreached> {
  const reader = new ProgramReader({ node, resources: new Set() })
  const seen: { status?: number } = {}
  const end = await talk({
    push,
    node,
    script: SCRIPTS.command,
    args: argv,
    reader,
    silenceSeconds: push.silenceSeconds ?? SILENCE_SECONDS,
    onEvent: (event) => {
      if (event.type === 'ended') seen.status = event.status
    },
  })
  if (seen.status !== undefined) return { reached: true, status: seen.status, output: reader.noise }
  const failure = talkFailure({ push, node, talk: end, reader, doing: `while ${argv[0] ?? 'nothing'} ran` })
  return { reached: false, node, failure }
}
