/** The three steps of a move, as configurations of Vault's own program: read the source, write the destination, read it back. */
import { LOOPBACK_NAME as CONSUL_NAME, API_PORT as CONSUL_PORT } from '../../consul/names.ts'
import { raftFolder } from '../config.ts'
import { clusterAddress, type VaultNode } from '../setup.ts'

/** Where data of Vault lie, or come from. */
export type Place =
  | { readonly kind: 'raft'; readonly dataFolder: string }
  | { readonly kind: 'consul'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }

/** Folder of a move on its node, for root alone. All in it is encrypted by Vault but the token, and goes with the end of the move. */
export const WORK = '/var/lib/bramble/vault-move'

/**
 * The largest file of a store of files whose entry Consul takes. Vault writes by transactions, whose request holds the entry in base64, as the
 * file does, and Consul takes 512 KiB of it (`txn_max_req_len`); what is kept free is for the path and the words around it.
 */
export const LARGEST_FILE_BYTES = 512 * 1024 - 2048

/** Where the data of a consensus are written to, before they get the name that a server looks for. */
export function stagedFolder(dataFolder: string): string {
  return `${raftFolder(dataFolder)}.moving`
}

type Storage = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The same as the storage of a configuration; `staged`: a consensus that no server has yet. */
function storageOf(place: Place, staged: boolean): Storage {
  if (place.kind === 'file') return { file: { path: place.path } }
  if (place.kind === 'raft')
    return { raft: { path: staged ? stagedFolder(place.dataFolder) : raftFolder(place.dataFolder) } }
  return {
    consul: {
      address: `${CONSUL_NAME}:${CONSUL_PORT}`,
      scheme: 'https',
      path: place.path,
      tls_ca_file: `${WORK}/consul-ca.pem`,
    },
  }
}

/** The configurations, in the order of their steps. */
export function moveConfigs(from: Place, to: Place, node: Pick<VaultNode, 'address'>): readonly string[] {
  const kept: Place = { kind: 'file', path: `${WORK}/from` }
  const back: Place = { kind: 'file', path: `${WORK}/back` }
  const step = (source: Place, destination: Place, [isStagedFrom, isStagedTo]: readonly boolean[]): string =>
    JSON.stringify({
      storage_source: storageOf(source, isStagedFrom ?? false),
      storage_destination: storageOf(destination, isStagedTo ?? false),
      cluster_addr: `https://${clusterAddress(node)}`,
    })
  return [step(from, kept, []), step(kept, to, [false, true]), step(to, back, [true])]
}

/** What people call it. */
export function placeWords(place: Place): string {
  if (place.kind === 'raft') return `the consensus in ${place.dataFolder}`
  return place.kind === 'consul' ? `Consul's store below ${place.path}` : `the files in ${place.path}`
}
