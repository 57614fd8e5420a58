/** The contract that every role keeps: one suite, run over every board, over clusters of one to three nodes. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Program } from '../../src/compile/compile.ts'
import { shellName } from '../../src/compile/compile.ts'
import { MODEL_IDS, type ModelId } from '../../src/hardware/boards.ts'
import { orderResources } from '../../src/plan/order.ts'
import { addressOf, type Resource } from '../../src/resources/kind.ts'
import type { Role } from '../../src/roles/role.ts'
import type { Cluster } from '../../src/topology/cluster.ts'
import { run } from '../../src/support/run.ts'
import {
  clusterFixture,
  releaseFixture,
  secretsFixture,
  type ClusterFixture,
  type NodeFixture,
} from './cluster-fixture.ts'
import { loadKinds, programOf } from './program-run.ts'

/** Options as the cluster file has them. */
type Written = Readonly<Record<string, unknown>>

/** Another role that must be in the cluster, on nodes of its own. */
export interface RoleBeside {
  readonly role: Role<never>
  readonly options?: Written
  readonly nodes: number
}

/** What a role gives to be tested. */
export interface RoleContract {
  readonly role: Role<never>
  /** The keys without which the role cannot be used; none when left out. */
  readonly required?: Written
  /** Options that together reach every resource of the role; each must compile too. */
  readonly samples?: Readonly<Record<string, Written>>
  readonly beside?: readonly RoleBeside[]
  /** Boards that the role refuses with a finding, and which are therefore not compiled. */
  readonly refuses?: readonly ModelId[]
  /** More of the cluster: services, keys. */
  readonly cluster?: Omit<ClusterFixture, 'nodes' | 'options'>
}

/** What the role makes of one node, and the secrets that it was told for that. */
interface Made {
  readonly resources: readonly Resource[]
  readonly secrets: readonly string[]
}

function clusterOf(
  contract: RoleContract,
  nodes: readonly Partial<NodeFixture>[],
  written: Written,
): Cluster {
  const { role, beside = [] } = contract
  return clusterFixture({
    ...contract.cluster,
    nodes: [
      ...nodes.map((node) => ({ ...node, roles: [role.name] })),
      ...beside.flatMap((other) => Array.from({ length: other.nodes }, () => ({ roles: [other.role.name] }))),
    ],
    options: Object.fromEntries([
      [role.name, role.options.parse(written)],
      ...beside.map((other) => [other.role.name, other.role.options.parse(other.options ?? {})]),
    ]),
  })
}

function make({ role }: RoleContract, cluster: Cluster): Made[] {
  return cluster.find(role.name).map((node) => {
    const secrets = secretsFixture()
    const options = cluster.options<never>(role.name) as never
    role.secrets?.({ options, node, cluster })
    role.releases?.({ options, node, cluster })
    const resources = role.resources({ options, node, cluster, secrets, release: releaseFixture })
    return { resources, secrets: secrets.given }
  })
}

async function programsOf(contract: RoleContract, nodes: readonly Partial<NodeFixture>[], written: Written) {
  const made = make(contract, clusterOf(contract, nodes, written))
  return Promise.all(made.map(({ resources }) => programOf(resources)))
}

function bytesOf(program: Program): { text: string; sensitive: boolean }[] {
  return [...program.contents.values()].map(({ bytes, sensitive }) => ({
    text: 'path' in bytes ? '' : Buffer.from(bytes).toString(),
    sensitive,
  }))
}

/** Registers the whole suite for one role. */
export function describeRole(contract: RoleContract): void {
  const { role, required = {}, samples = {}, refuses = [] } = contract
  const all: [string, Written][] = [['only the required options', required], ...Object.entries(samples)]
  describe(`the role ${role.name}`, () => {
    describeOptions(contract)
    describe.each(all)('with %s', (_, written) => {
      it.each([1, 2, 3])('compiles on %i nodes', async (count) => {
        const nodes = Array.from({ length: count }, () => ({}))
        expect(await programsOf(contract, nodes, written)).toHaveLength(count)
      })
      it.each(MODEL_IDS.filter((model) => !refuses.includes(model)))('compiles on a %s', async (model) => {
        expect(await programsOf(contract, [{ model }], written)).toHaveLength(1)
      })
      describeProgram(contract, written)
    })
  })
}

/** What JSON Schema says of one object of options. */
interface Described {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Described>>
  readonly additionalProperties?: boolean | Described
  readonly items?: Described
  readonly anyOf?: readonly Described[]
}

function undescribed(schema: Described, path: string): string[] {
  const properties = Object.entries(schema.properties ?? {})
  return [
    ...properties.flatMap(([key, value]) => (value.description ? [] : [`${path}.${key} has no description`])),
    ...(properties.length > 0 && schema.additionalProperties !== false ? [`${path} takes unknown keys`] : []),
    ...properties.flatMap(([key, value]) => undescribed(value, `${path}.${key}`)),
    ...(schema.items ? undescribed(schema.items, `${path}[]`) : []),
    ...(schema.anyOf ?? []).flatMap((one) => undescribed(one, path)),
    ...(typeof schema.additionalProperties === 'object'
      ? undescribed(schema.additionalProperties, `${path}.*`)
      : []),
  ]
}

function describeOptions({ role, required = {} }: RoleContract): void {
  it('describes every option and refuses keys that it does not know', () => {
    const schema = z.toJSONSchema(role.options, { io: 'input', reused: 'inline' }) as Described
    expect(undescribed({ ...schema, additionalProperties: false }, role.name)).toEqual([])
    expect(role.options.safeParse({ ...required, 'no-such-key': 1 }).success).toBe(false)
  })
  it('cannot do without any of its required options', () => {
    for (const key of Object.keys(required)) {
      const { [key]: _, ...others } = required
      expect(role.options.safeParse(others).success, key).toBe(false)
    }
  })
  it('has a summary that is one sentence', () => {
    expect(role.summary).toMatch(/^[A-Z].*\.$/)
  })
}

function describeProgram(contract: RoleContract, written: Written): void {
  const three: readonly Partial<NodeFixture>[] = [{ model: 'pi4' }, { model: 'pi3' }, { model: 'pi5' }]
  const made = () => make(contract, clusterOf(contract, three, written))

  it('compiles to the same bytes each time', async () => {
    const [one, two] = [
      await programsOf(contract, three, written),
      await programsOf(contract, three, written),
    ]
    expect(two.map(({ sha256 }) => sha256)).toEqual(one.map(({ sha256 }) => sha256))
  })
  it('shows no secret in a program, a name or a content that is not secret', async () => {
    for (const { resources, secrets } of made()) {
      const program = await programOf(resources)
      const open = [
        program.text,
        ...bytesOf(program).flatMap(({ text, sensitive }) => (sensitive ? [] : [text])),
      ]
      for (const secret of secrets) expect(open.filter((text) => text.includes(secret))).toEqual([])
    }
  })
  it('needs only what the node has, in an order without circles', async () => {
    for (const { resources } of made()) {
      const kinds = await loadKinds(resources.map(({ kind }) => kind))
      expect(orderResources(resources, (kind) => kinds[kind]?.kind.stage ?? 0)).toHaveLength(resources.length)
    }
  })
  it('can be removed: every resource that it makes has a kind that puts back what was there', async () => {
    for (const { resources } of made()) {
      const used = [...new Set(resources.map(({ kind }) => kind))]
      const nothing = await programOf([], used)
      const removable = used.filter((kind) => nothing.text.includes(`\n${shellName(kind)}_remove() {`))
      expect(removable).toEqual(used)
      expect(new Set(resources.map(addressOf)).size).toBe(resources.length)
    }
  })
  it.each(['dash', 'busybox'])('is a program that %s can read', async (shell) => {
    for (const program of await programsOf(contract, three, written)) {
      const applet = shell === 'busybox' ? ['ash'] : []
      const { code, stderr } = await run(shell, [...applet, '-n'], { input: program.text })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
  })
}
