/** Whether a server that was restarted takes part again, by autopilot's opinion of it. */
import { addressBeforePort } from './address-text.ts'
import { counted } from './counted.ts'
import type { HealthReply } from './replies.ts'

/** An answer for the rollout. */
export interface Verdict {
  readonly passed: boolean
  readonly detail: string
}

/** A server, and the address that the others must see; left out where nobody knows it beforehand. */
export interface Expected {
  readonly name: string
  readonly address?: string | undefined
}

const not = (detail: string): Verdict => ({ passed: false, detail })

/** Judges autopilot's opinion of a server that was restarted. `mark` is the index that the server must have reached. */
export function judge(health: HealthReply, server: Expected, mark: number): Verdict {
  const seen = health.Servers.find(({ Name }) => Name === server.name)
  if (seen === undefined) return not(`${server.name} is not among the servers`)
  if (!seen.Voter) return not(`${server.name} is no voter yet`)
  if (!seen.Healthy) return not(`${server.name} is not healthy yet (${seen.SerfStatus})`)
  if (seen.LastIndex < mark) return not(`nothing is known of ${server.name} since its restart`)
  const { address } = server
  if (address !== undefined && !seen.Address.startsWith(`${addressBeforePort(address)}:`)) {
    return not(`${server.name} is known at ${seen.Address} instead of ${address}`)
  }
  // Who is gone for good is not waited for: the guard before the next step counts it.
  const behind = health.Servers.filter(({ Healthy, SerfStatus }) => !Healthy && SerfStatus === 'alive')
  if (behind.length > 0) return not(`${behind.map(({ Name }) => Name).join(', ')} not healthy yet`)
  const voters = health.Servers.filter(({ Voter }) => Voter).length
  return {
    passed: true,
    detail: `${server.name} is one of ${counted(voters, 'voter')} and has all that was written`,
  }
}
