/** The engines' own clients on this computer: what they are told, and what keeps them from their engine. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { openCluster, type OpenedCluster } from '../open.ts'
import { prepare } from '../run/prepare.ts'
import { clientNames, clientVariables, forgetClient, noteWay, openWay } from './clients.ts'
import { connectClient } from './connect-client.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-clients-'))
  vi.stubEnv('HOME', folder)
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const CONSUL = 'consul-server: { on: ant, source: package, unmaintained: accepted'

/** A cluster whose one node takes no connection. */
async function opened(roles: string): Promise<OpenedCluster> {
  writeFileSync(
    join(folder, 'cluster.yaml'),
    `cluster: office
domain: office.example.net
access: { user: pi, port: 1 }
nodes: { ant: { address: 127.0.0.1, model: pi4, memory: 4GiB } }
roles: { ${roles} }
`,
  )
  const result = await openCluster({ folder, lab: false })
  if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
  return result.cluster
}

/** The same with its secrets, as the first apply leaves them. */
async function withSecrets(roles: string): Promise<OpenedCluster> {
  const cluster = await opened(roles)
  const prepared = await prepare(cluster, {}, 'create', () => Promise.resolve(new Map()), 'here')
  await prepared.secrets.save()
  return opened(roles)
}

/** Code, why and fix of what is refused. */
async function refusalOf(work: Promise<unknown>): Promise<readonly (string | undefined)[]> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    const [first] = error.diagnostics
    return [first?.code, first?.why, first?.fix]
  }
  throw new Error('nothing was refused')
}

describe('the client of an engine', () => {
  it('goes by the network where the engine is open to it, with files for us alone', async () => {
    const cluster = await withSecrets(`${CONSUL}, ui: ant }`)
    const { over, at, variables } = await clientVariables(cluster, 'consul')
    expect([over, at]).toEqual(['network', '127.0.0.1:8501'])
    const { CONSUL_HTTP_ADDR: address, CONSUL_HTTP_TOKEN_FILE: token = '' } = variables
    expect(address).toBe('https://127.0.0.1:8501')
    expect([statSync(token).mode & 0o777, statSync(dirname(token)).mode & 0o777]).toEqual([0o600, 0o700])
    const names = await forgetClient(cluster, 'consul')
    expect(names).toEqual(['CONSUL_HTTP_ADDR', 'CONSUL_CACERT', 'CONSUL_HTTP_TOKEN_FILE'])
    expect(statSync(token, { throwIfNoEntry: false })).toBeUndefined()
  })

  it('goes by a way that is held open for as long as its process lives', async () => {
    const cluster = await withSecrets(`${CONSUL} }`)
    noteWay(cluster, 'consul', '127.0.0.1:4711')
    expect(await clientVariables(cluster, 'consul')).toMatchObject({ over: 'link', at: '127.0.0.1:4711' })
    const file = join(cluster.paths.runtimeFolder, 'clients/consul/link.json')
    // A number that no process of Linux has (proc(5), pid_max).
    writeFileSync(file, JSON.stringify({ at: '127.0.0.1:4711', pid: 2 ** 22 + 1 }))
    expect(openWay(cluster, 'consul')).toBeUndefined()
  })

  it('is told to connect first where nothing listens on the network', async () => {
    const cluster = await withSecrets(`${CONSUL} }`)
    expect(await refusalOf(clientVariables(cluster, 'consul'))).toEqual([
      'CLIENT_NOT_CONNECTED',
      'nothing of it listens on the network',
      'bramble connect consul  in another terminal, or  bramble connect consul -- consul …  for one command',
    ])
  })

  it('is refused with what each node said when none lets us in', async () => {
    const cluster = await withSecrets(`${CONSUL} }`)
    const [code, why] = await refusalOf(connectClient(cluster, 'consul'))
    expect([code, why]).toEqual(['CLIENT_NOT_REACHED', expect.stringMatching(/^ant: .*refused/)])
    expect(openWay(cluster, 'consul')).toBeUndefined()
  })

  it('is not asked before the first apply, whose secrets nobody else has', async () => {
    const cluster = await opened(`${CONSUL} }`)
    expect((await refusalOf(clientVariables(cluster, 'consul')))[0]).toBe('CLIENT_NEVER_APPLIED')
  })

  it('is one that the cluster has', async () => {
    const cluster = await opened(`${CONSUL} }`)
    expect(await refusalOf(clientVariables(cluster, 'konsul'))).toEqual([
      'CLIENT_UNKNOWN',
      'its engines have one client: consul',
      'did you mean consul?',
    ])
    const bare = await opened('base: { on: all }')
    expect((await refusalOf(clientVariables(bare, 'consul')))[2]).toMatch(/^give the cluster a role/)
  })

  it('of Docker asks a manager before a node that has none to speak for', async () => {
    writeFileSync(join(folder, 'cluster.yaml'), '')
    const cluster = await opened('docker: { on: ant }, swarm-manager: { on: ant }')
    expect(clientNames(cluster)).toEqual(['docker'])
  })
})
