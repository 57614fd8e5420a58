/** How the servers are right now: for `bramble status`. */
import { counted } from '../autopilot/counted.ts'
import { quorumProblems } from '../autopilot/quorum.ts'
import type { HealthReply } from '../autopilot/replies.ts'
import type { EngineProbe, EngineStatus, NodeLink } from '../contract.ts'
import { activeAmong, askServers, type ServerLook } from './ask-server.ts'
import { lostKeys, waitsForBackup } from './begin.ts'
import type { Servers } from './bring-in.ts'
import { ENGINE, UNIT } from './names.ts'

/** The servers as each of them and the active one say. */
export function vaultProbe(servers: Servers): EngineProbe {
  return {
    name: ENGINE,
    members: servers.group.servers.map(({ name }) => name),
    units: { server: UNIT },
    ask: (link, node) => askStatus(servers, link, node),
  }
}

async function askStatus(servers: Servers, link: NodeLink, node: string): Promise<EngineStatus> {
  const { group, nodes, access } = servers
  const looks = await askServers(link, group.servers, nodes, access)
  const own = looks.find((look) => look.node === node)
  if (own === undefined || own.state === 'silent') {
    throw new Error(`Vault on ${node} cannot be asked: ${own?.problem ?? 'it is to be no server'}`)
  }
  const keptKeys = access.keys().rootToken !== undefined
  const waits = waitsForBackup(looks, servers)
  return statusOf(looks, {
    ...(!keptKeys && { lost: group.options.generation }),
    ...(waits !== undefined && { waits }),
    votes: access.members === undefined,
  })
}

/** What is known beside the looks. */
export interface StatusAside {
  /** The generation whose keys are not kept. */
  readonly lost?: number
  /** What to do when keys are kept and nobody has begun. */
  readonly waits?: string
  /** Whether the servers have a consensus of their own. */
  readonly votes: boolean
}

/** From what was said to one statement. */
export function statusOf(looks: readonly ServerLook[], { lost, waits, votes }: StatusAside): EngineStatus {
  const active = activeAmong(looks)
  const begun = looks.find(({ state }) => state !== 'new' && state !== 'silent')
  const problems = [
    ...(lost !== undefined && begun !== undefined ? [lostKeys(begun.node, lost)] : []),
    ...(waits === undefined ? looks.flatMap(problemOf) : [waits]),
    ...(active?.health === undefined ? [] : quorumProblems(...ofThoseThatServe(looks, active.health))),
    ...(active === undefined && begun !== undefined ? ['no server is active: nobody gets an answer'] : []),
  ]
  const unknown =
    votes && active !== undefined && active.health === undefined
      ? [`who votes: ${active.problem || 'nobody says'}`]
      : []
  const open = looks.filter(serves).length
  return {
    name: ENGINE,
    healthy: problems.length === 0 && unknown.length === 0,
    detail: `${open} of ${counted(looks.length, 'server')} open, ${active === undefined ? 'none active' : `${active.node} active`}`,
    problems: [...new Set(problems)],
    unknown,
    ...(active !== undefined && { leader: active.node }),
    members: looks.map((look) => ({
      node: look.node,
      role: 'server',
      state: look.state,
      version: look.version,
      ...(active?.health && {
        voter: active.health.Servers.some(({ Name, Voter }) => Name === look.node && Voter),
        leader: look.state === 'active',
      }),
    })),
    failingChecks: [],
  }
}

/** Whoever does not serve has been named. */
function ofThoseThatServe(
  looks: readonly ServerLook[],
  { FailureTolerance, Servers }: HealthReply,
): [readonly string[], HealthReply] {
  const named = looks.filter((look) => !serves(look)).map(({ node }) => node)
  const rest = Servers.filter(({ Name }) => !named.includes(Name))
  const isWell = rest.every(({ Healthy }) => Healthy)
  return [looks.filter(serves).map(({ node }) => node), { FailureTolerance, Servers: rest, Healthy: isWell }]
}

const serves = ({ state }: ServerLook): boolean => state === 'active' || state === 'standby'

function problemOf({ node, state, problem }: ServerLook): string[] {
  switch (state) {
    case 'silent':
      return [`${node} does not answer: ${problem}`]
    case 'new':
      return [`${node} is not one of the servers yet: bramble apply takes it in`]
    case 'sealed':
      return [`${node} is sealed: bramble apply opens it`]
    case 'removed':
      return [`${node} was taken out of the group: bramble apply sets its data aside and takes it in anew`]
    case 'cut-off':
      return [`${node} does not reach the server that is active`]
    default:
      return []
  }
}
