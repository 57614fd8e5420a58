/** Who may read metrics: whoever shows a certificate of the cluster's authority for monitoring, and nobody else. */
import { isIP } from 'node:net'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import type { Resource } from '../../resources/kind.ts'
import { accountOfPackage } from '../../resources/user/account-of-package.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleSecrets, SecretWish, ServedCertificate } from '../../wishes/secret-wish.ts'
import { authority, certificate } from '../../wishes/wishes.ts'

/** Account of Debian's packages of Prometheus; they keep it when they go, so it is ours. */
export const PROMETHEUS_USER = 'prometheus'
export const PROMETHEUS_FOLDER = '/etc/prometheus'
export const TLS_FOLDER = `${PROMETHEUS_FOLDER}/tls`
const AUTHORITY = 'monitoring/ca'

/** Paths of what a role on a node shows, and believes in. Each role has a certificate of its own: it is asked at addresses of its own. */
export function trustFiles(role: string): {
  readonly authority: string
  readonly certificate: string
  readonly key: string
} {
  return {
    authority: `${TLS_FOLDER}/ca.pem`,
    certificate: `${TLS_FOLDER}/${role}.pem`,
    key: `${TLS_FOLDER}/${role}-key.pem`,
  }
}

/** The same as Prometheus and Alertmanager write it (`tls_config`). */
export function tlsOf(role: string): Readonly<Record<string, string>> {
  const files = trustFiles(role)
  return { ca_file: files.authority, cert_file: files.certificate, key_file: files.key }
}

const certificateName = (role: string, { name }: ClusterNode): string => `monitoring/${role}/${name}`

/** The authority, and a certificate for the node at all its addresses. */
export function trustWishes(
  role: string,
  node: ClusterNode,
  addresses: readonly string[],
): readonly SecretWish[] {
  return [
    authority(AUTHORITY, 'Bramble monitoring'),
    certificate({
      name: certificateName(role, node),
      authority: AUTHORITY,
      commonName: node.fqdn,
      dnsNames: [...new Set([node.name, node.fqdn, ...addresses.filter((each) => isIP(each) === 0)])],
      ipAddresses: [...new Set(['127.0.0.1', ...addresses.filter((each) => isIP(each) > 0)])],
    }),
  ]
}

/** The certificate that a role shows on a port of a node. */
export function servedBy(role: string, node: ClusterNode, port: number, unit: string): ServedCertificate {
  const { certificate: path } = trustFiles(role)
  return { secret: certificateName(role, node), path, port, name: node.name, authority: AUTHORITY, unit }
}

/** PEM texts of a node, for whoever asks in its name. */
export function trustOf(
  role: string,
  node: ClusterNode,
  secrets: RoleSecrets,
): { ca: string; cert: string; key: string } {
  const { certificatePem: cert, keyPem: key } = secrets.certificate(certificateName(role, node))
  return { ca: secrets.authority(AUTHORITY).certificatePem, cert, key }
}

/** The account, its folders and what it shows; before the packages, which would make them otherwise. */
export function trustResources(role: string, node: ClusterNode, secrets: RoleSecrets): readonly Resource[] {
  const { ca, cert, key } = trustOf(role, node, secrets)
  const files = trustFiles(role)
  const own = { owner: PROMETHEUS_USER, group: PROMETHEUS_USER }
  return [
    ...accountOfPackage(PROMETHEUS_USER, '/var/lib/prometheus'),
    directory({ path: PROMETHEUS_FOLDER }),
    directory({ path: TLS_FOLDER }),
    directory({ path: '/var/lib/prometheus', purge: true, ...own }),
    file({ path: files.authority, content: ca }),
    file({ path: files.certificate, content: cert }),
    file({ path: files.key, content: key, mode: '600', sensitive: true, ...own }),
  ]
}
