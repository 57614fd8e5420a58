/** Where images come from, for whoever runs containers on a node: learned from what roles provide. */
import type { Cluster } from '../topology/cluster.ts'
import type { ClusterNode } from '../topology/node.ts'
import type { RoleSecrets, SecretWish } from '../wishes/secret-wish.ts'
import { certificate } from '../wishes/wishes.ts'

/** One place, as an engine of containers has to know it. */
export interface ImagePlace {
  /** `HOST:PORT`, the beginning of the names of its images. */
  readonly at: string
  /** PEM texts: who is believed there, and who this node is. */
  readonly trust: { readonly ca: string; readonly cert: string; readonly key: string }
}

function authorities(cluster: Cluster): readonly string[] {
  return [...new Set(cluster.provided().flatMap(({ images }) => (images ? [images.authority] : [])))]
}

const clientName = (authority: string, { name }: ClusterNode): string => `${authority}/client/${name}`

/** What a node needs to be believed by all places. */
export function imageClientWishes(node: ClusterNode, cluster: Cluster): readonly SecretWish[] {
  return authorities(cluster).map((authority) =>
    certificate({
      name: clientName(authority, node),
      authority,
      commonName: node.fqdn,
      dnsNames: [node.fqdn],
      ipAddresses: [],
    }),
  )
}

/** All places, for a node that has wished for {@link imageClientWishes}. */
export function imagePlaces(
  node: ClusterNode,
  cluster: Cluster,
  secrets: RoleSecrets,
): readonly ImagePlace[] {
  return cluster.provided().flatMap(({ images }) => {
    if (!images) return []
    const { certificatePem: cert, keyPem: key } = secrets.certificate(clientName(images.authority, node))
    const trust = { ca: secrets.authority(images.authority).certificatePem, cert, key }
    return images.at.map((at): ImagePlace => ({ at, trust }))
  })
}
