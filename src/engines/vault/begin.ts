/** The beginning of a Vault: once, on one server, and with its keys on the disk of the controller before anything else is done. */
import { reasonOf } from '../../support/reason.ts'
import type { ClusterOutcome, Handover, NodeLink } from '../contract.ts'
import { askServers, type ServerLook } from './ask-server.ts'
import type { Servers } from './bring-in.ts'
import { initWords, keptFrom } from './keys.ts'
import { secretNames } from './names.ts'

/** Address of the first step of a new Vault. */
export const BEGINNING_ADDRESS = 'vault-init:vault'

/**
 * Begins, when no server has and nothing of the keys is kept. Gives the outcome where it cannot be done at all; rejects where it may be possible
 * soon. All servers are asked before: a second beginning beside the first would be two Vaults, so one that cannot be asked ends it.
 * The answer stays on the server until it is kept, so whoever was cut off gets it from there.
 */
export async function begin(
  servers: Servers,
  link: NodeLink,
  handover: Handover,
): Promise<ClusterOutcome | undefined> {
  const { group, nodes, access } = servers
  const isKept = handover.missing().length === 0
  if (isKept) await forgetAnswers(servers, handover)
  const looks = await askServers(link, group.servers, nodes, access)
  const waits = waitsForBackup(looks, servers)
  if (waits !== undefined) return { address: BEGINNING_ADDRESS, action: 'create', failure: waits }
  if (isKept) return undefined
  const isPartlyKept = hasKeys(access)
  const begun = looks.find(({ state }) => state !== 'new' && state !== 'silent')?.node
  // Where only some are lost, those that are left open it, and what is lost may still be on the server. Nothing new is begun beside them.
  if (isPartlyKept && begun === undefined) return undefined
  const silent = looks.filter(({ state }) => state === 'silent')
  if (silent.length > 0 && !isPartlyKept) {
    const said = silent.map(({ node, problem }) => `${node}: ${problem}`).join('; ')
    throw new Error(`whether Vault has begun already is not known of all servers: ${said}`)
  }
  const first = begun ?? group.servers[0]?.name
  if (first === undefined) return undefined
  let answer: Buffer
  try {
    answer = await handover.ask(first, initWords(group.options))
  } catch (error) {
    if (begun === undefined || !/already initialized/i.test(reasonOf(error))) throw error
    if (isPartlyKept) return undefined
    const failure = lostKeys(begun, group.options.generation)
    return { address: BEGINNING_ADDRESS, action: 'create', failure }
  }
  await keepMissing(handover, keptFrom(answer, group.options))
  return undefined
}

function hasKeys(access: Servers['access']): boolean {
  const { shares, rootToken } = access.keys()
  return shares.length > 0 || rootToken !== undefined
}

/** What to do when keys are kept and no server has begun, by the word of all of them. Undefined when it is not so. */
export function waitsForBackup(looks: readonly ServerLook[], servers: KeyHolders): string | undefined {
  return looks.every(({ state }) => state === 'new') ? newWithKeys(servers) : undefined
}

type KeyHolders = Pick<Servers, 'group' | 'access'>

/** What to do where there is no Vault yet, or no more, and keys are kept: a backup may come back that they open. Undefined when none are kept. */
export function newWithKeys({ group, access }: KeyHolders): string | undefined {
  if (!hasKeys(access)) return undefined
  const { generation, storage } = group.options
  const backup = storage === 'consul' ? 'consul.snapshot' : 'vault.snapshot'
  return (
    `no server has begun, and keys of a Vault are kept (${secretNames.share(generation, 1)} …):  bramble backup restore ${backup}  ` +
    `brings back what they open; or write  generation: ${generation + 1}  under vault, and a new, empty one begins`
  )
}

/** What is kept already is never written over. */
async function keepMissing(handover: Handover, values: Readonly<Record<string, string>>): Promise<void> {
  const missing = new Set(handover.missing())
  await handover.keep(Object.fromEntries(Object.entries(values).filter(([name]) => missing.has(name))))
}

/** A run that was cut off between keeping and forgetting has left the keys in the memory of a node. */
async function forgetAnswers({ group }: Servers, handover: Handover): Promise<void> {
  const words = initWords(group.options)
  await Promise.all(group.servers.map(({ name }) => handover.forget(name, words)))
}

/** What to do when a Vault has begun and nobody has its keys. */
export function lostKeys(node: string, generation: number): string {
  const names = `${secretNames.share(generation, 1)} … and ${secretNames.rootToken(generation)}`
  return (
    `Vault has begun on ${node}, and its keys are not among the secrets (${names}). ` +
    'Whoever has them brings them back with  bramble secrets import ; without them nobody can open it again, and it can only begin anew, empty: ' +
    'take vault out of the cluster file, apply, which removes its data, and put it back'
  )
}
