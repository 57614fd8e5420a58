/** The beginning of a Vault: once, on one server, and with its keys on the disk of the controller before anything else is done. */
import { reasonOf } from '../../support/reason.ts'
import type { ClusterOutcome, Handover, NodeLink } from '../contract.ts'
import { askServers } from './ask-server.ts'
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
  { group, nodes, access }: Servers,
  link: NodeLink,
  handover: Handover,
): Promise<ClusterOutcome | undefined> {
  const { shares, rootToken } = access.keys()
  // Where only some are lost, those that are left open it.
  if (handover.missing().length === 0 || shares.length > 0 || rootToken !== undefined) return undefined
  const looks = await askServers(link, group.servers, nodes, access)
  const silent = looks.filter(({ state }) => state === 'silent')
  if (silent.length > 0) {
    const said = silent.map(({ node, problem }) => `${node}: ${problem}`).join('; ')
    throw new Error(`whether Vault has begun already is not known of all servers: ${said}`)
  }
  const begun = looks.find(({ state }) => state !== 'new')?.node
  const first = begun ?? group.servers[0]?.name
  if (first === undefined) return undefined
  let answer: Buffer
  try {
    answer = await handover.ask(first, initWords(group.options))
  } catch (error) {
    if (begun === undefined || !/already initialized/i.test(reasonOf(error))) throw error
    return {
      address: BEGINNING_ADDRESS,
      action: 'create',
      failure: lostKeys(begun, group.options.generation),
    }
  }
  await handover.keep(keptFrom(answer, group.options))
  return undefined
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
