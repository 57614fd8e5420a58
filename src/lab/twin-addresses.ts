/** Where the virtual nodes of a cluster are. */
import { labState, type LabIdentity } from './lab.ts'

/** Addresses of the virtual nodes by name; a node that is not up keeps the address of its board. */
export async function twinAddresses(cluster: LabIdentity): Promise<ReadonlyMap<string, string>> {
  const nodes = await labState(cluster)
  return new Map(nodes.map(({ name, address }) => [name, address]))
}
