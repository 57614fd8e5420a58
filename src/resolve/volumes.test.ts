/** Databases stay off file systems that are shared. */
import { expect, it } from 'vitest'
import { z } from 'zod'
import { roleSchemas } from '../api/open.ts'
import { readClusterFile } from '../cluster-file/read.ts'
import { EMPTY_LOCK } from '../cluster-lock/cluster-lock.ts'
import { roles as real } from '../roles/registry.generated.ts'
import { defineRole, type Role } from '../roles/role.ts'
import { resolve } from './resolve.ts'

const options = z.strictObject({ at: z.string().meta({ description: 'Where.' }) })

/** A role that shares a folder, for tests. */
const share = defineRole<z.output<typeof options>>({
  name: 'share',
  summary: 'A shared folder for tests.',
  options,
  provides: ({ options: { at } }) => [
    { name: 'share', ports: [], to: 'cluster', volumes: [{ name: 'media', path: at, shared: true }] },
  ],
  resources: () => [],
})

function codesWith(at: string): string[] {
  const text = `cluster: office
domain: office.example.net
nodes:
  a: { address: 192.0.2.1, model: pi4, memory: 4GiB }
  b: { address: 192.0.2.2, model: pi4, memory: 4GiB }
roles:
  share: { on: a, at: ${at} }
  consul-server: { on: a, data_dir: /srv/data/consul }
  consul-client: { on: b }
`
  const schemas = { ...roleSchemas(), share: { options } }
  const { file, positions, diagnostics } = readClusterFile({ path: 'cluster.yaml', text }, { roles: schemas })
  if (!file) throw new Error(JSON.stringify(diagnostics))
  const roles = { ...real, share: share as unknown as Role }
  return resolve({ file, positions, roles, authorizedKeys: [], lock: EMPTY_LOCK })
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, summary }) => `${code}: ${summary}`)
}

it('says which role keeps a database on which volume: DATABASE_ON_SHARE', () => {
  expect(codesWith('/srv/data')).toEqual([
    'DATABASE_ON_SHARE: on a consul-server keeps its database in /srv/data/consul, which would lie on the shared volume media (/srv/data)',
  ])
})

it('has nothing against a shared folder beside it, or below another name', () => {
  expect(codesWith('/srv/data/consul-media')).toEqual([])
  expect(codesWith('/srv/media')).toEqual([])
})
