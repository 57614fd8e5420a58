/** The lease of a consensus group on one of its members: asked for, renewed or given back, in one short session. */
import type { DeliveryFailure } from '../transport/failure.ts'
import type { PushRun } from './contract.ts'
import { talk } from './conversation.ts'
import { ProgramReader } from './program-reader.ts'
import { talkFailure } from './push-failure.ts'
import { SCRIPTS } from './scripts.ts'

/** What a member answers. */
export type GroupLease =
  | { readonly kind: 'granted' }
  /** Another run has it. */
  | { readonly kind: 'held'; readonly run: string; readonly by: string; readonly sinceSeconds: number }
  /** The program of another run is at work on this member, whoever has the lease. */
  | { readonly kind: 'at-work'; readonly run: string }
  | { readonly kind: 'unreached'; readonly failure: DeliveryFailure }

/** What is wanted of a member. */
export interface GroupRequest {
  /** Name of the group: letters, digits and hyphens. */
  readonly group: string
  /** `take` also renews. */
  readonly wish: 'take' | 'give'
  /** For how long it is taken. */
  readonly seconds: number
}

const SILENCE_SECONDS = 20

/** Asks one member. Never rejects for what a node or a network does. */
export async function leaseGroup(push: PushRun, node: string, request: GroupRequest): Promise<GroupLease> {
  const { group, wish, seconds } = request
  const { signal, ...unstoppable } = push
  const isTaken = wish === 'take'
  const reader = new ProgramReader({ node, resources: new Set() })
  let answer: GroupLease | undefined
  const end = await talk({
    push: isTaken && signal ? push : unstoppable,
    node,
    script: SCRIPTS.group,
    args: [
      group,
      isTaken && push.takeOver === true ? 'over' : wish,
      String(seconds),
      (push.deadRuns ?? []).join(' '),
      push.by,
    ],
    reader,
    silenceSeconds: SILENCE_SECONDS,
    onEvent: (event) => {
      if (event.type === 'granted') answer = { kind: 'granted' }
      if (event.type === 'running') answer = { kind: 'at-work', run: event.run }
      if (event.type === 'busy') {
        const { run, by, sinceSeconds } = event
        answer = { kind: 'held', run, by, sinceSeconds }
      }
    },
  })
  const doing = 'while the lease of its group was asked for'
  return answer ?? { kind: 'unreached', failure: talkFailure({ push, node, talk: end, reader, doing }) }
}
