/** Follows the program of a run whose controller is dead to its end, without caring what it does. */
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { DeliveryFailure } from '../transport/failure.ts'
import type { PushRun } from './contract.ts'
import { EndOfProgram, rejoin } from './follow-program.ts'
import { ProgramReader } from './program-reader.ts'
import { talkFailure } from './push-failure.ts'

/** Resolves when the program is over; with a failure when the node was lost meanwhile. */
export async function joinRun(
  push: PushRun,
  node: string,
  run: string,
): Promise<DeliveryFailure | undefined> {
  const reader = new ProgramReader({ node, resources: { has: () => true } })
  const never = { code: 0, stderr: [] }
  const { lost } = await rejoin(
    { push: { ...push, run }, node, reader, onEvent: () => undefined },
    new EndOfProgram(),
    {
      end: never,
      ready: false,
      stopped: false,
      passwordGiven: false,
    },
  )
  if (!lost) return undefined
  if (lost.talk.stopped || reader.violation !== undefined) {
    return talkFailure({ push, node, talk: lost.talk, reader, doing: 'while an earlier run was followed' })
  }
  const reason = lost.talk.end.stderr.at(-1) ?? 'no answer'
  return deliveryCodes.CONNECTION_LOST({ node, seconds: lost.seconds, reason }, { where: { node } })
}
