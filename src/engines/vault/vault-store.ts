/** What belongs to the cluster: that Vault has begun, and that every server is open and one of the group. */
import { poll } from '../../support/poll.ts'
import type {
  ClusterDifference,
  ClusterOutcome,
  ClusterStore,
  Handover,
  NodeLink,
  StoreLook,
  Unseen,
} from '../contract.ts'
import { carryOut, inStages, shelfFound } from '../steps/carry-out.ts'
import { NOTHING_OWNED } from '../steps/owned.ts'
import { isStep, isUnseen, type Found } from '../steps/step.ts'
import { withApi, type VaultApi } from './api.ts'
import { activeAmong, askServers, peerOn, type ServerLook } from './ask-server.ts'
import { auditShelf, auditSize } from './audit.ts'
import { begin, BEGINNING_ADDRESS } from './begin.ts'
import { bringIn, unseal, type Servers } from './bring-in.ts'
import { ENGINE, UNIT } from './names.ts'
import { hasReturned } from './returned.ts'
import type { VaultNode } from './setup.ts'

/** How long a server may take from its first word until it votes. */
const JOIN_SECONDS = 180
const ELECTION_SECONDS = 60

const addressOf = (node: string): string => `vault-server:${node}`

/** The store of the servers. */
export function vaultStore(servers: Servers): ClusterStore {
  const names = servers.group.servers.map(({ name }) => name)
  return {
    name: ENGINE,
    members: names,
    size: names.length + auditSize(servers.group.options.audit),
    runsAs: `service:${UNIT}`,
    whole: async () => [
      ...names.map((node) => difference(node, 'create', 'a server of a new Vault')),
      ...(await audits(servers)).filter(isStep).map((step) => step.difference),
    ],
    check: (link, node) => check(servers, link, node),
    // What is sealed serves nobody: it is opened before any server changes, so that the group can be asked who may be spared.
    prepare: async (link, _, done) => {
      await openSealed(servers, link, done)
      return undefined
    },
    grow: (link, _, done) => takeIn(servers, link, done),
    converge: (link, _, done, handover) => converge(servers, link, done, handover),
  }
}

function difference(node: string, action: 'create' | 'update', reason: string): ClusterDifference {
  return { address: addressOf(node), action, reason, differences: [] }
}

async function check(servers: Servers, link: NodeLink, node: string): Promise<StoreLook> {
  const { group, nodes, access } = servers
  const looks = await askServers(link, group.servers, nodes, access)
  const own = looks.find((look) => look.node === node)
  if (own?.state === 'silent') throw new Error(own.problem)
  const active = activeAmong(looks)
  const isNew = looks.every(({ state }) => state === 'new' || state === 'silent')
  const keys = access.keys()
  const hasBegun = looks.find(({ state }) => state !== 'new' && state !== 'silent')
  const found = group.servers.map((server, index) => wish(server, looks[index] as ServerLook, active, isNew))
  const lost: ClusterDifference[] =
    hasBegun !== undefined && keys.rootToken === undefined
      ? [
          {
            address: BEGINNING_ADDRESS,
            action: 'update',
            reason: `${hasBegun.node} has begun, and its keys are not kept: its answer is asked for once more`,
            differences: [],
          },
        ]
      : []
  const audit = active?.raft === undefined ? [] : await auditsThrough(servers, link, active.node)
  return {
    differences: [
      ...lost,
      ...found.flatMap((one) => (one !== undefined && 'action' in one ? [one] : [])),
      ...audit.filter(isStep).map((step) => step.difference),
    ],
    unseen: [
      ...found.flatMap((one) => (one !== undefined && !('action' in one) ? [one] : [])),
      ...audit.filter(isUnseen),
    ],
  }
}

/** What is to be done about one server; undefined where nothing is. */
function wish(
  server: VaultNode,
  look: ServerLook,
  active: ServerLook | undefined,
  isNew: boolean,
): ClusterDifference | Unseen | undefined {
  const { name } = server
  switch (look.state) {
    case 'silent':
      // Nothing is there yet, and nobody counts it: it is still to be made.
      return !look.listens && (isNew || (active !== undefined && peerOn(active, server) === undefined))
        ? difference(name, 'create', 'it is to be one of the servers')
        : { address: addressOf(name), problem: `${name}: ${look.problem}` }
    case 'new':
      return difference(
        name,
        'create',
        isNew ? 'a server of a new Vault' : 'it is not one of the servers yet',
      )
    case 'sealed':
      return difference(name, 'update', 'it is sealed, as after every start')
    case 'removed':
      return { address: addressOf(name), problem: `${name} was taken out of the group, and has its old data` }
    default:
      return undefined
  }
}

type Done = (outcome: ClusterOutcome) => void

async function converge(servers: Servers, link: NodeLink, done: Done, handover: Handover): Promise<void> {
  const failed = await begin(servers, link, handover)
  if (failed !== undefined) done(failed)
  await openSealed(servers, link, done)
  if (failed !== undefined) return
  await takeIn(servers, link, done)
  await writeDown(servers, link, done)
}

/** What differs among the audit devices; without an API, all of them. */
function audits({ group }: Servers, api?: VaultApi): Promise<readonly Found<VaultApi>[]> {
  const shelf = auditShelf(group.options.audit)
  return api === undefined ? shelf.steps(undefined, NOTHING_OWNED) : shelfFound(shelf, api, NOTHING_OWNED)
}

function auditsThrough(servers: Servers, link: NodeLink, node: string): Promise<readonly Found<VaultApi>[]> {
  return withApi(link, node, servers.access, (api) => audits(servers, api))
}

/** Sees to it that what is asked is written down. */
async function writeDown(servers: Servers, link: NodeLink, done: Done): Promise<void> {
  const { group, nodes, access } = servers
  await untilLed(servers, link)
  const active = activeAmong(await askServers(link, group.servers, nodes, access))
  if (active === undefined) throw new Error('no server is active')
  await withApi(link, active.node, access, async (api) => {
    const found = await audits(servers, api)
    for (const { address, problem } of found.filter(isUnseen))
      done({ address, action: 'update', failure: problem })
    for (const step of inStages(found.filter(isStep))) done(await carryOut(api, step, {}))
  })
}

/** Opens every server that is sealed. */
async function openSealed({ group, nodes, access }: Servers, link: NodeLink, done: Done): Promise<void> {
  for (const { node, state } of await askServers(link, group.servers, nodes, access)) {
    if (state !== 'sealed') continue
    const { passed, detail } = await unseal({ group, access }, link, node)
    done({ address: addressOf(node), action: 'update', ...(!passed && { failure: detail }) })
  }
}

/** Lets new servers join, one after the other: each votes and has all that was written before the next one begins. */
async function takeIn(servers: Servers, link: NodeLink, done: Done): Promise<void> {
  const { group, nodes, access } = servers
  const looks = await askServers(link, group.servers, nodes, access)
  const joining = group.servers.filter((_, index) => looks[index]?.state === 'new')
  const silent = looks.filter(({ state }) => state === 'silent')
  if (joining.length > 0) await untilLed(servers, link)
  for (const server of joining) {
    const proof = { node: server.name, since: new Date(), marks: new Map() }
    await poll(() => bringIn(servers, link, server), { patienceSeconds: JOIN_SECONDS })
    const { passed, detail } = await poll(() => hasReturned(servers, link, proof), {
      patienceSeconds: JOIN_SECONDS,
    })
    done({ address: addressOf(server.name), action: 'create', ...(!passed && { failure: detail }) })
    if (!passed) return
  }
  if (silent.length > 0) throw new Error(silent.map(({ node, problem }) => `${node}: ${problem}`).join('; '))
}

/** There is somebody to join. */
async function untilLed({ group, nodes, access }: Servers, link: NodeLink): Promise<void> {
  const { passed } = await poll(
    async () => {
      const active = activeAmong(await askServers(link, group.servers, nodes, access))
      return { passed: active?.raft !== undefined, detail: 'no server is active' }
    },
    { patienceSeconds: ELECTION_SECONDS },
  )
  if (!passed) throw new Error('no server is active whom others could join')
}
