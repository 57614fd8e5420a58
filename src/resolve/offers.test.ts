import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readClusterFile } from '../cluster-file/read.ts'
import { EMPTY_LOCK } from '../cluster-lock/cluster-lock.ts'
import type { ClusterStore } from '../engines/contract.ts'
import { defineRole, type Role } from '../roles/role.ts'
import { resolve } from './resolve.ts'

const options = z.strictObject({ name: z.string().default('vault/key').meta({ description: 'An offer.' }) })
const LOSS = 'whoever lost it begins anew'
const store = (): ClusterStore => ({
  name: 'vault',
  members: [],
  size: 0,
  runsAs: 'service:vault.service',
  check: () => Promise.resolve({ differences: [], unseen: [] }),
  whole: () => Promise.resolve([]),
  converge: () => Promise.resolve(),
})

type Options = z.output<typeof options>
const common = { summary: 'For tests.', options, resources: () => [] }
const made: Readonly<Record<string, Role<Options>>> = {
  vault: defineRole<Options>({
    ...common,
    name: 'vault',
    offers: ({ options: { name } }) => [{ name, loss: LOSS }],
    store,
  }),
  second: defineRole<Options>({
    ...common,
    name: 'second',
    offers: ({ options: { name } }) => [{ name, loss: LOSS }],
    store,
  }),
  storeless: defineRole<Options>({
    ...common,
    name: 'storeless',
    offers: ({ options: { name } }) => [{ name, loss: LOSS }],
  }),
  reader: defineRole<Options>({ ...common, name: 'reader', needs: ({ options: { name } }) => [name] }),
}
const roles = made as unknown as Readonly<Record<string, Role>>

function found(rolesText: string) {
  const text = `cluster: office
domain: office.example.net
nodes: { ant: { address: 192.0.2.1, model: pi4 }, bee: { address: 192.0.2.2, model: pi4 } }
roles:
${rolesText}`
  const read = readClusterFile({ path: 'cluster.yaml', text }, { roles })
  if (!read.file) throw new Error(JSON.stringify(read.diagnostics))
  const { diagnostics } = resolve({
    file: read.file,
    positions: read.positions,
    roles,
    authorizedKeys: [],
    lock: EMPTY_LOCK,
  })
  return diagnostics.map(({ code, where, fix, summary }) => ({
    code,
    line: where && 'line' in where ? where.line : undefined,
    fix,
    summary,
  }))
}

describe('what roles offer and need', () => {
  it('is fine when some role offers what another needs, also where both are on the same node', () => {
    expect(found('  vault: { on: ant }\n  reader: { on: all }\n')).toEqual([])
  })

  it('is told with its place and the nearest name when nobody offers it, once for all nodes of a use', () => {
    expect(found('  vault: { on: ant }\n  reader: { on: all, name: vault/kee }\n')).toEqual([
      {
        code: 'OFFER_UNKNOWN',
        line: 6,
        summary: 'reader needs vault/kee, and no role of this cluster offers it',
        fix: 'is vault/key meant?',
      },
    ])
    expect(found('  reader: { on: all }\n')).toMatchObject([{ code: 'OFFER_UNKNOWN', line: 5 }])
  })

  it('is refused where two offer the same, where nothing could make it, and where no secret can have the name', () => {
    expect(found('  vault: { on: ant }\n  second: { on: bee }\n')).toMatchObject([
      { code: 'OFFER_TWICE', line: 6, summary: 'vault and second both offer vault/key' },
    ])
    expect(found('  storeless: { on: ant }\n')).toMatchObject([{ code: 'OFFER_WITHOUT_STORE', line: 5 }])
    expect(found('  vault: { on: ant, name: Vault Key }\n')).toMatchObject([
      { code: 'SECRET_NAME_INVALID', line: 5 },
    ])
  })
})
