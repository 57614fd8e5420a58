/** How the mesh stands: every node has its interface, and every two of them answer each other. */
import { askNodes, plainStatus } from '../../engines/ask-nodes.ts'
import type { EngineProbe, EngineStatus, NodeLink } from '../../engines/contract.ts'
import { limit } from '../../support/limit.ts'
import { reasonOf } from '../../support/reason.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { ADDRESSES, ROLE, unitOf } from './mesh.ts'
import type { WireguardOptions } from './options.ts'

/**
 * A session is refused when it is older (REJECT_AFTER_TIME, "WireGuard: Next Generation Kernel Network Tunnel", 6.1), so a tunnel in use has shaken
 * hands since. One that is not in use shakes hands only when something is sent.
 */
const FRESH_SECONDS = 180
/** A handshake is tried every five seconds (REKEY_TIMEOUT). */
const ANSWER_SECONDS = '7'
const AT_ONCE = 20

/** What is needed to ask. */
export interface TunnelParts {
  readonly options: Pick<WireguardOptions, 'interface'>
  readonly cluster: Cluster
}

/** One end of a mesh: when it has shaken hands with the owner of an address, in seconds since 1970 by its own clock; 0 for never. */
interface End {
  readonly node: string
  readonly now: number
  readonly handshakes: ReadonlyMap<string, number>
}

/** Asks all nodes of the mesh; tunnels over which nothing has gone for a while are tried with one packet. */
export function tunnelProbe(parts: TunnelParts): EngineProbe {
  return {
    name: ROLE,
    members: parts.cluster.find(ROLE).map(({ name }) => name),
    ask: (link) => ask(link, parts),
  }
}

async function ask(link: NodeLink, parts: TunnelParts): Promise<EngineStatus> {
  const { cluster, options } = parts
  const nodes = cluster.find(ROLE).map(({ name }) => name)
  const { answers, unknown } = await askNodes(nodes, (node) => endOf(link, node, options))
  const ends = answers.flatMap(({ answer }) => answer ?? [])
  const way = `type  bramble apply  or look at  systemctl status ${unitOf(options)}  on it`
  const missing = answers
    .filter(({ answer }) => answer === undefined)
    .map(({ node }) => `${node} has no ${options.interface} that works: ${way}`)
  const silent = await silentPairs(link, ends, parts)
  const pairs = (ends.length * (ends.length - 1)) / 2
  return plainStatus({
    name: ROLE,
    detail: `${ends.length} of ${nodes.length} nodes are on the mesh, ${pairs - silent.count} of ${pairs} tunnels answer`,
    problems: [...missing, ...silent.problems],
    unknown: [...unknown, ...silent.unknown],
  })
}

/** Undefined where there is no such interface, or nothing that moves its packets. Rejects when the node cannot be asked. */
async function endOf(
  link: NodeLink,
  node: string,
  { interface: name }: TunnelParts['options'],
): Promise<End | undefined> {
  const [clock, ips, times] = await Promise.all([
    link.run(node, ['date', '+%s']),
    link.run(node, ['wg', 'show', name, 'allowed-ips']),
    link.run(node, ['wg', 'show', name, 'latest-handshakes']),
  ])
  if (ips.code !== 0 || times.code !== 0) return undefined
  const seen = new Map(rowsOf(times.stdout).map(([key = '', time]) => [key, Number(time)]))
  return {
    node,
    now: Number(clock.stdout.toString().trim()),
    handshakes: new Map(
      rowsOf(ips.stdout).map(([key = '', range = '']) => [range.split('/')[0] ?? '', seen.get(key) ?? 0]),
    ),
  }
}

function rowsOf(printed: Buffer): string[][] {
  return printed
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/))
}

/** Pairs of which an end has not heard of the other lately, and that do not answer when they are called. */
async function silentPairs(
  link: NodeLink,
  ends: readonly End[],
  { cluster }: TunnelParts,
): Promise<{ readonly problems: string[]; readonly unknown: string[]; readonly count: number }> {
  const addresses = cluster.allocated(ADDRESSES)
  const age = (from: End, to: End): number => from.now - (from.handshakes.get(addresses[to.node] ?? '') ?? 0)
  const inOrder = cluster.nodes.flatMap(({ name }) => ends.filter(({ node }) => node === name))
  const pairs = inOrder.flatMap((one, index) =>
    inOrder.slice(index + 1).map((other) => [one, other] as const),
  )
  const old = pairs.filter(([one, other]) => Math.max(age(one, other), age(other, one)) > FRESH_SECONDS)
  const within = limit(AT_ONCE)
  const problems: string[] = []
  const unknown: string[] = []
  await Promise.all(
    old.map(([one, other]) =>
      within(async () => {
        const names = `${one.node} and ${other.node}`
        // An end that was started anew remembers nothing; what the other one remembers is no news.
        const [from, to] = age(one, other) >= age(other, one) ? [one, other] : [other, one]
        try {
          const call = ['ping', '-c', '1', '-W', ANSWER_SECONDS, addresses[other.node] ?? '']
          const { code, stderr } = await link.run(one.node, call)
          if (code === 126 || code === 127)
            unknown.push(`${names}: there is no ping on ${one.node} to try it with`)
          else if (code !== 0)
            problems.push(
              `${names} do not reach each other over the mesh: ${sinceOf(from, age(from, to), stderr)}`,
            )
        } catch (error) {
          unknown.push(`${names}: ${reasonOf(error)}`)
        }
      }),
    ),
  )
  return { problems, unknown, count: problems.length + unknown.length }
}

function sinceOf({ now }: End, seconds: number, said: string): string {
  const last =
    seconds >= now ? 'they never shook hands' : `they shook hands ${Math.round(seconds / 60)} minutes ago`
  return said.trim() === '' ? last : `${last} (${said.trim().split('\n')[0] ?? ''})`
}
