/** Who may read metrics: whoever shows a certificate of the cluster's authority for monitoring, and nobody else. */
import { isIP } from 'node:net'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import type { Resource } from '../../resources/kind.ts'
import { accountOfPackage } from '../../resources/user/account-of-package.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleSecrets, SecretWish } from '../../wishes/secret-wish.ts'
import { authority, certificate } from '../../wishes/wishes.ts'

/** Account of Debian's packages of Prometheus; they keep it when they go, so it is ours. */
export const PROMETHEUS_USER = 'prometheus'
export const PROMETHEUS_FOLDER = '/etc/prometheus'
const TLS_FOLDER = `${PROMETHEUS_FOLDER}/tls`
const AUTHORITY = 'monitoring/ca'

/** Paths of what a node shows, and believes in. */
export const trustFiles = {
  authority: `${TLS_FOLDER}/ca.pem`,
  certificate: `${TLS_FOLDER}/node.pem`,
  key: `${TLS_FOLDER}/node-key.pem`,
} as const

/** Roles whose nodes fetch metrics. */
export const WATCHERS: readonly string[] = ['prometheus']

const certificateName = ({ name }: ClusterNode): string => `monitoring/node/${name}`

/** The authority, and a certificate for the node at all its addresses. */
export function trustWishes(node: ClusterNode, addresses: readonly string[]): readonly SecretWish[] {
  return [
    authority(AUTHORITY, 'Bramble monitoring'),
    certificate({
      name: certificateName(node),
      authority: AUTHORITY,
      commonName: node.fqdn,
      dnsNames: [...new Set([node.name, node.fqdn, ...addresses.filter((each) => isIP(each) === 0)])],
      ipAddresses: [...new Set(['127.0.0.1', ...addresses.filter((each) => isIP(each) > 0)])],
    }),
  ]
}

/** PEM texts of a node, for whoever asks in its name. */
export function trustOf(node: ClusterNode, secrets: RoleSecrets): { ca: string; cert: string; key: string } {
  const { certificatePem: cert, keyPem: key } = secrets.certificate(certificateName(node))
  return { ca: secrets.authority(AUTHORITY).certificatePem, cert, key }
}

/** The account, its folders and what it shows; before the packages, which would make them otherwise. */
export function trustResources(node: ClusterNode, secrets: RoleSecrets): readonly Resource[] {
  const { ca, cert, key } = trustOf(node, secrets)
  const own = { owner: PROMETHEUS_USER, group: PROMETHEUS_USER }
  return [
    ...accountOfPackage(PROMETHEUS_USER, '/var/lib/prometheus'),
    directory({ path: PROMETHEUS_FOLDER }),
    directory({ path: TLS_FOLDER }),
    directory({ path: '/var/lib/prometheus', purge: true, ...own }),
    file({ path: trustFiles.authority, content: ca }),
    file({ path: trustFiles.certificate, content: cert }),
    file({ path: trustFiles.key, content: key, mode: '600', sensitive: true, ...own }),
  ]
}
