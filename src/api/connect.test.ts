import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dialsOf } from './connect.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { openCluster, type OpenedCluster } from './open.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-connect-'))
  await writeFile(
    join(folder, 'cluster.yaml'),
    'cluster: office\ndomain: home.arpa\nnodes:\n  ada: { address: 192.0.2.1 }\n  grace: { address: 192.0.2.2, via: ada, port: 2222 }\n',
  )
})
afterAll(() => rm(folder, { recursive: true }))

async function opened(lab: boolean): Promise<OpenedCluster> {
  const result = await openCluster({ folder, lab })
  if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
  return result.cluster
}

describe('the way to the nodes', () => {
  it('is what the cluster file says, through another node where it says so', async () => {
    expect(dialsOf(await opened(false))).toMatchObject([
      { node: 'ada', host: '192.0.2.1', port: 22, user: 'pi', sudo: 'nopasswd' },
      { node: 'grace', host: '192.0.2.2', port: 2222, via: 'ada' },
    ])
  })

  it('never leads to a board when the lab is not up (LAB_NOT_UP)', async () => {
    const cluster = await opened(true)
    expect(() => dialsOf(cluster)).toThrow(DiagnosticsError)
    expect(() => dialsOf(cluster)).toThrow(/LAB_NOT_UP/)
  })
})
