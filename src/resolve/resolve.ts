/** From what the user wrote and what boards said of themselves to the cluster that roles see. Pure. */
import { dirname, join } from 'node:path'
import type { KeyPath, Positions } from '../cluster-file/positions.ts'
import { holdsStandIn } from '../cluster-file/references/stand-in.ts'
import type { TakenText } from '../cluster-file/references/take-texts.ts'
import type { CompilerKind } from '../compile/compile.ts'
import type { ClusterFile } from '../cluster-file/schema.ts'
import type { Candidate, SelectionContext } from '../cluster-file/select.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import { resolveCodes } from '../diagnostics/catalogue/resolve.ts'
import type { Role, SettledValue } from '../roles/role.ts'
import type { BoardFacts, ClusterNode } from '../topology/node.ts'
import type { Cluster, RoleOnNode, RoleOnNodes } from '../topology/cluster.ts'
import { SYSTEMD, type PlacedService } from '../topology/service.ts'
import { fileFrom, type WishedFiles } from '../wishes/file-wish.ts'
import { boardFacts, isBoardKnown, systemArchitecture, type FactMap } from './board-facts.ts'
import type { ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { offerFindings } from './offers.ts'
import { place, withoutNodes, type Placement } from './placement.ts'
import { followLoops } from './follows.ts'
import { portsTakenTwice } from './ports.ts'
import { databasesOnShares } from './volumes.ts'
import { serviceOf } from './service-placement.ts'
import { sharedOf, type SharedKey } from './shared.ts'

/** What resolve is given. */
export interface ResolveInput {
  readonly file: ClusterFile
  readonly positions: Positions
  readonly lock: ClusterLock
  readonly roles: Readonly<Record<string, Role>>
  /** The kinds that there are; those that Bramble has when left out. */
  readonly kinds?: Readonly<Record<string, CompilerKind>> | undefined
  /** Keys that may log in, as OpenSSH lines: paths in the cluster file are already read. */
  readonly authorizedKeys: readonly string[]
  /** The files beside the cluster file that roles wish for. */
  readonly files?: WishedFiles
  /** The texts of the cluster file that stand elsewhere. */
  readonly references?: readonly TakenText[]
  /** Nodes that everything is taken from, whatever the cluster file puts on them, but what lets us log in. */
  readonly bare?: ReadonlySet<string> | undefined
  /** The run is one of updates. */
  readonly updating?: boolean | undefined
  /** In the lab: the addresses of the virtual nodes, which stand in for those of the boards. */
  readonly twin?: ReadonlyMap<string, string>
}

/** A cluster of nodes with the roles that they have. */
export interface Resolved {
  readonly cluster: Cluster
  /** What is chosen among, for whoever chooses nodes after the cluster file has: its groups are the same there. */
  readonly selection: SelectionContext
  /** What engines cannot change once they run, as this cluster file has it. */
  readonly settled: Readonly<Record<string, string>>
  /** The roles that there are. */
  readonly roles: Readonly<Record<string, Role>>
  /** The kinds that there are; those that Bramble has when left out. */
  readonly kinds: Readonly<Record<string, CompilerKind>> | undefined
  readonly positions: Positions
  /** The files beside the cluster file that roles wish for. */
  readonly files: WishedFiles
  /** The texts of the cluster file that stand elsewhere. */
  readonly references: readonly TakenText[]
  /** Nodes that everything is taken from. */
  readonly bare: ReadonlySet<string>
  /** The cluster as the file has it, with what is taken from these nodes; `cluster` itself where nothing is taken. */
  readonly complete: Cluster
  /** The lock with the choices of this resolve. */
  readonly lock: ClusterLock
  readonly diagnostics: readonly Diagnostic[]
}

/** Stands for nodes of a lab that is not up; nothing can be reached there (RFC 1122, 3.2.1.3). */
const NO_ADDRESS = '0.0.0.0'

/** Of virtual nodes. */
const SSH_PORT = 22

/** Resolves. Diagnostics hold everything that selectors and roles object to. */
export function resolve(input: ResolveInput): Resolved {
  const { file, positions, lock, roles, bare = new Set() } = input
  const boards = Object.entries(file.nodes).map(([name, entry]) => declaredBoard(name, entry, lock))
  const candidates = boards.map(candidate)
  const placed = place({ file, positions, roles, previous: lock.choices, candidates })
  const placement = bare.size === 0 ? placed : withoutNodes(placed, bare, roles)
  const { cluster, shared } = placedCluster(input, boards, placement)
  const settled = settledValues(cluster, input)
  const judged = (): Diagnostic[] => [
    ...placement.diagnostics,
    ...shared.diagnostics(positions, placeOfRole),
    ...findings(cluster, input),
    ...offerFindings({ cluster, roles }, positions),
    ...followLoops(cluster, input),
    ...portsTakenTwice(cluster, input),
    ...databasesOnShares(cluster, input.positions),
    ...unsettled(settled, lock, positions),
  ]
  return {
    cluster,
    selection: { nodes: candidates, groups: file.groups, positions, previous: placement.choices },
    roles,
    kinds: input.kinds,
    positions,
    files: input.files ?? new Map(),
    references: input.references ?? [],
    bare,
    complete: bare.size === 0 ? cluster : placedCluster(input, boards, placed).cluster,
    settled: Object.fromEntries(settled.map(({ what, value }) => [what, value])),
    lock: { ...lock, choices: mutable(placement.choices), allocations: shared.allocations() },
    // Nobody judges what a cluster would be without what is on its way out.
    diagnostics: bare.size > 0 ? [] : judged(),
  }
}

/** The cluster with its roles where they are placed, and what these share. */
function placedCluster(
  input: ResolveInput,
  boards: readonly DeclaredBoard[],
  placement: Placement,
): { readonly cluster: Cluster; readonly shared: ReturnType<typeof sharedOf> } {
  const uses = usesByNode(placement)
  const nodes = boards.map((board) => nodeOf(board, input, uses.get(board.name) ?? []))
  const shared = sharedOf((): Cluster => cluster, input.roles, input.lock)
  const { network, allocated, provided, openings, watchers, keeper } = shared
  const cluster: Cluster = {
    ...clusterOf(input, nodes, placement, uses),
    network,
    allocated,
    provided,
    openings,
    watchers,
    keeper,
  }
  return { cluster, shared }
}

/** A node as roles see it. */
function nodeOf(
  { name, entry, facts, board }: DeclaredBoard,
  input: ResolveInput,
  uses: readonly RoleOnNode[],
): ClusterNode {
  const { file } = input
  return {
    name,
    fqdn: `${name}.${file.domain}`,
    // A board's address means nothing in the lab.
    address: input.twin ? (input.twin.get(name) ?? NO_ADDRESS) : (entry.address ?? name),
    ...(entry.via !== undefined && !input.twin && { via: entry.via }),
    ...(entry.via !== undefined && Object.hasOwn(file.nodes, entry.via) && { reachedThrough: entry.via }),
    ...(entry.mac !== undefined && { mac: entry.mac }),
    sshPort: input.twin ? SSH_PORT : (entry.port ?? file.access.port),
    architecture: systemArchitecture(facts) ?? board.architecture,
    board,
    sharesKernel: input.twin !== undefined && facts['emulated'] !== 'yes',
    user: entry.user ?? file.access.user,
    facts,
    roles: [...new Set(uses.map(({ role }) => role))],
  }
}

interface DeclaredBoard {
  readonly name: string
  readonly entry: ClusterFile['nodes'][string]
  readonly facts: FactMap
  readonly board: BoardFacts
  /** False when nothing but guesses is known of the board. */
  readonly known: boolean
}

function declaredBoard(name: string, entry: DeclaredBoard['entry'], lock: ClusterLock): DeclaredBoard {
  const facts = lock.nodes[name] ?? {}
  return { name, entry, facts, board: boardFacts(entry, facts), known: isBoardKnown(entry, lock.nodes[name]) }
}

/** What a selector may go by: a guess is no reason to choose a board. */
function candidate({ name, board, known, entry }: DeclaredBoard): Candidate {
  return {
    name,
    has: board.has,
    labels: board.labels,
    model: known ? board.model : entry.model,
    memoryBytes: known || entry.memory !== undefined ? board.memoryBytes : undefined,
    architecture: known ? board.architecture : entry.architecture,
  }
}

/** What each node does, in the order of the cluster file. */
function usesByNode(placement: Placement): Map<string, RoleOnNode[]> {
  const byNode = new Map<string, RoleOnNode[]>()
  for (const [role, uses] of placement.roles) {
    for (const { use, nodes } of uses) {
      const { path } = use
      for (const node of nodes) {
        const options = use.onNode?.[node] ?? use.options
        byNode.set(node, [...(byNode.get(node) ?? []), { role, options, path }])
      }
    }
  }
  return byNode
}

function clusterOf(
  input: ResolveInput,
  nodes: readonly ClusterNode[],
  placement: Placement,
  usesOf: ReadonlyMap<string, readonly RoleOnNode[]>,
): Omit<Cluster, SharedKey> {
  const { file } = input
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const services = placedServices(file, placement)
  const named = (names: readonly string[]): ClusterNode[] => names.flatMap((name) => byName.get(name) ?? [])
  const uses = new Map(
    [...placement.roles].map(([role, placed]) => [
      role,
      placed.map(({ use: { options, path }, nodes: on }): RoleOnNodes => ({
        options,
        path,
        nodes: named(on),
      })),
    ]),
  )
  const withRole = new Map(
    [...uses.keys()].map((role) => [role, nodes.filter((node) => node.roles.includes(role))]),
  )
  return {
    name: file.cluster,
    domain: file.domain,
    lab: input.twin !== undefined,
    updating: input.updating === true,
    nodes,
    access: { authorizedKeys: input.authorizedKeys },
    find: (role) => withRole.get(role) ?? [],
    uses: <Options>(role: string) => (uses.get(role) ?? []) as readonly RoleOnNodes<Options>[],
    usesOn: (node) => usesOf.get(node) ?? [],
    options: <Options>(role: string) => file.roles[role]?.[0]?.options as Options | undefined,
    isSecret: holdsStandIn,
    pinned: (engine) => input.lock.releases[engine]?.version,
    services: () => services,
    servicesOn: (node) => services.flatMap((one) => (isHere(one, node) ? [one.service] : [])),
  }
}

/** Whether the systemd of this node runs it, or nobody does and it is only announced there. */
function isHere({ by, nodes }: PlacedService, node: string): boolean {
  return by === SYSTEMD && nodes.includes(node)
}

function placedServices({ services }: ClusterFile, placement: Placement): readonly PlacedService[] {
  return Object.entries(services).flatMap(([name, entry]) => {
    const found = placement.services.get(name)
    return found === undefined ? [] : [{ service: serviceOf(name, entry), ...found }]
  })
}

function findings(
  cluster: Cluster,
  { file, positions, roles, files = new Map() }: ResolveInput,
): Diagnostic[] {
  const folder = dirname(positions.of([]).file)
  return Object.keys(file.roles).flatMap((name) =>
    cluster.uses<never>(name).flatMap((use) =>
      (roles[name]?.findings?.({ ...use, cluster, file: fileFrom(files) }) ?? []).map(
        ({ diagnostic, node, option, path, place: beside }) => {
          if (beside !== undefined)
            return { ...diagnostic, where: { ...beside, file: join(folder, beside.file) } }
          if (path !== undefined) return { ...diagnostic, where: positions.of(path) }
          const where: FilePlace =
            node !== undefined ? positions.ofKey(['nodes', node]) : placeOfUse(positions, use.path, option)
          return { ...diagnostic, where }
        },
      ),
    ),
  )
}

function settledValues(cluster: Cluster, { file, roles, files = new Map() }: ResolveInput): SettledValue[] {
  return Object.keys(file.roles).flatMap((name) =>
    cluster
      .uses<never>(name)
      .flatMap((use) => roles[name]?.settled?.({ ...use, cluster, file: fileFrom(files) }) ?? []),
  )
}

/** Values that are no longer what the last complete apply left on the nodes. */
function unsettled(
  settled: readonly SettledValue[],
  lock: ClusterLock,
  positions: Positions,
): readonly Diagnostic[] {
  return settled.flatMap(({ what, value, path, keep, carried }) => {
    const before = lock.settled[what]
    if (before === undefined || before === value) return []
    const details = { what, before, now: value, keep: keep(before), carried }
    return [resolveCodes.SETTLED_VALUE_CHANGED(details, { where: positions.of(path) })]
  })
}

/** Where the cluster file says something of a role: at its option, or where the role is used. */
export function placeOfRole(positions: Positions, role: string, option?: string | KeyPath): FilePlace {
  return placeOfUse(positions, ['roles', role], option)
}

/** Where the cluster file says something of one use of a role: at its option, or where the use is. */
export function placeOfUse(positions: Positions, use: KeyPath, option?: string | KeyPath): FilePlace {
  if (option === undefined) return positions.ofKey(use)
  return positions.of([...use, ...(typeof option === 'string' ? [option] : option)])
}

function mutable(choices: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(choices).map(([key, nodes]) => [key, [...nodes]]))
}
