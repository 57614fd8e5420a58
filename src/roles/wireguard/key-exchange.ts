/**
 * Takes a new key into use on the node and all its peers in one go, before the nodes themselves are changed.
 *
 * An interface has one key, and an address belongs to one peer, so both ends have to change. The node goes first: from then on what it sends waits
 * in the interface for the next handshake, and what the others send still arrives by the old session. Then the others change, and
 * call it at once, which ends the waiting. So no packet is lost, and none waits longer than the two commands lie apart.
 *
 * All of it goes over SSH, by the nodes' own addresses. Until it is proven by handshakes, each node goes back by itself to what its files say.
 */
import type { ExchangeParts } from './exchange-parts.ts'
import type { ClusterDifference, ClusterStore, NodeLink, Unseen } from '../../engines/contract.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleSecrets } from '../../wishes/secret-wish.ts'
import { keyInUse } from './gate.ts'
import { keyName } from './keys.ts'
import { ROLE, unitOf } from './mesh.ts'
import { exchangeAll, type Rotated } from './exchange-steps.ts'

/** Nodes whose key was rotated and that, as far as the facts tell, do not use the new one yet; nothing where there is none. */
export function keyExchange(parts: ExchangeParts): ClusterStore | undefined {
  const { options, cluster, secrets } = parts
  const nodes = cluster.find(ROLE)
  const candidates = nodes.filter((node) => mayHaveOldKey(node, secrets))
  if (candidates.length === 0) return undefined
  const look = (link: NodeLink): Promise<Look> => lookAt(link, candidates, parts)
  /** Who told before that it has its old key. */
  const seenOld = new Set<string>()
  return {
    name: ROLE,
    members: nodes.map(({ name }) => name),
    size: candidates.length,
    runsAs: `service:${unitOf(options)}`,
    check: async (link) => {
      const { old, unseen } = await look(link)
      for (const { node } of old) seenOld.add(node)
      return { differences: old.map(differenceOf), unseen }
    },
    whole: () => Promise.resolve([]),
    prepare: async (link, _member, done) => {
      const { old, unseen } = await look(link)
      // Who was never reached gets no file either. Who was, and is silent now, would get the new key by its file, and the others not yet.
      const silent = unseen.filter(({ node }) => seenOld.has(node))
      if (old.length + silent.length === 0) return undefined
      const failure =
        silent.length > 0
          ? `no key was changed: ${silent.map(({ problem }) => problem).join('; ')}`
          : await exchangeAll(link, old, parts)
      for (const { node } of [...old, ...silent]) {
        done({ address: addressOf(node), action: 'update', ...(failure !== undefined && { failure }) })
      }
      // Their files would bring the new keys one node after the other.
      return failure === undefined ? undefined : new Map(nodes.map(({ name }) => [name, failure]))
    },
    converge: async (link, _member, done) => {
      for (const { node } of (await look(link)).old) {
        done({ address: addressOf(node), action: 'update', failure: `${node} still has its old key` })
      }
    },
  }
}

/** What the keys in use are. */
interface Look {
  readonly old: readonly Rotated[]
  readonly unseen: readonly (Unseen & { readonly node: string })[]
}

async function lookAt(
  link: NodeLink,
  nodes: readonly ClusterNode[],
  { options, secrets }: ExchangeParts,
): Promise<Look> {
  const old: Rotated[] = []
  const unseen: (Unseen & { readonly node: string })[] = []
  await Promise.all(
    nodes.map(async ({ name: node }) => {
      const found = await keyInUse(link, node, options.interface)
      const to = secrets.keyPair(keyName(node))
      if ('problem' in found) unseen.push({ node, address: addressOf(node), problem: found.problem })
      else if (found.publicKey !== undefined && found.publicKey !== to.publicKey) {
        old.push({ node, from: found.publicKey, to })
      }
    }),
  )
  return { old, unseen }
}

/** The fact is of the last look: one that has changed since is asked once more than it must. */
function mayHaveOldKey({ name, facts }: ClusterNode, secrets: RoleSecrets): boolean {
  const isRotated = secrets.previousKeyPair(keyName(name)) !== undefined
  return isRotated && facts['wireguard.public'] !== secrets.keyPair(keyName(name)).publicKey
}

function addressOf(node: string): string {
  return `wireguard-key:${node}`
}

function differenceOf({ node, from, to }: Rotated): ClusterDifference {
  return {
    address: addressOf(node),
    action: 'update',
    reason: 'its key was rotated',
    differences: [{ field: 'public key', is: from, wanted: to.publicKey }],
  }
}
