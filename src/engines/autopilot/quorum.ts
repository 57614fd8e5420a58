/** How a group of servers stands, for people, by autopilot's opinion. */
import { counted } from './counted.ts'
import type { HealthReply } from './replies.ts'

/** What is wrong with it. Autopilot calls a group healthy whose servers do not all vote yet: then it can lose fewer than it was made for. */
export function quorumProblems(servers: readonly string[], { Servers, Healthy }: HealthReply): string[] {
  const silent = servers.filter((node) => !Servers.some(({ Name, Voter }) => Name === node && Voter))
  // One that was taken away is among them for a moment, and has lost its name.
  const sick = Servers.filter((server) => !server.Healthy).map(
    ({ Name, Address }) => Name || `a server at ${Address} that is no member any more`,
  )
  return [
    ...(Servers.some(({ Leader }) => Leader) ? [] : ['no server leads']),
    ...silent.map((node) => `${node} does not vote`),
    ...sick.map((node) => `${node} is no healthy server`),
    ...(!Healthy && sick.length === 0 ? ['autopilot does not find the servers healthy'] : []),
  ]
}

/** In one sentence. */
export function quorumDetail({ Servers, FailureTolerance }: HealthReply): string {
  const leader = Servers.find(({ Leader }) => Leader)?.Name
  const voters = Servers.filter(({ Voter }) => Voter).length
  const led = leader === undefined ? 'no leader' : `${counted(voters, 'voter')}, led by ${leader}`
  return `${led}; ${counted(FailureTolerance, 'server')} may be lost`
}
