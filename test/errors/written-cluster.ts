/** Cluster files of a small datacentre with one thing in them that is to be judged. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { openCluster } from '../../src/api/open.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'

export type Parts = Readonly<Record<string, unknown>>

/** Three servers and a client; `options` are those of consul-server. */
export function cluster(options: Parts = {}, more: Parts = {}, base: Parts = {}, client: Parts = {}): Parts {
  const board = { model: 'pi4', memory: '4GiB' }
  return {
    cluster: 'office',
    domain: 'office.example.net',
    nodes: {
      a: { address: '192.0.2.1', ...board },
      b: { address: '192.0.2.2', ...board },
      c: { address: '192.0.2.3', ...board },
      d: { address: '192.0.2.4', ...board },
    },
    roles: {
      base: { on: 'all', ...base },
      'consul-server': { on: ['a', 'b', 'c'], ...options },
      'consul-client': { on: 'd', ...client },
    },
    ...more,
  }
}

export const server = (options: Parts): Parts => cluster(options)
export const base = (options: Parts): Parts => cluster({}, {}, options)
export const settings = (value: Parts): Parts => server({ settings: value })
export const rules = (text: string): Parts => server({ policies: { app: { rules: text } } })
export const service = (value: Parts): Parts =>
  cluster({}, { services: { web: { on: 'd', port: 80, ...value } } })

export const node = (value: Parts): Parts => {
  const { nodes, ...rest } = cluster() as { nodes: Parts }
  return { ...rest, nodes: { ...nodes, d: { ...(nodes['d'] as Parts), ...value } } }
}

/** What is found in it, with this cluster lock beside it. */
export async function problemsOf(written: Parts, lock?: Parts): Promise<readonly Diagnostic[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-refused-'))
  try {
    writeFileSync(join(folder, 'cluster.yaml'), stringify(written))
    if (lock !== undefined) writeFileSync(join(folder, 'cluster.lock'), stringify(lock))
    const opened = await openCluster({ folder, lab: false })
    return 'cluster' in opened ? opened.cluster.diagnostics : opened.diagnostics
  } finally {
    rmSync(folder, { recursive: true })
  }
}
