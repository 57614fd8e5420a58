import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EMPTY_LOCK, type ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { enginesUsed } from '../../programs/programs.ts'
import { SecretsError } from '../../secrets/secrets-error.ts'
import { openSecrets } from '../../secrets/store.ts'
import { writeLock } from '../folder/cluster-folder.ts'
import { openCluster, type OpenedCluster } from '../open.ts'
import { forgetLeft, leavingSecrets, noted } from '../secrets/kept-secrets.ts'
import { recreateSecrets } from '../secrets/recreate-secrets.ts'
import { rotateSecret } from '../secrets/rotate-secret.ts'
import { keptOffers } from './kept-offers.ts'
import { prepare, type Prepared } from './prepare.ts'
import { Redaction } from './redaction.ts'

const CLUSTER = `cluster: office
domain: home.arpa
nodes:
  ada: { address: 192.0.2.1, model: pi4, memory: 4GiB }
  grace: { address: 192.0.2.2, model: pi4, memory: 4GiB }
roles:
  oracle: { on: [ada] }
`
const ORACLE = `import { defineRole, z } from 'bramble'
export default defineRole({
  name: 'oracle',
  summary: 'An engine that makes a value when it runs.',
  options: z.strictObject({}),
  offers: () => [{ name: 'oracle/word', loss: 'the oracle is asked anew' }],
  store: ({ secrets }) => ({
    name: 'oracle', members: ['ada'], size: 0, runsAs: 'service:oracle.service',
    check: async () => ({ differences: [], unseen: [] }),
    whole: async () => [],
    converge: async () => { secrets.offered('oracle/word') },
  }),
  resources: () => [],
})
`
const reader = (needs: string) => `import { defineRole, file, z } from 'bramble'
export default defineRole({
  name: 'reader',
  summary: 'Reads what the oracle says.',
  options: z.strictObject({}),
  needs: () => [${needs}],
  resources: ({ secrets }) => [
    file({ path: '/etc/motd', content: 'here\\n' }),
    file({ path: '/etc/word', content: secrets.fromOffer('oracle/word', (word) => 'word: ' + word + '\\n'), mode: '600' }),
  ],
})
`
const WORD = 'vRkq8s-word-of-the-oracle'
const FACTS = {
  model: 'pi4',
  memory: String(4 * 1024 ** 3),
  architecture: 'arm64',
  os: 'debian',
  machine: 'aarch64',
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-offers-'))
  mkdirSync(join(folder, 'roles'))
  writeFileSync(join(folder, 'roles/oracle.ts'), ORACLE)
  writeFileSync(join(folder, 'roles/reader.ts'), reader("'oracle/word'"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function opened(more = '  reader: { on: [grace] }\n'): Promise<OpenedCluster> {
  writeFileSync(join(folder, 'cluster.yaml'), CLUSTER + more)
  const result = await openCluster({ folder, lab: false, identityFile: join(folder, 'identity.txt') })
  if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
  return result.cluster
}

const prepared = (cluster: OpenedCluster, mode: 'look' | 'read' | 'create' = 'create'): Promise<Prepared> =>
  prepare(cluster, {}, mode, (nodes) =>
    Promise.resolve(new Map(nodes.map((node) => [node, { ...FACTS, machine_id: node.padEnd(32, '0') }]))),
  )

/** Keeps the word as a run does. */
async function keepWord(cluster: OpenedCluster, ready: Prepared): Promise<ClusterLock> {
  let lock = ready.lock
  const save = async (): Promise<void> => {
    await ready.secrets.save()
    lock = noted(lock, ready)
    await writeLock(cluster.paths.lockFile, lock)
  }
  await keptOffers(ready, { learn: () => undefined, save }).keep({ 'oracle/word': WORD })
  return lock
}

const stored = async (): Promise<string> => {
  const identityFile = join(folder, 'identity.txt')
  const store = await openSecrets({
    folder: join(folder, 'secrets'),
    cluster: 'office',
    mode: 'read',
    identityFile,
  })
  return store.has('oracle/word') ? store.get('oracle/word', 'text').value : ''
}

const secretFile = () => join(folder, 'secrets/oracle/word.age')

describe('the program of a node that needs an offer', () => {
  it('leaves out what is made of it until it is kept, and is then compiled anew in the same run', async () => {
    const cluster = await opened()
    const ready = await prepared(cluster)
    const offers = keptOffers(ready, { learn: () => undefined, save: () => Promise.resolve() })
    expect(offers.madeBy('oracle')).toEqual(['oracle/word'])
    expect([offers.neededBy('ada'), offers.neededBy('grace')]).toEqual([[], ['oracle/word']])
    expect(ready.program('grace').waiting).toEqual(['file:/etc/word'])
    expect(ready.program('grace').resources.size).toBe(1)
    await keepWord(cluster, ready)
    expect(ready.program('grace').waiting).toEqual([])
    expect(ready.program('grace').resources.size).toBe(2)
    expect(ready.program('grace').text).not.toContain(WORD)
    // Also in the next run.
    expect((await prepared(await opened(), 'read')).program('grace').resources.size).toBe(2)
  })

  it('is looked at with the engine that offers it, also when no member of the engine is in the run', async () => {
    const ready = await prepared(await opened())
    const used = (node: string, needed: readonly string[]) =>
      enginesUsed(ready.engines, new Set([node]), needed).stores.map(({ name }) => name)
    expect(used('grace', ['oracle/word'])).toEqual(['oracle'])
    expect(used('grace', [])).toEqual([])
  })

  it('cannot be made by a role that reads an offer without a need for it', async () => {
    writeFileSync(join(folder, 'roles/reader.ts'), reader(''))
    const failing = opened().then((cluster) => prepared(cluster))
    await expect(failing).rejects.toThrow(/the offer oracle\/word was read/)
  })
})

describe('an offer that has come', () => {
  it('shows in no text from then on, and is encrypted on the disk before anybody is told', async () => {
    const cluster = await opened()
    const ready = await prepared(cluster)
    const redaction = new Redaction()
    redaction.begin(ready)
    const order: string[] = []
    const offers = keptOffers(ready, {
      learn: () => {
        redaction.learn(ready)
        order.push(redaction.told(`it is ${WORD}`), String(existsSync(secretFile())))
      },
      save: () => ready.secrets.save().then(() => undefined),
    })
    const kept = offers.keep({ 'oracle/word': WORD })
    expect(offers.isKept('oracle/word')).toBe(false)
    await kept
    expect(offers.isKept('oracle/word')).toBe(true)
    expect(order).toEqual(['it is [secret oracle/word]', 'false'])
    expect(await stored()).toBe(WORD)
    expect(readFileSync(secretFile(), 'latin1')).not.toContain(WORD)
  })

  it('counts as not there while it could not be written', async () => {
    const ready = await prepared(await opened())
    const redaction = new Redaction()
    const offers = keptOffers(ready, {
      learn: () => redaction.learn(ready),
      save: () => Promise.reject(new Error('no space left on device')),
    })
    await expect(offers.keep({ 'oracle/word': WORD })).rejects.toThrow('no space left')
    expect(offers.isKept('oracle/word')).toBe(false)
    expect(redaction.told(WORD)).toBe('[secret oracle/word]')
  })

  it('that is lost is told with the way out, and made anew only when somebody says so', async () => {
    const cluster = await opened()
    await keepWord(cluster, await prepared(cluster))
    rmSync(secretFile())
    await expect(prepared(await opened())).rejects.toMatchObject({ diagnostics: [{ code: 'SECRETS_LOST' }] })
    const again = await recreateSecrets(await opened())
    expect(again.secrets).toEqual([{ name: 'oracle/word', cost: 'the oracle is asked anew' }])
    await again.carryOut()
    const ready = await prepared(await opened())
    expect(ready.program('grace').waiting).toEqual(['file:/etc/word'])
    expect(ready.provisions.secrets.isRecreated('oracle/word')).toBe(true)
  })

  it('is no loss where no lock says that it was ever made', async () => {
    const cluster = await opened()
    await writeLock(cluster.paths.lockFile, { ...EMPTY_LOCK, running: { consul: '1.19.2' } })
    await expect(prepared(await opened())).resolves.toBeDefined()
  })

  /** The cluster with the oracle replaced by a role that offers nothing, and has this more. */
  async function without(more: string): Promise<Prepared> {
    writeFileSync(
      join(folder, 'cluster.yaml'),
      CLUSTER.replace('  oracle: { on: [ada] }', '  none: { on: [ada] }'),
    )
    writeFileSync(
      join(folder, 'roles/none.ts'),
      ORACLE.replace("'oracle',\n  summary", "'none',\n  summary").replace(/ {2}offers.*\n/, more),
    )
    const result = await openCluster({ folder, lab: false, identityFile: join(folder, 'identity.txt') })
    if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
    return prepared(result.cluster)
  }

  it('is forgotten when nobody offers it any more', async () => {
    const cluster = await opened()
    const lock = await keepWord(cluster, await prepared(cluster))
    const ready = await without('')
    expect(leavingSecrets(lock, ready)).toEqual(['oracle/word'])
    expect(forgetLeft(lock, ready).secrets).toEqual({})
    await ready.secrets.save()
    expect(existsSync(secretFile())).toBe(false)
  })

  it('stays where another wish keeps it: it may open what was saved before', async () => {
    const cluster = await opened()
    const lock = await keepWord(cluster, await prepared(cluster))
    const keeps = "keeps: (name) => name.startsWith('oracle/')"
    const ready = await without(
      `  secrets: () => [{ name: 'none/own', loss: 'a word', meet: () => undefined, ${keeps} }],\n`,
    )
    expect(leavingSecrets(lock, ready)).toEqual([])
    expect(forgetLeft(lock, ready).secrets).toEqual({ 'oracle/word': 'kept' })
  })

  it('is not rotated: only its engine makes it', async () => {
    const cluster = await opened()
    const ready = await prepared(cluster)
    await keepWord(cluster, ready)
    expect(() => rotateSecret(cluster, ready.secrets, 'oracle/word')).toThrow(SecretsError)
    expect(ready.secrets.get('oracle/word', 'text').value).toBe(WORD)
  })
})
