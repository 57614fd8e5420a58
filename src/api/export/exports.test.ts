import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { openCluster, type OpenedCluster } from '../open.ts'
import { exportNames, exportText } from './exports.ts'

async function rainbow(): Promise<OpenedCluster> {
  const opened = await openCluster({ folder: resolve('examples/rainbow'), lab: false })
  if (!('cluster' in opened)) throw new Error(JSON.stringify(opened.diagnostics))
  return opened.cluster
}

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
  const groups = JSON.parse((await exportText(await rainbow(), 'prometheus')) ?? '') as {
    targets: string[]
    labels: object
  }[]
  for (const { targets, labels } of groups) {
    expect(targets[0]).toMatch(/^[\d.]+:\d+$/)
    expect(labels).toMatchObject({ __metrics_path__: expect.stringMatching(/^\//) as string })
  }
})
