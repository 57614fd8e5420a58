/** A controller that is killed around the beginning of a Vault: the next apply finishes, and no key is lost. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labCut, labMend } from '../../../src/lab/lab.ts'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, hasNoLab, type ApplyUnderWay } from '../../lab/cluster-under-test.ts'
import { health, holds, keys, lacksVault, releases, vaultOn } from './vault-under-test.ts'

const VAULT = `  vault: { on: ant, version: ${recipeOf('vault').version} }\n`
const CLUSTER = `cluster: begin
domain: office.example.net
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
releases: ${JSON.stringify(releases)}
roles:
  packages: { on: all, install: [curl] }
${VAULT}`

if (lacksVault !== undefined) console.log(`skipped: ${lacksVault}`)

describe.skipIf(hasNoLab || lacksVault !== undefined)('a controller that dies while a Vault begins', () => {
  const cluster = new ClusterUnderTest('begin', CLUSTER)
  const secrets = join(cluster.folder, '.bramble/lab/secrets')
  const lock = join(secrets, '.lock')
  const clusterLock = join(cluster.folder, '.bramble/lab/cluster.lock')
  const kept = join(secrets, 'vault/1')
  const isKept = (): boolean =>
    existsSync(kept) && readdirSync(kept).filter((name) => name.endsWith('.age')).length === 6

  beforeAll(async () => {
    await cluster.labUp('--share-memory')
    // All that belongs to no Vault is there, and the program: what is tried here is what comes then.
    await cluster.apply()
    await leave()
  })
  afterAll(() => cluster.remove())

  /** The role leaves with its data and its keys, so that it begins anew. */
  async function leave(): Promise<void> {
    cluster.edit((text) => text.replace(VAULT, ''))
    await cluster.apply()
    expect(isKept()).toBe(false)
    cluster.edit((text) => `${text}${VAULT}`)
  }

  const script = (text: string) => cluster.output('ant', 'sh', '-c', text)
  /** What was asked for and not taken yet; what is still at work has another ending. */
  const answers = () => script('ls -A /run/bramble/answers 2>/dev/null | grep -v "[.]" || true')
  const signal = (name: 'STOP' | 'CONT') =>
    script(`kill -${name} "$(systemctl show --property MainPID --value vault)"`)

  /** The secrets can be written by nobody else until they are let go: whoever wants to waits. */
  const holdSecrets = (): void => writeFileSync(lock, `${process.pid} ${hostname()}\n`)
  const letGo = (): void => rmSync(lock, { force: true })

  /** Whoever is logged in is so no more: what a dead controller's ssh has sent and nobody has taken yet is never done. */
  const endSessions = () =>
    script(
      `for one in /proc/[0-9]*; do case $(tr '\\0' ' ' <"$one/cmdline" 2>/dev/null) in *listener*) ;; sshd*) kill -KILL "\${one##*/}" ;; esac; done`,
    )

  /** An apply that has Vault's answer and cannot keep it yet. */
  async function answered(): Promise<{ readonly apply: ApplyUnderWay; readonly token: string }> {
    const apply = cluster.start()
    await apply.said((event) => event.type === 'phase-started' && event.phase === 'converge')
    holdSecrets()
    await holds('Vault has answered', async () => (await answers()) !== '')
    const answer = await script('cat /run/bramble/answers/*')
    expect(isKept()).toBe(false)
    return { apply, token: (JSON.parse(answer) as { root_token: string }).root_token }
  }

  /** One more apply ends what the first one began. */
  async function isFinished(token?: string): Promise<void> {
    await cluster.apply()
    const texts = await keys(cluster)
    expect(new Set(Object.values(texts)).size).toBe(6)
    if (token !== undefined) expect(texts['vault/1/root-token']).toBe(token)
    expect([await health(cluster, 'ant'), await answers()]).toEqual(['200', ''])
    await vaultOn(cluster, 'ant', 'secrets', 'enable', '-path=kv', 'kv')
    await vaultOn(cluster, 'ant', 'write', 'kv/a', 'n=1')
    // The keys that are kept are those that open it.
    await script('systemctl restart vault')
    await holds('it is sealed', async () => (await health(cluster, 'ant')) === '503')
    await cluster.apply()
    expect(await vaultOn(cluster, 'ant', 'read', '-field=n', 'kv/a')).toBe('1')
    expect((await cluster.apply()).outcome).toBe('unchanged')
    await leave()
  }

  it('before it is asked for its keys: the next apply asks', async () => {
    const whenNew = `until sleep 0.02; [ "$(curl --silent --output /dev/null --write-out '%{http_code}' --cacert /etc/vault/ca.pem https://localhost:8200/v1/sys/health)" = 501 ]; do :; done`
    const stopped = script(`${whenNew}; kill -STOP "$(systemctl show --property MainPID --value vault)"`)
    const apply = cluster.start()
    await stopped
    await apply.kill()
    await signal('CONT')
    expect([await health(cluster, 'ant'), await answers(), isKept()]).toEqual(['501', '', false])
    await isFinished()
  })

  it('when it has answered and nothing is kept: the next apply gets the same answer', async () => {
    const { apply, token } = await answered()
    await apply.kill()
    letGo()
    expect([await health(cluster, 'ant'), isKept()]).toEqual(['503', false])
    await isFinished(token)
  })

  it('when the keys are kept and it is not open: the next apply opens it, and takes the answer from the node', async () => {
    const { apply, token } = await answered()
    await labCut(cluster.id, 'ant')
    letGo()
    await holds('the keys are kept', () => Promise.resolve(isKept()))
    await apply.kill()
    await endSessions()
    await labMend(cluster.id, 'ant')
    expect(await health(cluster, 'ant')).toBe('503')
    // Nobody could take it away any more.
    expect(await answers()).not.toBe('')
    await isFinished(token)
  })

  it('when some of the keys are kept: the next apply gets the others', async () => {
    const { apply, token } = await answered()
    const known = readFileSync(clusterLock)
    await labCut(cluster.id, 'ant')
    letGo()
    await holds('the keys are kept', () => Promise.resolve(isKept()))
    await apply.kill()
    await endSessions()
    await labMend(cluster.id, 'ant')
    // As when it dies between two of its files: the lock, which says what is to be there, is written after them.
    for (const name of ['share-5', 'root-token']) rmSync(join(kept, `${name}.age`))
    writeFileSync(clusterLock, known)
    await isFinished(token)
  })
})
