/** What the cluster file says that Vault holds, on three real servers, read back with Vault's own client. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sightings } from '../../../faults/secret-search.ts'
import { watchNode } from '../../../faults/started-programs.ts'
import { labState } from '../../../src/lab/lab.ts'
import { run } from '../../../src/support/run.ts'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { activeServer, healths, holds, lacksVault, releases, SERVERS, vaultOn } from './vault-under-test.ts'

const BROUGHT = 'brought-by-somebody-7Qm2'
const RULES = 'path "kv/data/app/*" { capabilities = ["read"] }'
const HELD = `    policies:
      app: { rules: '${RULES}' }
    mounts:
      kv: { type: kv, version: 2, description: what services need }
      keys: { type: transit }
    auth:
      people: { type: userpass, max_lease_ttl: 8h }
    kv:
      kv/app/database: { user: app, password: { secret: database }, other: { from: { secret: app/brought } } }
`
const CLUSTER = `cluster: held
domain: office.example.net
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cow: { address: 192.0.2.12, model: pi4, memory: 1GiB }
releases: ${JSON.stringify(releases)}
roles:
  packages: { on: all, install: [curl] }
  vault:
    on: all
    version: ${recipeOf('vault').version}
${HELD}`

if (lacksVault !== undefined) console.log(`skipped: ${lacksVault}`)

describe.skipIf(hasNoLab || lacksVault !== undefined)(
  'what Vault holds by the word of the cluster file',
  () => {
    const cluster = new ClusterUnderTest('held', CLUSTER)
    const seen = mkdtempSync(join(tmpdir(), 'bramble-held-seen-'))
    let told = 0

    beforeAll(async () => {
      // A cluster file that takes a text from a secret is refused as long as there is none.
      const words = cluster.argv('secrets', 'import', 'app/brought')
      const { code, stderr } = await run('node', words, { input: `${BROUGHT}\n` })
      expect([code, stderr]).toEqual([0, expect.any(String)])
      await cluster.labUp('--share-memory')
    })
    afterAll(async () => {
      await cluster.remove()
      rmSync(seen, { recursive: true, force: true })
    })

    /** What a user sees, kept for the search. */
    async function bramble(...words: string[]) {
      const ran = await cluster.bramble(...words)
      writeFileSync(join(seen, `told-${told++}`), `${ran.text}\n${ran.errors}`)
      return ran
    }
    const client = async (...words: string[]) => vaultOn(cluster, await activeServer(cluster), ...words)
    const password = async () =>
      (await cluster.bramble('secrets', 'show', 'vault/value/database')).text.trim()
    const entry = (field: string) => client('kv', 'get', '-mount=kv', `-field=${field}`, 'app/database')
    async function unchanged(): Promise<void> {
      expect((await bramble('plan', '--detailed-exitcode')).code).toBe(0)
      expect((await cluster.apply()).outcome).toBe('unchanged')
    }

    it('is there after the first apply, which begins the servers too, and the second finds nothing to do', async () => {
      const planned = await bramble('plan', '--full')
      for (const address of [
        'vault-policy:app',
        'vault-mount:keys',
        'vault-auth:people',
        'vault-kv:kv/app/database',
      ])
        expect(planned.text).toContain(`cluster/${address}`)
      const { code, errors } = await bramble('--json', 'apply', '--yes')
      expect([code, errors]).toEqual([0, ''])
      expect(await client('policy', 'read', 'app')).toBe(RULES)
      expect(await entry('user')).toBe('app')
      expect(await entry('password')).toBe(await password())
      expect(await entry('other')).toBe(BROUGHT)
      expect(await client('secrets', 'list')).toMatch(/keys\/ +transit/)
      expect(await client('read', '-field=max_lease_ttl', 'sys/auth/people/tune')).toBe('28800')
      await cluster.well()
      await unchanged()
    })

    it('gets a secret that was rotated, and no value shows on the way', async () => {
      const old = await password()
      const active = await activeServer(cluster)
      const pid = (await labState(cluster.id)).find(({ name }) => name === active)?.pid ?? 0
      expect((await bramble('secrets', 'rotate', 'vault/value/database')).code).toBe(0)
      expect((await bramble('plan', '--full')).text).toContain('vault-kv:kv/app/database')
      const end = await watchNode(pid, join(seen, 'started'))
      expect((await bramble('--json', 'apply', '--yes')).code).toBe(0)
      await end()
      const now = await password()
      expect([now === old, await entry('password')]).toEqual([false, now])
      await bramble('log')
      const roots: string[] = []
      for (const { name, pid: first } of await labState(cluster.id)) {
        writeFileSync(join(seen, `journal-${name}`), await cluster.output(name, 'journalctl', '-o', 'export'))
        const parts = ['etc', 'var', 'run', 'tmp', 'home', 'root', 'usr/local']
        roots.push(...parts.map((part) => `/proc/${first}/root/${part}`))
      }
      const texts = { old, now, brought: BROUGHT }
      const marked = { secrets: Object.entries(texts).map(([name, text]) => ({ name, text })), known: '' }
      expect(await sightings(marked, [cluster.folder, seen, ...roots])).toEqual([])
      // What is looked with finds what there is.
      writeFileSync(join(seen, 'control'), `of ${BROUGHT}\n`)
      expect(await sightings(marked, [seen])).toHaveLength(1)
      rmSync(join(seen, 'control'))
      await unchanged()
    })

    it('is shown and mended where somebody changed it by hand', async () => {
      await client('write', 'sys/policies/acl/app', 'policy=path "a" { capabilities = ["list"] }')
      await client('kv', 'put', '-mount=kv', 'app/database', 'password=theirs')
      const planned = await bramble('plan', '--full', '--detailed-exitcode')
      expect(planned.code).toBe(2)
      expect(planned.text).toMatch(/~ vault-policy:app|~ cluster\/vault-policy:app/)
      expect(planned.text).toContain('path "a" { capabilities = ["list"] }')
      expect(planned.text).not.toContain('theirs')
      await cluster.apply()
      expect([await client('policy', 'read', 'app'), await entry('user')]).toEqual([RULES, 'app'])
      await unchanged()
    })

    it('takes nothing from people, and says what to type where both want the same', async () => {
      await client('write', 'sys/policies/acl/theirs', 'policy=path "a" { capabilities = ["list"] }')
      await client('kv', 'put', '-mount=kv', 'people/one', 'n=theirs')
      await unchanged()
      cluster.edit((text) =>
        text
          .replace('    policies:\n', `    policies:\n      theirs: { rules: '${RULES}' }\n`)
          .replace('    kv:\n', '    kv:\n      kv/people/one: { n: ours }\n'),
      )
      expect((await bramble('plan', '--full')).text).toContain('vault policy delete theirs')
      const { code, text, errors } = await bramble('apply', '--yes')
      expect([code, text + errors]).toEqual([1, expect.stringContaining('vault policy delete theirs')])
      expect(await client('policy', 'read', 'theirs')).toContain('path "a"')
      expect(await client('kv', 'get', '-mount=kv', '-field=n', 'people/one')).toBe('theirs')
      cluster.edit((file) => file.replace(/ {6}theirs: .*\n/, '').replace(/ {6}kv\/people\/one: .*\n/, ''))
      await unchanged()
    })

    it('is not known while all servers are sealed: not gone, not well, and there once they are open', async () => {
      for (const node of SERVERS) await cluster.output(node, 'systemctl', 'restart', 'vault')
      await holds('all are sealed', async () => (await healths(cluster)).every((code) => code === '503'))
      const planned = await bramble('plan', '--full', '--detailed-exitcode')
      expect([planned.code, planned.text + planned.errors]).toEqual([
        1,
        expect.stringContaining('no server is open and active that could be asked'),
      ])
      expect(planned.text).not.toMatch(/\+ (cluster\/)?vault-(policy|mount|auth|kv):/)
      await cluster.apply()
      expect(await entry('password')).toBe(await password())
      await unchanged()
    })

    it('leaves when it leaves the cluster file, and nothing of people with it before somebody says so', async () => {
      cluster.edit((text) => text.replace(HELD, ''))
      const planned = await bramble('plan', '--full')
      expect(planned.text).toContain('mounts: { kv: { remove: allowed } }')
      const refused = await bramble('apply', '--yes')
      expect([refused.code, refused.text + refused.errors]).toEqual([
        1,
        expect.stringContaining('1 entry would be lost'),
      ])
      expect(await client('kv', 'get', '-mount=kv', '-field=n', 'people/one')).toBe('theirs')
      expect(await client('policy', 'list')).toBe('default\ntheirs\nroot')
      cluster.edit((text) => `${text}    mounts: { kv: { remove: allowed } }\n`)
      await cluster.apply()
      const mounts = JSON.parse(await client('secrets', 'list', '-format=json')) as object
      expect(Object.keys(mounts).toSorted()).toEqual(['cubbyhole/', 'identity/', 'sys/'])
      cluster.edit((text) => text.replace(/ {4}mounts: .*\n$/, ''))
      await unchanged()
    })
  },
)
