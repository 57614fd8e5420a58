/** Schema of the whole cluster file; every key has the description that editors and the reference show. */
import type { RoleForm, RoleSchemas } from './role-form.ts'
import { z } from 'zod'
import { updateWindowSchema } from './update-window.ts'
import { Bug } from '../diagnostics/bug.ts'
import { DNS_LABEL, DOMAIN, DURATION, USER_NAME, listOf, text } from './forms.ts'
import { nodeOptionsSchema } from './node-options-schema.ts'
import { nodeSchema, portSchema, wayKeys } from './node-schema.ts'
import { selectionSchema } from './selection-schema.ts'
import type { KeyPath } from './positions.ts'
import type { Selection } from './selection-schema.ts'
import { serviceSchema } from './service-schema.ts'

/** Names are checked elsewhere, where a better name can be proposed; editors get the pattern. */
const name = () => z.string().meta({ pattern: DNS_LABEL.source })

const accessSchema = z
  .strictObject({
    user: text(USER_NAME).default('pi').meta({ description: 'User to log in as on every node.' }),
    port: portSchema.default(22).meta({ description: 'SSH port of every node.' }),
    authorized_keys: listOf(text())
      .default([])
      .meta({ description: 'Public keys that may log in: paths of files, or keys written out.' }),
    ...wayKeys,
    keep_connections: text(DURATION).optional().meta({
      description:
        'How long plan and apply keep their connections for the next one, such as 10m; as ControlPersist of OpenSSH.',
    }),
  })
  .meta({ description: 'How to log in to the nodes.' })

const releasesSchema = z
  .strictObject({
    mirror: text().optional().meta({ description: 'URL or folder to take release files from.' }),
    key: text()
      .optional()
      .meta({ description: 'Fingerprint or path of the key that signs the files of the mirror.' }),
  })
  .meta({ description: 'Where release files of engines come from, if not from their makers.' })

const labSchema = z
  .strictObject({
    release: text().optional().meta({ description: 'Debian release of the virtual nodes, such as trixie.' }),
    share_memory: z.boolean().optional().meta({
      description: "Let virtual nodes share this computer's memory instead of limiting each to its board's.",
    }),
    emulate: listOf(text()).optional().meta({
      description:
        'Nodes that are emulated machines with a kernel, a clock and a disk of their own: slower, for what nodes in namespaces lack.',
    }),
  })
  .meta({ description: 'The virtual twin of the cluster on this computer.' })

const clusterSchema = z.strictObject({
  cluster: text().meta({
    description: 'Name of the cluster: a-z, 0-9 and hyphens.',
    pattern: DNS_LABEL.source,
  }),
  domain: text(DOMAIN)
    .transform((domain) => domain.toLowerCase().replace(/\.$/, ''))
    .meta({ description: 'A domain you own, or home.arpa; services answer under service.<domain>.' }),
  include: listOf(text()).optional().meta({
    description:
      'Further files of the cluster file, with the same keys: paths from the folder of this one, such as nodes.yaml or roles/*.yaml.',
  }),
  access: accessSchema.prefault({}),
  nodes: z
    .record(
      name(),
      nodeSchema.nullable().transform((node) => node ?? nodeSchema.parse({})),
    )
    .meta({ description: 'The nodes of the cluster by name.' }),
  groups: z
    .record(name(), selectionSchema)
    .default({})
    .meta({ description: 'Named sets of nodes: lists of nodes and groups, or selectors.' }),
  services: z
    .record(name(), serviceSchema)
    .default({})
    .meta({ description: 'Services that the cluster announces, by name.' }),
  window: updateWindowSchema.optional(),
  releases: releasesSchema.optional(),
  lab: labSchema.optional(),
})

/** One use of a role: where, and with which options. */
export interface RoleUse {
  /** The way to it in the cluster file: `roles.base`, or `roles.files[1]` where the role is a list. */
  readonly path: KeyPath
  readonly on: Selection
  readonly count?: number
  /** What the role's own schema made of the other keys. */
  readonly options: Readonly<Record<string, unknown>>
  /** The same for nodes that have some of them otherwise. */
  readonly onNode?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** What the user wrote, checked and with defaults filled in; nothing resolved yet. Keys are those of the file. */
export type ClusterFile = z.output<typeof clusterSchema> & {
  /** The uses of each role, in the order of the file; one for a role that is no list. */
  readonly roles: Readonly<Record<string, readonly RoleUse[]>>
}

/** What may be written into a cluster file, with `Roles` for the options of each role. */
export type ClusterFileInput<Roles extends object = Record<string, object>> = Omit<
  z.input<typeof clusterSchema>,
  'nodes'
> & {
  readonly nodes: Readonly<Record<string, NodeInput<Roles> | null>>
  readonly roles?: { readonly [Role in keyof Roles]?: UseInput<Roles[Role]> }
}

/** A node, and the options of roles that it has otherwise. */
export type NodeInput<Roles extends object> = z.input<typeof nodeSchema> & {
  readonly options?: { readonly [Role in keyof Roles]?: Partial<Roles[Role]> }
}

/** Options with where they count; a list of them where the options of a role say so (see {@link SeveralUses}). */
export type UseInput<Options> =
  Options extends SeveralUses<infer Each> ? OneUse<Each> | readonly OneUse<Each>[] : OneUse<Options>
/** The options of one use of a role, and where they count. */
export type OneUse<Options> = Options & z.input<typeof roleKeysSchema>

/** Marks the options of a role that may be used several times. */
export interface SeveralUses<Options> {
  readonly severalUsesOf: Options
}

const roleKeysSchema = z.object({
  on: selectionSchema.meta({
    description:
      'Nodes that get the role: names and groups, `all`, `rest` (nodes without a rival role), or a selector.',
  }),
  count: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Take exactly this many of them; the choice is kept in the cluster lock.' }),
})

/** The schema of a cluster file in which these roles may be used. */
export function clusterFileSchema(roles: RoleSchemas) {
  const uses = Object.entries(roles).map(([role, form]) => {
    const description = form.options.description ?? `The role ${role}: where it is and its options.`
    return [role, usesSchema(role, form).optional().meta({ description })] as const
  })
  const perNode = Object.entries(roles).flatMap(([role, form]) => {
    const schema = nodeOptionsSchema(form)
    const description = `Options of the role ${role} that this node has otherwise.`
    return schema ? [[role, schema.optional().meta({ description })] as const] : []
  })
  const node = nodeSchema.extend({
    options: z
      .strictObject(Object.fromEntries(perNode))
      .optional()
      .meta({ description: 'Options of roles that this node has otherwise than the rest, by role.' }),
  })
  return clusterSchema.extend({
    nodes: z
      .record(
        name(),
        node.nullable().transform((entry) => entry ?? node.parse({})),
      )
      .meta({ description: 'The nodes of the cluster by name.' }),
    roles: z
      .strictObject(Object.fromEntries(uses))
      .default({})
      .meta({ description: 'What nodes do: each role with the nodes it is on and its options.' }),
  })
}

function usesSchema(role: string, { options, uses }: RoleForm) {
  const use = useSchema(role, options)
  const one = use.transform((written) => [useOf(written, ['roles', role])])
  if (uses !== 'several') return one
  const several = z
    .array(use)
    .transform((all) => all.map((written, index) => useOf(written, ['roles', role, index])))
  return z.union([one, several])
}

function useSchema(role: string, options: z.ZodType) {
  if (!(options instanceof z.ZodObject)) throw new Bug(`the options of role ${role} are no object schema`)
  return options.safeExtend(roleKeysSchema.shape).strict()
}

function useOf({ on, count, ...options }: Readonly<Record<string, unknown>>, path: KeyPath): RoleUse {
  return { path, on: on as Selection, ...(count !== undefined && { count: count as number }), options }
}
