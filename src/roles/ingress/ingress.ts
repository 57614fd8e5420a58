/** The role `ingress`: requests from outside, to the services of the cluster. */
import { networkFindings } from '../../engines/network-findings.ts'
import { hasAgent } from '../../engines/consul/dns-zones.ts'
import { ENGINE, TRAEFIK_LINES, traefikRelease } from '../../engines/traefik/lines.ts'
import { newestKnownLine } from '../../releases/engine-lines.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { user } from '../../resources/user/user.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { Provided } from '../../topology/provided.ts'
import type { SecretWish } from '../../wishes/secret-wish.ts'
import { authority, certificate, token } from '../../wishes/wishes.ts'
import { defineRole, type RoleContext, type RoleWishContext } from '../role.ts'
import { ingressOptions, type IngressOptions } from './options.ts'
import { ingressGate, ingressProbe } from './questions.ts'
import {
  FILES,
  FOLDER,
  PROGRAM,
  ROUTES,
  routesText,
  STATE,
  STATIC,
  staticText,
  UNIT,
  unitText,
  USER,
} from './settings.ts'

const ROLE = 'ingress'
const AUTHORITY = 'ingress/ca'

const certificateName = ({ name }: ClusterNode): string => `ingress/${name}`
const tokenName = ({ name }: ClusterNode): string => `ingress/catalog/${name}`

const domainOf = ({ domain }: IngressOptions, cluster: Cluster): string => domain ?? cluster.domain

function followsCatalog({
  options,
  node,
}: Pick<RoleWishContext<IngressOptions>, 'options' | 'node'>): boolean {
  return options.consul && hasAgent(node)
}

/** The version that is wanted; before one is decided only the architecture counts. */
function versionOf(options: IngressOptions, cluster: Cluster): string {
  return options.version ?? cluster.pinned(ENGINE) ?? `${newestKnownLine(TRAEFIK_LINES)}.0`
}

/** Services of the cluster file that have a route of their own name: one whose tags say more may have others. */
export function routedServices({
  nodes,
  servicesOn,
}: Pick<Cluster, 'nodes' | 'servicesOn'>): readonly string[] {
  const all = nodes.flatMap(({ name }) => servicesOn(name))
  const routed = all.filter(
    ({ tags }) =>
      tags.includes('traefik.enable=true') && !tags.some((tag) => tag.startsWith('traefik.http.')),
  )
  return [...new Set(routed.map(({ name }) => name))]
}

/** Its certificate is for every name below the domain, and those of the routes; with ACME it has none of ours. */
function wishes(context: RoleWishContext<IngressOptions>): readonly SecretWish[] {
  const { options, node, cluster } = context
  const domain = domainOf(options, cluster)
  const hosts = Object.values(options.routes).flatMap(({ host }) => host)
  const own = [
    authority(AUTHORITY, `Bramble ingress of ${cluster.name}`),
    certificate({
      name: certificateName(node),
      authority: AUTHORITY,
      commonName: node.fqdn,
      dnsNames: [...new Set([node.fqdn, node.name, domain, `*.${domain}`, ...hosts])],
      ipAddresses: ['127.0.0.1'],
    }),
  ]
  return [...(options.acme ? [] : own), ...(followsCatalog(context) ? [token(tokenName(node))] : [])]
}

function provided(context: RoleWishContext<IngressOptions>): readonly Provided[] {
  const { to, routes, acme, metrics, network } = context.options
  const tcp = (port: number) => ({ port, protocol: 'tcp' as const })
  return [
    {
      name: ROLE,
      ports: [tcp(80), tcp(443)],
      to,
      names: Object.values(routes).flatMap(({ host }) => host),
      ...(followsCatalog(context) && { catalogToken: tokenName(context.node) }),
      ...(acme && { backup: { paths: [{ path: STATE }] } }),
    },
    ...(metrics === undefined
      ? []
      : [
          {
            name: `${ROLE} metrics`,
            ports: [tcp(metrics)],
            to: 'watchers' as const,
            metrics: { path: '/metrics', port: metrics },
            ...(network !== undefined && { network }),
          },
        ]),
  ]
}

/** What it shows to who asks, when no ACME server gives it anything. */
function shown({ options, node, secrets }: RoleContext<IngressOptions>): Resource[] {
  if (options.acme) return []
  const { certificatePem, keyPem } = secrets.certificate(certificateName(node))
  return [
    directory({ path: `${FOLDER}/tls` }),
    file({ path: FILES.authority, content: secrets.authority(AUTHORITY).certificatePem }),
    file({ path: FILES.certificate, content: certificatePem }),
    file({ path: FILES.key, content: keyPem, mode: '600', owner: USER, group: USER, sensitive: true }),
  ]
}

function resources(context: RoleContext<IngressOptions>): Resource[] {
  const { options, node, cluster, secrets, release } = context
  const catalog = followsCatalog(context) ? { token: secrets.token(tokenName(node)).secretId } : undefined
  const program = file({
    path: PROGRAM,
    content: release(traefikRelease(versionOf(options, cluster), node.architecture)),
    mode: '755',
  })
  const certificates = shown(context)
  const settings = file({
    path: STATIC,
    content: staticText(options, domainOf(options, cluster), catalog),
    mode: '640',
    group: USER,
    sensitive: catalog !== undefined,
  })
  const { ca } = options.acme ?? {}
  const trusted = ca === undefined ? [] : [file({ path: FILES.acmeAuthority, content: context.file(ca) })]
  const routes = file({ path: ROUTES, content: routesText(options) })
  const text = unit({ name: UNIT, content: unitText, needs: [addressOf(program)] })
  const started = [program, settings, text, ...trusted].map(addressOf)
  const takenUp = [routes, ...certificates.filter(({ kind }) => kind === 'file')].map(addressOf)
  return [
    group({ name: USER, system: true }),
    user({ name: USER, system: true, group: USER, home: STATE }),
    directory({ path: STATE, mode: '700', owner: USER, group: USER, purge: true }),
    directory({ path: FOLDER }),
    program,
    ...certificates,
    ...trusted,
    settings,
    routes,
    text,
    service({ name: UNIT, restartOn: started, reloadOn: takenUp, needs: [...started, ...takenUp] }),
  ]
}

/** Traefik from its release. It has no program that checks its settings: after a change it is asked which routes it has taken. */
const ingress = defineRole({
  name: ROLE,
  summary: 'Traefik: takes requests on ports 80 and 443 and leads them to the services of the cluster.',
  pace: 'one at a time',
  options: ingressOptions,
  findings: ({ options, cluster, nodes }) => networkFindings(cluster, options.network, nodes),
  files: ({ acme }) => (acme?.ca === undefined ? [] : [{ path: acme.ca, option: ['acme', 'ca'] }]),
  carries: () => true,
  provides: provided,
  secrets: wishes,
  certificates: ({ node, options }) =>
    options.acme
      ? []
      : [
          {
            secret: certificateName(node),
            path: FILES.certificate,
            port: 443,
            name: node.fqdn,
            authority: AUTHORITY,
            unit: UNIT,
          },
        ],
  releases: ({ options, node, cluster }) => [traefikRelease(versionOf(options, cluster), node.architecture)],
  version: ({ options, cluster, nodes }) => {
    const wanted = options.version ?? cluster.pinned(ENGINE)
    return {
      engine: ENGINE,
      lines: TRAEFIK_LINES,
      ...(wanted !== undefined && { wanted }),
      ...(options.version !== undefined && { statedBy: 'version' }),
      isAccepted: options.unmaintained === 'accepted',
      nodes: nodes.map(({ name }) => name),
    }
  },
  resources,
  gates: ({ node, options }) => [ingressGate(node.name, options.admin_port, Object.keys(options.routes))],
  status: ({ nodes, options, cluster }) =>
    ingressProbe(
      nodes.map(({ name }) => name),
      options.admin_port,
      (name) =>
        nodes.some((node) => node.name === name && followsCatalog({ options, node }))
          ? routedServices(cluster)
          : [],
    ),
})

export default ingress
