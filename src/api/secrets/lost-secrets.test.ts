import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EMPTY_LOCK, parseLock, type ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { openSecrets } from '../../secrets/store.ts'
import { newToken } from '../../secrets/token.ts'
import { writeLock } from '../folder/cluster-folder.ts'
import { forgetLeft, leavingSecrets, noted } from './kept-secrets.ts'
import { openCluster, type OpenedCluster } from '../open.ts'
import { plan } from '../run/run.ts'
import type { Event } from '../../events/event.ts'
import { prepare, type Prepared } from '../run/prepare.ts'
import { recreateSecrets } from './recreate-secrets.ts'

const CLUSTER = `cluster: office
domain: home.arpa
nodes:
  ada: { address: 192.0.2.1, model: pi4, memory: 4GiB }
  grace: { address: 192.0.2.2, model: pi4, memory: 4GiB }
roles:
  consul-server: { on: [ada], source: package, version: "1.8.7", unmaintained: accepted, settings: {} }
  consul-client: { on: [grace] }
`
const FACTS = {
  model: 'pi4',
  memory: String(4 * 1024 ** 3),
  architecture: 'arm64',
  os: 'debian',
  machine: 'aarch64',
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-lost-'))
  writeFileSync(join(folder, 'cluster.yaml'), CLUSTER)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const secretsFolder = () => join(folder, 'secrets')
const lockNow = (): ClusterLock => parseLock(readFileSync(join(folder, 'cluster.lock'), 'utf8'))

async function opened(text = CLUSTER): Promise<OpenedCluster> {
  writeFileSync(join(folder, 'cluster.yaml'), text)
  const result = await openCluster({
    folder,
    lab: false,
    identityFile: join(folder, 'identity.txt'),
    despiteFindings: true,
  })
  if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
  return result.cluster
}

/** Prepares without asking any node: what a first look would bring is given. */
function prepared(
  cluster: OpenedCluster,
  mode: 'look' | 'read' | 'create',
  managed = 'no',
): Promise<Prepared> {
  return prepare(cluster, {}, mode, (nodes) =>
    Promise.resolve(
      new Map(nodes.map((node) => [node, { ...FACTS, machine_id: node.padEnd(32, '0'), managed }])),
    ),
  )
}

/** What an apply leaves behind that reached everybody. */
async function applied(cluster: OpenedCluster): Promise<Prepared> {
  const ready = await prepared(cluster, 'create')
  await writeLock(join(folder, 'cluster.lock'), forgetLeft(noted(ready.lock, ready), ready))
  await ready.secrets.save()
  return ready
}

const names = (ready: Prepared) => ready.secrets.list().map(({ name }) => name)

describe('secrets of a living cluster', () => {
  it('are never made anew without a word when the folder and the identity are gone (SECRETS_LOST)', async () => {
    await applied(await opened())
    rmSync(secretsFolder(), { recursive: true })
    rmSync(join(folder, 'identity.txt'))
    for (const mode of ['read', 'create'] as const) {
      await expect(prepared(await opened(), mode)).rejects.toThrow(/SECRETS_LOST.* and \d+ more are not in/)
    }
    expect(existsSync(secretsFolder())).toBe(false)
  })

  it('are missed one by one', async () => {
    await applied(await opened())
    rmSync(join(secretsFolder(), 'consul/ca.age'))
    await expect(prepared(await opened(), 'read')).rejects.toThrow(
      /SECRETS_LOST: consul\/ca(, consul\/certificate\/\w+)* (is|are) not in/,
    )
  })

  it('are only made anew without a word where that costs nothing: a certificate whose authority is there', async () => {
    const before = await applied(await opened())
    rmSync(join(secretsFolder(), 'consul/certificate/grace.age'))
    const ready = await prepared(await opened(), 'create')
    expect(names(ready)).toEqual(names(before))
    expect(ready.secrets.pending()).toEqual(['consul/certificate/grace'])
  })

  it('are missed, too, by the lock of an older version, and by the nodes when the lock is gone', async () => {
    const older = { ...EMPTY_LOCK, running: { consul: '1.8.7' } }
    await writeLock(join(folder, 'cluster.lock'), older)
    await expect(prepared(await opened(), 'read')).rejects.toThrow(/SECRETS_LOST/)
    rmSync(join(folder, 'cluster.lock'))
    await expect(prepared(await opened(), 'read', 'yes')).rejects.toThrow(/SECRETS_LOST/)
    await expect(prepared(await opened(), 'read', 'no')).resolves.toBeDefined()
  })

  it('are replaced in memory for a look, which says what is wrong', async () => {
    await applied(await opened())
    rmSync(secretsFolder(), { recursive: true })
    const { problems } = await prepared(await opened(), 'look')
    expect(problems).toMatchObject([{ code: 'SECRETS_LOST' }])
    expect(existsSync(secretsFolder())).toBe(false)
    await applied2(folder)
    writeFileSync(join(folder, 'identity.txt'), '# nothing\n', { mode: 0o600 })
    expect((await prepared(await opened(), 'look')).problems).toMatchObject([{ code: 'IDENTITY_MALFORMED' }])
  })
})

/** Makes everything anew because somebody said so. */
async function applied2(where: string): Promise<void> {
  await (await recreateSecrets(await opened())).carryOut()
  expect(existsSync(join(where, 'cluster.lock'))).toBe(true)
  await applied(await opened())
}

describe('what is given up', () => {
  it('is told with its cost, noted, and made by the next apply', async () => {
    const before = await applied(await opened())
    rmSync(secretsFolder(), { recursive: true })
    const recreation = await recreateSecrets(await opened())
    expect(recreation.secrets.map(({ name }) => name).toSorted()).toEqual(names(before))
    expect(recreation.secrets.find(({ name }) => name === 'consul/ca')?.cost).toContain('every certificate')
    await recreation.carryOut()
    expect(lockNow().secrets?.['consul/management']).toBe('recreated')
    const ready = await prepared(await opened(), 'create')
    expect(ready.provisions.secrets.isRecreated('consul/management')).toBe(true)
    const after = await applied(await opened())
    expect(after.secrets.get('consul/ca').value).not.toEqual(before.secrets.get('consul/ca').value)
    expect(lockNow().secrets?.['consul/management']).toBe('kept')
  })

  it('is moved aside when nobody’s identity is left, and the people stay', async () => {
    await applied(await opened())
    rmSync(join(folder, 'identity.txt'))
    const recreation = await recreateSecrets(await opened())
    expect(recreation.aside).toMatch(/secrets\.given-up-\d{4}-\d\d-\d\d$/)
    await recreation.carryOut()
    expect(readdirSync(secretsFolder())).toEqual(['recipients.txt'])
    expect(readdirSync(recreation.aside ?? '')).toContain('store-identity.age')
    await expect(applied(await opened())).resolves.toBeDefined()
  })

  it('is nothing when nothing is lost, and one secret when it is named', async () => {
    await applied(await opened())
    expect((await recreateSecrets(await opened())).secrets).toEqual([])
    const one = await recreateSecrets(await opened(), ['consul/ca'])
    await one.carryOut()
    const { secrets } = await prepared(await opened(), 'create')
    expect(secrets.pending()).toEqual(['consul/ca', 'consul/certificate/ada', 'consul/certificate/grace'])
    await expect(recreateSecrets(await opened(), ['consul/cs'])).rejects.toThrow(/consul\/cs/)
  })
})

describe('what has left', () => {
  const WITHOUT_GRACE = CLUSTER.replace(/ {2}grace: .*\n/, '').replace(/ {2}consul-client: .*\n/, '')

  it('is forgotten after an apply that reached everybody, and comes back as something new', async () => {
    const before = await applied(await opened())
    const old = before.secrets.get('consul/agent/grace').value
    const look = await prepared(await opened(WITHOUT_GRACE), 'read')
    expect(leavingSecrets(look.lock, look)).toEqual(['consul/agent/grace', 'consul/certificate/grace'])
    expect(existsSync(join(secretsFolder(), 'consul/agent/grace.age'))).toBe(true)
    await applied(await opened(WITHOUT_GRACE))
    expect(existsSync(join(secretsFolder(), 'consul/agent/grace.age'))).toBe(false)
    expect(existsSync(join(secretsFolder(), 'consul/certificate/grace.age'))).toBe(false)
    expect(lockNow().secrets).not.toHaveProperty('consul/agent/grace')
    const after = await applied(await opened())
    expect(after.secrets.get('consul/agent/grace').value).not.toEqual(old)
  })

  it('is announced by a plan, before it asks any node: SECRETS_LEAVE', async () => {
    await applied(await opened())
    // Nobody listens there, so no node is reached, and the plan says so at once.
    const away = WITHOUT_GRACE.replaceAll('192.0.2.', '127.0.0.').replace(
      'cluster:',
      'access: { port: 1 }\ncluster:',
    )
    const events: Event[] = []
    for await (const event of plan(await opened(away))) events.push(event)
    const text = expect.stringContaining('consul/agent/grace, consul/certificate/grace') as string
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'SECRETS_LEAVE', text }))
  })

  it('is kept when it came from outside: nobody could make it again', async () => {
    const store = await openSecrets({
      folder: secretsFolder(),
      cluster: 'office',
      mode: 'create',
      identityFile: join(folder, 'identity.txt'),
    })
    store.import('consul/agent/grace', 'token', newToken())
    store.import('mail/password', 'text', 'from-somewhere-else')
    await store.save()
    await applied(await opened())
    const after = await applied(await opened(WITHOUT_GRACE))
    expect(names(after)).toEqual(expect.arrayContaining(['consul/agent/grace', 'mail/password']))
  })
})
