import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openCluster, type OpenedCluster } from '../open.ts'
import { exportNames, exportText } from './exports.ts'

async function opened(folder: string): Promise<OpenedCluster> {
  const found = await openCluster({ folder, lab: false })
  if (!('cluster' in found)) throw new Error(JSON.stringify(found.diagnostics))
  return found.cluster
}

const rainbow = (): Promise<OpenedCluster> => opened(resolve('examples/rainbow'))

it('writes every node down in each form, and knows no other', async () => {
  const cluster = await rainbow()
  for (const what of exportNames().filter((name) => name !== 'prometheus')) {
    const text = (await exportText(cluster, what)) ?? ''
    for (const { name } of cluster.nodes)
      expect([what, text]).toEqual([what, expect.stringMatching(`\\b${name}\\b`)])
  }
  expect(await exportText(cluster, 'toString')).toBeUndefined()
})

it('gives Ansible the roles as groups', async () => {
  const text = (await exportText(await rainbow(), 'ansible')) ?? ''
  expect(text).toMatch(/^\[role_consul_server\]\n(?:\w+\n){3}/m)
})

it('gives Terraform names, addresses and roles, as JSON', async () => {
  const { nodes } = JSON.parse((await exportText(await rainbow(), 'terraform-vars')) ?? '') as {
    nodes: Record<string, { roles: string[]; user: string; port: number }>
  }
  expect(nodes['bobsrockets']).toMatchObject({
    user: 'pi',
    port: 22,
    roles: expect.arrayContaining(['base']) as string[],
  })
})

it('gives Prometheus a target for what has metrics', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-exports-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(
    join(folder, 'cluster.yaml'),
    `cluster: watched
domain: office.example.net
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: '2001:db8::11', model: pi4, memory: 1GiB }
roles:
  node-exporter: { on: all }
`,
  )
  const groups = JSON.parse((await exportText(await opened(folder), 'prometheus')) ?? '') as unknown
  const labels = {
    cluster: 'watched',
    role: 'node-exporter',
    __metrics_path__: '/metrics',
    __scheme__: 'https',
  }
  expect(groups).toEqual([
    { targets: ['192.0.2.10:9100'], labels: { ...labels, node: 'ant' } },
    { targets: ['[2001:db8::11]:9100'], labels: { ...labels, node: 'bee' } },
  ])
})
