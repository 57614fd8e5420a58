import { expect, it } from 'vitest'
import { z } from 'zod'
import { readClusterFile } from '../cluster-file/read.ts'
import { EMPTY_LOCK } from '../cluster-lock/cluster-lock.ts'
import { orderedNodes } from '../programs/node-order.ts'
import { defineRole, type Role } from '../roles/role.ts'
import { resolve } from './resolve.ts'

const options = z.strictObject({ from: z.string().default('').meta({ description: 'Where it gets it.' }) })

/** A role whose node stands on another one. */
const needy = (name: string): Role =>
  defineRole<z.output<typeof options>>({
    name,
    summary: 'It stands on another node.',
    options,
    follows: ({ options: { from } }) => [from],
    resources: () => [],
  }) as unknown as Role
/** A role whose node stands on each that has `core`. */
const user = defineRole<z.output<typeof options>>({
  name: 'user',
  summary: 'It stands on those with core.',
  options,
  follows: ({ cluster }) => cluster.find('core').map(({ name }) => name),
  resources: () => [],
}) as unknown as Role
const core = { ...needy('core'), follows: undefined } as unknown as Role
const roles = {
  core,
  user,
  fetcher: needy('fetcher'),
  keeper: { ...needy('keeper'), pace: { batch: 3 } } as const,
}

function resolved(rolesText: string, bare?: ReadonlySet<string>) {
  const text = `cluster: office
domain: office.example.net
nodes:
  ant: {}
  bee: { via: ant }
  cow: { via: pi@elsewhere }
roles:
${rolesText}
`
  const { file, positions } = readClusterFile(
    { path: 'cluster.yaml', text },
    { roles: { core: { options }, user: { options }, fetcher: { options }, keeper: { options } } },
  )
  if (!file) throw new Error('it does not read')
  return resolve({ file, positions, roles, authorizedKeys: [], lock: EMPTY_LOCK, bare })
}

it('tells the rollout who stands on whom, who is reached through whom, and at which pace roles go', () => {
  const found = resolved('  fetcher: { on: [ant, bee], from: ant }\n  keeper: { on: cow, from: nobody }')
  expect(found.diagnostics).toEqual([])
  expect(orderedNodes(found, new Set(['ant', 'bee', 'cow']))).toEqual([
    { name: 'ant', roles: ['fetcher'], follows: [], paces: [{ of: 'fetcher' }] },
    { name: 'bee', roles: ['fetcher'], follows: ['ant'], through: 'ant', paces: [{ of: 'fetcher' }] },
    { name: 'cow', roles: ['keeper'], follows: [], paces: [{ of: 'keeper', pace: { batch: 3 } }] },
  ])
})

it('lets those that give the same wait for none of each other: each has it from itself', () => {
  const text = '  core: { on: [ant, bee] }\n  user: { on: all }'
  const found = resolved(text)
  expect(found.diagnostics).toEqual([])
  const order = orderedNodes(found, new Set(['ant', 'bee', 'cow'])).map(({ name, follows }) => [
    name,
    follows,
  ])
  expect(order).toEqual([
    ['ant', []],
    ['bee', []],
    ['cow', ['ant', 'bee']],
  ])
})

it('takes away what nodes stand on after them, and waits for none that stays', () => {
  const text = '  fetcher: { on: [ant, bee], from: ant }\n  keeper: { on: cow, from: ant }'
  const all = ['ant', 'bee', 'cow']
  const lastAfter = (bare: readonly string[]) =>
    orderedNodes(resolved(text, new Set(bare)), new Set(all)).map((node) => [node.follows, node.lastAfter])
  expect(lastAfter(all)).toEqual([
    [[], ['bee', 'cow']],
    [[], []],
    [[], []],
  ])
  expect(lastAfter(['ant', 'bee'])).toEqual([
    [[], ['bee']],
    [[], []],
    [['ant'], undefined],
  ])
})

it('refuses nodes that would wait for each other, where they stand', () => {
  const { diagnostics } = resolved('  fetcher: { on: ant, from: bee }\n  keeper: { on: bee, from: ant }')
  expect(diagnostics).toMatchObject([
    {
      code: 'FOLLOW_LOOP',
      summary: 'ant goes after bee, which goes after ant',
      fix: expect.stringContaining('fetcher or keeper') as string,
      where: { line: 4 },
      also: [{ place: { line: 5 } }],
    },
  ])
})

it('takes from a node what others have stood on after they were changed, also where their role has left the file', () => {
  const lock = { ...EMPTY_LOCK, follows: { bee: ['ant'], cow: ['ant', 'bee'] } }
  const orderOf = (text: string) =>
    orderedNodes({ ...resolved(text), lock }, new Set(['ant', 'bee', 'cow'])).map((node) => [
      node.name,
      node.follows,
      node.lastAfter,
    ])
  expect(orderOf('  core: { on: ant }')).toEqual([
    ['ant', [], ['bee', 'cow']],
    ['bee', [], ['cow']],
    ['cow', [], undefined],
  ])
  expect(orderOf('  fetcher: { on: cow, from: ant }')).toEqual([
    ['ant', [], ['bee']],
    ['bee', [], ['cow']],
    ['cow', ['ant'], undefined],
  ])
})
