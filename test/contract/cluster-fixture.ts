/** Clusters, secrets and releases as roles see them, made by hand: plain data, no file and no network. */
import { holdsStandIn } from '../../src/cluster-file/references/stand-in.ts'
import { assumedMemoryBytes } from '../../src/hardware/identify.ts'
import { boardByModel, type ModelId } from '../../src/hardware/boards.ts'
import { contentOf, type Content } from '../../src/resources/kind.ts'
import { EMPTY_LOCK } from '../../src/cluster-lock/cluster-lock.ts'
import { sharedOf } from '../../src/resolve/shared.ts'
import { roles as known } from '../../src/roles/registry.generated.ts'
import type { Cluster } from '../../src/topology/cluster.ts'
import type { ClusterNode } from '../../src/topology/node.ts'
import { SYSTEMD, type ClusterService, type PlacedService } from '../../src/topology/service.ts'
import type { ReleaseWish } from '../../src/wishes/release-wish.ts'
import type { RoleSecrets } from '../../src/wishes/secret-wish.ts'

/** What a test wants to say of a node; the rest is made up. */
export interface NodeFixture {
  readonly name?: string
  readonly model?: ModelId
  readonly address?: string
  /** Who logs in to this node. */
  readonly user?: string
  readonly facts?: Readonly<Record<string, string>>
  readonly has?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly roles: readonly string[]
}

/** What a test wants to say of a cluster. */
export interface ClusterFixture {
  readonly nodes: readonly NodeFixture[]
  /** Options by role, after the role's schema. */
  readonly options?: Readonly<Record<string, unknown>>
  readonly domain?: string
  readonly lab?: boolean
  readonly updating?: boolean
  /** `user` logs in to every node; pi when left out. */
  readonly access?: Partial<Cluster['access']> & { readonly user?: string }
  /** Versions that the cluster lock pins, by engine. */
  readonly pinned?: Readonly<Record<string, string>>
  /** Services by the node that they run on. */
  readonly services?: Readonly<Record<string, readonly ClusterService[]>>
  /** Services that something else gives to nodes. */
  readonly placed?: readonly PlacedService[]
}

function nodeOf(given: NodeFixture, index: number, cluster: ClusterFixture, domain: string): ClusterNode {
  const { name = `node-${index + 1}`, model = 'pi4', has = [], labels = {}, facts = {}, roles } = given
  const board = boardByModel(model)
  if (!board) throw new Error(`there is no board ${model}`)
  const [architecture] = board.architectures
  return {
    name,
    fqdn: `${name}.${domain}`,
    architecture,
    address: given.address ?? `192.0.2.${index + 1}`,
    sshPort: 22,
    board: { model, memoryBytes: assumedMemoryBytes(board), architecture, has, labels },
    sharesKernel: cluster.lab === true && facts['emulated'] !== 'yes',
    user: given.user ?? cluster.access?.user ?? 'pi',
    facts,
    roles,
  }
}

function placedIn({ services = {}, placed = [] }: ClusterFixture): readonly PlacedService[] {
  const all = new Map(Object.values(services).flatMap((own) => own.map((service) => [service.name, service])))
  const nodesOf = (name: string): string[] =>
    Object.keys(services).filter((node) => services[node]?.some((service) => service.name === name))
  const bySystemd = [...all.values()].map((service) => ({
    service,
    by: SYSTEMD,
    nodes: nodesOf(service.name),
  }))
  return [...bySystemd, ...placed]
}

/** A cluster after resolve. Nodes are `node-1`, `node-2`, … at 192.0.2.1, …, Pi 4 where nothing is said. */
export function clusterFixture(given: ClusterFixture): Cluster {
  const domain = given.domain ?? 'office.example.net'
  const nodes = given.nodes.map((node, index) => nodeOf(node, index, given, domain))
  const find = (role: string): ClusterNode[] => nodes.filter(({ roles }) => roles.includes(role))
  const { network, allocated, provided, openings, watchers, keeper } = sharedOf(
    (): Cluster => cluster,
    known,
    EMPTY_LOCK,
  )
  const cluster: Cluster = {
    name: 'office',
    domain,
    lab: given.lab ?? false,
    updating: given.updating ?? false,
    nodes,
    access: { authorizedKeys: given.access?.authorizedKeys ?? [] },
    find,
    uses: <Options>(role: string) =>
      given.options?.[role] === undefined
        ? []
        : [{ options: given.options[role] as Options, nodes: find(role), path: ['roles', role] }],
    usesOn: (name) =>
      (nodes.find((node) => node.name === name)?.roles ?? []).map((role) => ({
        role,
        options: given.options?.[role],
        path: ['roles', role],
      })),
    options: <Options>(role: string) => given.options?.[role] as Options | undefined,
    pinned: (engine) => given.pinned?.[engine],
    services: () => placedIn(given),
    servicesOn: (node) => given.services?.[node] ?? [],
    network,
    allocated,
    provided,
    openings,
    watchers,
    keeper,
    isSecret: holdsStandIn,
  }
  return cluster
}

/** Secrets that tell which texts they gave out. */
export interface SecretsFixture extends RoleSecrets {
  /** Every secret text that was read, in order. */
  readonly given: readonly string[]
}

/** Secrets made from their names: the same on every run, and long enough not to occur by chance. */
export function secretsFixture(): SecretsFixture {
  const given: string[] = []
  const secret = (text: string): string => {
    given.push(text)
    return text
  }
  const pem = (label: string, name: string): string =>
    `-----BEGIN ${label}-----\n${Buffer.from(`${label} of ${name}`).toString('base64')}\n-----END ${label}-----\n`
  const uuid = (name: string): string => {
    const hex = contentOf(name).sha256
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
      '-',
    )
  }
  return {
    given,
    text: (name) => secret(`password-${contentOf(name).sha256.slice(0, 20)}`),
    token: (name) => ({ accessorId: uuid(`${name} accessor`), secretId: secret(uuid(name)) }),
    previousToken: () => undefined,
    keyPair: (name) => ({
      publicKey: Buffer.from(contentOf(`public ${name}`).sha256, 'hex').toString('base64'),
      privateKey: secret(Buffer.from(contentOf(`private ${name}`).sha256, 'hex').toString('base64')),
    }),
    previousKeyPair: () => undefined,
    gossipKeys: (name) => [secret(Buffer.from(contentOf(name).sha256, 'hex').toString('base64'))],
    certificate: (name) => ({
      certificatePem: pem('CERTIFICATE', name),
      keyPem: secret(pem('PRIVATE KEY', name)),
      notAfter: new Date('2040-01-01T00:00:00Z'),
    }),
    authority: (name) => ({ certificatePem: pem('CERTIFICATE', name) }),
    isRecreated: () => false,
    // As they are once the engine has made them.
    offered: (name) => secret(`offer-${contentOf(name).sha256.slice(0, 20)}`),
    fromOffer: (name, make = (value) => value) =>
      contentOf(make(secret(`offer-${contentOf(name).sha256.slice(0, 20)}`)), true),
  }
}

/** A file beside the cluster file, different for each path. */
export function fileFixture(path: string): Content {
  return contentOf(`the file ${path}\n`)
}

/** A release file as small as can be, different for each wish. */
export function releaseFixture(wish: ReleaseWish): Content {
  return contentOf(`release ${JSON.stringify(wish)}`)
}
