/** The text of a cluster file from what was imported. */
import { Document, type Pair, type Scalar, type YAMLMap } from 'yaml'
import { nodeAt, type Imported } from './import.ts'
import type { ImportedNode } from './node-of.ts'

/** What an inventory does not tell. */
export interface ClusterNames {
  readonly cluster: string
  readonly domain: string
  /** How the inventory is shown in the first line. */
  readonly from: string
}

const DEFAULT_PORT = 22
/** What a cluster file without `access.user` logs in as. */
const DEFAULT_USER = 'pi'

/** The YAML, with a comment where somebody has to decide. */
export function clusterText({ nodes, groups }: Imported, { cluster, domain, from }: ClusterNames): string {
  const user = common([...nodes.values()].map((node) => node.user ?? DEFAULT_USER))
  const port = common([...nodes.values()].map((node) => node.port ?? DEFAULT_PORT))
  const sudo = [...nodes.values()].every((node) => node.sudo !== undefined) && nodes.size > 0
  const access = {
    ...(user !== undefined && { user }),
    ...(port !== undefined && port !== DEFAULT_PORT && { port }),
    ...(sudo && { sudo: 'password' }),
  }
  const document = new Document({
    cluster,
    domain,
    ...(Object.keys(access).length > 0 && { access }),
    nodes: Object.fromEntries(
      [...nodes].map(([name, node]) => [name, entryOf(node, { nodes, user, port, sudo })]),
    ),
    ...(groups.size > 0 && { groups: Object.fromEntries(groups) }),
  })
  const entries = document.get('nodes') as YAMLMap<Scalar, YAMLMap>
  for (const { key, value } of entries.items) if (value) note(value, nodes.get(String(key.value)))
  for (const { value } of (document.get('groups') as YAMLMap | undefined)?.items ?? [])
    (value as YAMLMap).flow = true
  for (const pair of (document.contents as unknown as YAMLMap).items.slice(2))
    (pair as Pair<Scalar>).key.spaceBefore = true
  document.commentBefore = ` yaml-language-server: $schema=./cluster.schema.json\n Taken over from ${from}; what its nodes are to do is not known: see roles in the reference.`
  return document.toString({ lineWidth: 110, flowCollectionPadding: true })
}

interface Shared {
  readonly nodes: Imported['nodes']
  readonly user: string | undefined
  readonly port: number | undefined
  readonly sudo: boolean
}

function entryOf(node: ImportedNode, shared: Shared): Readonly<Record<string, unknown>> {
  const { via, note: _, user, port, sudo, ...rest } = node
  return {
    ...rest,
    ...(via && { via: viaText(via, shared.nodes) }),
    ...(user !== undefined && user !== (shared.user ?? DEFAULT_USER) && { user }),
    ...(port !== undefined && port !== (shared.port ?? DEFAULT_PORT) && { port }),
    ...(sudo && !shared.sudo && { sudo }),
  }
}

function viaText(via: NonNullable<ImportedNode['via']>, nodes: Imported['nodes']): string {
  const node = nodeAt(nodes, via)
  if (node !== undefined) return node
  const host = via.host.includes(':') ? `[${via.host}]` : via.host
  return `${via.user ?? DEFAULT_USER}@${host}${via.port === undefined ? '' : `:${via.port}`}`
}

function note(entry: YAMLMap, node: ImportedNode | undefined): void {
  entry.flow = true
  if (node?.note !== undefined) entry.comment = ` ${node.note}`
}

/** What all have; undefined when they do not agree. */
function common<Value>(values: readonly Value[]): Value | undefined {
  return values.every((value) => value === values[0]) ? values[0] : undefined
}
