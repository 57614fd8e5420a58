/** What belongs to the cluster: that Vault has begun, and that every server is open and one of the group. */
import { poll } from '../../support/poll.ts'
import { ENGINE as CONSUL } from '../consul/names.ts'
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
import { isStep, isUnseen, type Found, type Step } from '../steps/step.ts'
import { withApi, type VaultApi } from './api.ts'
import { activeAmong, askServers, knowsGroup, peerOn, type ServerLook } from './ask-server.ts'
import { auditShelf, auditSize } from './audit.ts'
import { begin, BEGINNING_ADDRESS, newWithKeys, waitsForBackup } from './begin.ts'
import { bringIn, unseal, type Servers } from './bring-in.ts'
import { ENGINE, UNIT } from './names.ts'
import { hasReturned } from './returned.ts'
import { setAside } from './set-aside.ts'
import type { VaultNode } from './setup.ts'
import { convergeHeld, heldFound, heldSize, heldUnknown, wholeHeld, type HeldWishes } from './store/held.ts'

/** How long a server may take from its first word until it votes. */
const JOIN_SECONDS = 180
const ELECTION_SECONDS = 60

const addressOf = (node: string): string => `vault-server:${node}`

/** The servers, and what they are to hold. */
interface Wanted extends Servers {
  readonly held: HeldWishes
}

/** The store of the servers. */
export function vaultStore(servers: Wanted): ClusterStore {
  const names = servers.group.servers.map(({ name }) => name)
  return {
    name: ENGINE,
    ...(servers.group.options.storage === 'consul' && { after: [CONSUL] }),
    members: names,
    size: names.length + auditSize(servers.group.options.audit) + heldSize(servers.held),
    runsAs: `service:${UNIT}`,
    whole: async () => [
      ...waiting(newWithKeys(servers)),
      ...names.map((node) => difference(node, 'create', 'a server of a new Vault')),
      ...(await wholeOf(servers)).map((step) => step.difference),
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

async function check(servers: Wanted, link: NodeLink, node: string): Promise<StoreLook> {
  const { group, nodes, access } = servers
  const looks = await askServers(link, group.servers, nodes, access)
  const own = looks.find((look) => look.node === node)
  if (own?.state === 'silent') throw new Error(own.problem)
  const active = activeAmong(looks)
  const isNew = looks.every(({ state }) => state === 'new' || state === 'silent')
  const keys = access.keys()
  const hasBegun = looks.find(({ state }) => state !== 'new' && state !== 'silent')
  const isPeer = (server: VaultNode): boolean => active !== undefined && peerOn(active, server) !== undefined
  const found = group.servers.map((server, index) =>
    wish(server, looks[index] as ServerLook, {
      isNew,
      // Who has no vote is missed by nobody.
      isYetToCome: isNew || (knowsGroup(active, access) && !isPeer(server)),
    }),
  )
  const inside = isNew ? await wholeOf(servers) : await insideOf(servers, link, active)
  const all = [...found.filter((one) => one !== undefined), ...inside]
  const lost = hasBegun !== undefined && keys.rootToken === undefined ? [lostAnswer(hasBegun.node)] : []
  return {
    differences: [
      ...lost,
      ...waiting(waitsForBackup(looks, servers)),
      ...all.flatMap((one) => ('action' in one ? [one] : 'difference' in one ? [one.difference] : [])),
    ],
    unseen: all.flatMap((one) => ('problem' in one ? [one] : [])),
  }
}

function beginning(action: 'create' | 'update', reason: string): ClusterDifference {
  return { address: BEGINNING_ADDRESS, action, reason, differences: [] }
}

function waiting(reason: string | undefined): readonly ClusterDifference[] {
  return reason === undefined ? [] : [beginning('create', reason)]
}

function lostAnswer(node: string): ClusterDifference {
  return beginning(
    'update',
    `${node} has begun, and its keys are not kept: its answer is asked for once more`,
  )
}

/** All that a new Vault gets beside its servers. */
async function wholeOf({ group, held }: Wanted): Promise<readonly Step<VaultApi>[]> {
  const devices = await auditShelf(group.options.audit).steps(undefined, NOTHING_OWNED)
  return [...devices.filter(isStep), ...(await wholeHeld(held))]
}

/** What differs within, by the word of the active server; while there is none, nothing is known of it. */
async function insideOf(
  servers: Wanted,
  link: NodeLink,
  active: ServerLook | undefined,
): Promise<readonly Found<VaultApi>[]> {
  if (active === undefined || !knowsGroup(active, servers.access))
    return heldUnknown(servers.held, active?.problem || 'no server is open and active that could be asked')
  return withApi(link, active.node, servers.access, async (api) => [
    ...(await audits(servers, api)),
    ...(await heldFound(api, servers.held)),
  ])
}

/** What is to be done about one server; undefined where nothing is. */
function wish(
  server: VaultNode,
  look: ServerLook,
  { isNew, isYetToCome }: { readonly isNew: boolean; readonly isYetToCome: boolean },
): ClusterDifference | Unseen | undefined {
  const { name } = server
  switch (look.state) {
    case 'silent':
      // Nothing is there yet, and nobody counts it: it is still to be made.
      return !look.listens && isYetToCome
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
      return difference(
        name,
        'update',
        'it was taken out of the group: its data are set aside, and it joins anew',
      )
    default:
      return undefined
  }
}

type Done = (outcome: ClusterOutcome) => void

async function converge(servers: Wanted, link: NodeLink, done: Done, handover: Handover): Promise<void> {
  const failed = await begin(servers, link, handover)
  if (failed !== undefined) done(failed)
  await openSealed(servers, link, done)
  if (failed !== undefined) return
  await takeIn(servers, link, done)
  await writeDown(servers, link, done)
}

/** What differs among the audit devices. */
function audits({ group }: Servers, api: VaultApi): Promise<readonly Found<VaultApi>[]> {
  return shelfFound(auditShelf(group.options.audit), api, NOTHING_OWNED)
}

/** Sees to it that what is asked is written down, and then to all that Vault is to hold: nothing is written before somebody notes it. */
async function writeDown(servers: Wanted, link: NodeLink, done: Done): Promise<void> {
  const { group, nodes, access, held } = servers
  await untilLed(servers, link)
  const active = activeAmong(await askServers(link, group.servers, nodes, access))
  if (active === undefined) throw new Error('no server is active')
  await withApi(link, active.node, access, async (api) => {
    const found = await audits(servers, api)
    let isNoted = found.every(isStep)
    const tell = (outcome: ClusterOutcome): void => {
      isNoted &&= outcome.failure === undefined
      done(outcome)
    }
    for (const { address, problem } of found.filter(isUnseen))
      tell({ address, action: 'update', failure: problem })
    for (const step of inStages(found.filter(isStep))) tell(await carryOut(api, step, {}))
    if (isNoted) await convergeHeld(api, held, done)
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
  const stateOf = (name: string) => looks.find(({ node }) => node === name)?.state
  const joins = access.members === undefined
  const joining = group.servers.filter(
    ({ name }) => joins && ['new', 'removed'].includes(stateOf(name) ?? ''),
  )
  const silent = looks.filter(({ state }) => state === 'silent')
  if (joining.length > 0) await untilLed(servers, link)
  for (const server of joining) {
    const wasRemoved = stateOf(server.name) === 'removed'
    if (wasRemoved) await setAside(group, link, server.name)
    const proof = { node: server.name, since: new Date(), marks: new Map() }
    await poll(() => bringIn(servers, link, server), { patienceSeconds: JOIN_SECONDS })
    const { passed, detail } = await poll(() => hasReturned(servers, link, proof), {
      patienceSeconds: JOIN_SECONDS,
    })
    const action = wasRemoved ? 'update' : 'create'
    done({ address: addressOf(server.name), action, ...(!passed && { failure: detail }) })
    if (!passed) return
  }
  if (silent.length > 0) throw new Error(silent.map(({ node, problem }) => `${node}: ${problem}`).join('; '))
}

/** There is somebody to join. */
async function untilLed({ group, nodes, access }: Servers, link: NodeLink): Promise<void> {
  const { passed } = await poll(
    async () => {
      const active = activeAmong(await askServers(link, group.servers, nodes, access))
      return { passed: knowsGroup(active, access), detail: 'no server is active' }
    },
    { patienceSeconds: ELECTION_SECONDS },
  )
  if (!passed) throw new Error('no server is active whom others could join')
}
