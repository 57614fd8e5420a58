/** Lets a node go that an apply has taken and does not converge after all. */
import type { Observation, PushRun } from './contract.ts'
import { talk } from './conversation.ts'
import { ProgramReader } from './program-reader.ts'
import { SCRIPTS } from './scripts.ts'

const SILENCE_SECONDS = 20

/**
 * Takes the lease and the kept program away from a node whose changes were not wanted. Does nothing when the node keeps
 * none; a node that cannot be reached lets go by itself after a quarter of an hour.
 */
export async function release(push: PushRun, observation: Observation): Promise<void> {
  const { node, keptProgram } = observation
  if (keptProgram === undefined) return
  const reader = new ProgramReader({ node, resources: new Set() })
  const silenceSeconds = SILENCE_SECONDS
  // Also after a run was stopped: giving back is what is left to do then.
  const { signal: _, ...unstoppable } = push
  await talk({
    push: unstoppable,
    node,
    script: SCRIPTS.release,
    args: [keptProgram],
    reader,
    silenceSeconds,
    onEvent: () => undefined,
  })
}
