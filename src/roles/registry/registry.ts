/** The role `registry`: images of containers, for the nodes of the cluster. */
import { isIP } from 'node:net'
import { networkFindings } from '../../engines/network-findings.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { link } from '../../resources/link/link.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { accountOfPackage } from '../../resources/user/account-of-package.ts'
import { mountUnit } from '../../resources/mount/units.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { onNetwork } from '../../topology/network.ts'
import type { Provided } from '../../topology/provided.ts'
import type { RoleSecrets, SecretWish } from '../../wishes/secret-wish.ts'
import { authority, certificate } from '../../wishes/wishes.ts'
import { defineRole, type RoleContext, type RoleFinding, type RoleWishContext } from '../role.ts'
import { registryCodes } from './codes.ts'
import { registryOptions, type RegistryOptions } from './options.ts'
import { registryGate, registryProbe, type RegistryCaller } from './questions.ts'
import {
  CLEANUP,
  cleanupText,
  cleanupTimerText,
  CONFIG,
  configText,
  dropInText,
  FILES,
  TLS_FOLDER,
  UNIT,
  USER,
} from './settings.ts'

const ROLE = 'registry'
const AUTHORITY = 'registry/ca'
const PACKAGE = 'docker-registry'

const certificateName = ({ name }: Pick<ClusterNode, 'name'>): string => `registry/${name}`

/** Names and addresses by which images may be called, the usual one first. */
function hostsOf({
  options,
  node,
  cluster,
}: RoleWishContext<RegistryOptions>): readonly [string, ...string[]] {
  const network = options.network === undefined ? undefined : cluster.network(options.network)
  const { address } = onNetwork(node, network)
  return network ? [address, ...options.names] : [node.fqdn, node.name, address, ...options.names]
}

/** What it shows, to all names by which it is called, and to whoever asks on its node. */
function wishes(context: RoleWishContext<RegistryOptions>): readonly SecretWish[] {
  const { node } = context
  const hosts = [...new Set([...hostsOf(context), node.name, node.fqdn, node.address])]
  return [
    authority(AUTHORITY, 'Bramble registry'),
    certificate({
      name: certificateName(node),
      authority: AUTHORITY,
      commonName: node.fqdn,
      dnsNames: hosts.filter((host) => isIP(host) === 0),
      ipAddresses: ['127.0.0.1', ...hosts.filter((host) => isIP(host) > 0)],
    }),
  ]
}

function callerOf(
  node: Pick<ClusterNode, 'name'>,
  { port }: RegistryOptions,
  secrets: RoleSecrets,
): RegistryCaller {
  const { certificatePem: cert, keyPem: key } = secrets.certificate(certificateName(node))
  return { port, trust: { ca: secrets.authority(AUTHORITY).certificatePem, cert, key } }
}

function provided(context: RoleWishContext<RegistryOptions>): readonly Provided[] {
  const { port, network, names, folder, disk, clients, metrics } = context.options
  const on = network === undefined ? {} : { network }
  const [first, ...others] = [...new Set(hostsOf(context))].map((host) => `${host}:${port}`)
  return [
    {
      name: ROLE,
      ports: [{ port, protocol: 'tcp' }],
      to: clients === 'everyone' ? 'everyone' : 'cluster',
      names,
      packages: [PACKAGE],
      backup: { paths: [{ path: folder, startsEmpty: true, ...(disk !== undefined && { mounted: true }) }] },
      images: { at: [first ?? '', ...others], authority: AUTHORITY },
      ...on,
    },
    ...(metrics === undefined
      ? []
      : [
          {
            name: `${ROLE} metrics`,
            ports: [{ port: metrics, protocol: 'tcp' as const }],
            to: 'watchers' as const,
            metrics: { path: '/metrics', port: metrics },
            ...on,
          },
        ]),
  ]
}

function trust(
  node: ClusterNode,
  options: RegistryOptions,
  secrets: RoleSecrets,
  owner: Resource,
): Resource[] {
  const { ca, cert, key } = callerOf(node, options, secrets).trust
  const own = { owner: USER, group: USER }
  const needs = [addressOf(owner)]
  return [
    directory({ path: TLS_FOLDER, needs }),
    file({ path: FILES.authority, content: ca, needs }),
    file({ path: FILES.certificate, content: cert, needs }),
    file({ path: FILES.key, content: key, mode: '600', sensitive: true, ...own, needs }),
  ]
}

function cleanup(options: RegistryOptions, installed: Resource): Resource[] {
  if (options.cleanup === 'off') return []
  const work = unit({ name: CLEANUP, content: cleanupText(options), needs: [addressOf(installed)] })
  const name = `${CLEANUP}.timer`
  const timer = unit({ name, content: cleanupTimerText(options.cleanup), needs: [addressOf(work)] })
  return [work, timer, service({ name, restartOn: [addressOf(timer)], needs: [addressOf(timer)] })]
}

function resources({ options, node, secrets }: RoleContext<RegistryOptions>): Resource[] {
  const installed = debianPackage({ name: PACKAGE })
  const needs = [addressOf(installed)]
  const shown = trust(node, options, secrets, installed)
  const config = file({ path: CONFIG, content: configText(options), needs })
  const dropIn = file({
    path: `/etc/systemd/system/${UNIT}.d/bramble.conf`,
    content: dropInText(options),
    needs,
  })
  const read = [installed, config, dropIn, ...shown.filter(({ kind }) => kind === 'file')].map(addressOf)
  return [
    ...accountOfPackage(USER, '/var/lib/docker-registry'),
    installed,
    directory({ path: options.folder, mode: '750', owner: USER, group: USER, purge: true }),
    ...shown,
    config,
    directory({ path: `/etc/systemd/system/${UNIT}.d` }),
    dropIn,
    // When the disk comes late, it comes with it.
    ...(options.disk === undefined
      ? []
      : [
          directory({ path: `/etc/systemd/system/${mountUnit(options.disk)}.wants` }),
          link({
            path: `/etc/systemd/system/${mountUnit(options.disk)}.wants/${UNIT}`,
            target: `/lib/systemd/system/${UNIT}`,
          }),
        ]),
    service({ name: UNIT, restartOn: read, needs: read }),
    ...cleanup(options, installed),
  ]
}

function findings({ folder, disk }: RegistryOptions): RoleFinding[] {
  if (disk === undefined || folder.startsWith(`${disk}/`)) return []
  return [{ diagnostic: registryCodes.REGISTRY_FOLDER_NOT_ON_DISK({ folder, disk }), option: 'folder' }]
}

/** Debian's docker-registry. It has no program that checks its settings: what counts is that it answers and reads its disk. */
const registry = defineRole({
  name: ROLE,
  summary: 'A registry of container images, which the engines of all nodes believe and nobody else can use.',
  pace: 'one at a time',
  options: registryOptions,
  findings: ({ options, cluster, nodes }) => [
    ...networkFindings(cluster, options.network, nodes),
    ...findings(options),
  ],
  carries: () => true,
  provides: provided,
  secrets: wishes,
  certificates: ({ node, options }) => [
    {
      secret: certificateName(node),
      path: FILES.certificate,
      port: options.port,
      name: node.name,
      authority: AUTHORITY,
      unit: UNIT,
    },
  ],
  resources,
  gates: ({ node, options, secrets }) => [registryGate(node.name, callerOf(node, options, secrets))],
  status: ({ nodes, options, secrets }) =>
    registryProbe(
      nodes.map(({ name }) => name),
      (node) => callerOf({ name: node }, options, secrets),
    ),
})

export default registry
