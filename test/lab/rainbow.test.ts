/**
 * One example, one file, two Consuls: everything that the roles promise holds with Debian's package and with the release alike, and
 * the change from one version to another is what the maker supports.
 */
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { labPreflight } from '../../src/lab/lab.ts'
import { run } from '../../src/support/run.ts'
import { ReleaseServer } from '../releases/release-server.ts'
import { ClusterUnderTest } from './cluster-under-test.ts'
import { describeCallers } from './consul-callers.ts'
import { isChosenByItself, labConsuls, releaseSettings } from './consul-versions.ts'
import { describeLostSecrets } from './lost-secrets.ts'
import { describeMove } from './move-server.ts'
import { describeThreeAtOnce } from './three-at-once.ts'
import { changesIn, treeOf } from './tree.ts'
import { describePackageStays, describeUpgrade } from './version-changes.ts'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const SERVERS = ['bobsrockets', 'seanssatellites', 'tillystelescopes']
const CLIENTS = ['wopplefox', 'spatterling']
const NODES = [...SERVERS, ...CLIENTS]

for (const consul of await labConsuls()) {
  const isSkipped = lacking.length > 0 || consul.lacks !== undefined
  describe.skipIf(isSkipped)(
    `the rainbow cluster, from one file to a datacentre of Consul ${consul.version}`,
    () => {
      let cluster: ClusterUnderTest
      let mirror: ReleaseServer
      let bare: readonly string[] = []

      beforeAll(async () => {
        cluster = new ClusterUnderTest('rainbow')
        mirror = await ReleaseServer.start()
        // What another run has fetched must not hide what this one fetches.
        vi.stubEnv('XDG_CACHE_HOME', join(cluster.folder, 'cache'))
        if (!consul.isPackage) {
          await mirror.addEngine('consul')
          cluster.settings = releaseSettings(mirror)
        }
        const up = await cluster.bramble('lab', 'up', '--share-memory')
        expect(up.code, up.errors).toBe(0)
        if (!consul.isPackage && !isChosenByItself(consul.version)) {
          const pinned = await cluster.bramble('upgrade', `consul@${consul.version}`, '--yes')
          expect(pinned.code, pinned.errors).toBe(0)
        }
        bare = await treeOf(cluster, 'wopplefox')
      })
      afterAll(async () => {
        await cluster.remove()
        await mirror.stop()
        vi.unstubAllEnvs()
      })

      it('plans without changing anything on a node', async () => {
        const planned = await cluster.bramble('plan', '--detailed-exitcode')
        expect(planned.errors).toBe('')
        expect(planned.code).toBe(2)
        expect(await treeOf(cluster, 'wopplefox')).toEqual(bare)
      })

      it('is applied in one go', async () => {
        const { outcome, failedNodes } = await cluster.apply()
        expect({ outcome, failedNodes }).toEqual({ outcome: 'changed', failedNodes: [] })
      })

      it('fetches a release once for all nodes, and nothing again', async () => {
        const archives = mirror.requests.filter((path) => path.endsWith('.zip'))
        expect(archives).toHaveLength(consul.isPackage ? 0 : 1)
      })

      it('has nothing to do the second time, with one connection a node', async () => {
        // Everything that was said before is in it; by who says it, as on a busy computer a login is often a part of its session before it is noted.
        const script = 'journalctl --sync && journalctl -o cat -t sshd -t sshd-session'
        const logins = async (node: string): Promise<number> =>
          (await cluster.text(node, 'sh', '-c', script)).split('Accepted publickey').length - 1
        const before = await Promise.all(NODES.map(logins))
        const last = await cluster.apply()
        expect(last).toMatchObject({ outcome: 'unchanged', summary: { changed: 0, failed: 0, skipped: 0 } })
        const after = await Promise.all(NODES.map(logins))
        expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual(NODES.map(() => 1))
      })

      it('has five living members, three of them servers', async () => {
        const members = await cluster.bramble('ssh', 'bobsrockets', '--', 'consul', 'members')
        const rows = members.text.split('\n').slice(1).filter(Boolean)
        expect(
          rows
            .map((row) => row.split(/\s+/))
            .map(([name, , status, type]) => `${name} ${status} ${type}`)
            .sort(),
        ).toEqual(
          [
            ...SERVERS.map((name) => `${name} alive server`),
            ...CLIENTS.map((name) => `${name} alive client`),
          ].sort(),
        )
      })

      it('answers for nodes and services by DNS on every node, without a token', async () => {
        for (const node of NODES) {
          expect(await cluster.dig(node, 'spatterling.node.mooncarrot.space')).toMatch(/^10\.213\./)
          expect((await cluster.dig(node, 'ssh.service.mooncarrot.space')).split('\n')).toHaveLength(5)
        }
      })

      it('keeps the gossip key in the keyring and in no configuration', async () => {
        const shown = await cluster.bramble('secrets', 'show', 'consul/gossip-key')
        const key = /[A-Za-z0-9+/]{43}=/.exec(shown.text)?.[0] ?? 'no key'
        for (const node of NODES) {
          expect((await cluster.inside(node, 'grep', '-rqF', key, '/etc')).code).toBe(1)
          expect(await cluster.text(node, 'grep', '-rlF', key, '/var/lib')).toContain('serf/local.keyring')
          expect(await cluster.text(node, 'stat', '-c', '%a', '/var/lib/consul/serf/local.keyring')).toBe(
            '600',
          )
        }
      })

      it('has no CA key and no management token on any node', async () => {
        const shown = async (name: string, field: string) =>
          (await cluster.bramble('secrets', 'show', name, '--field', field)).text
        const token = (await shown('consul/management', 'secretId')).trim()
        expect(token).toMatch(/^[0-9a-f-]{36}$/)
        const [, line = ''] = (await shown('consul/ca', 'keyPem')).split('\n')
        expect(line).toMatch(/^[A-Za-z0-9+/=]{64}$/)
        // What a node is to have, such as its certificate, is found this way.
        const [, own = ''] = (await cluster.output('wopplefox', 'cat', '/etc/consul.d/tls/ca.pem')).split(
          '\n',
        )
        const foundOn = async (node: string, text: string) =>
          (await cluster.inside(node, 'grep', '-rqF', text, '/etc', '/var/lib/bramble', '/home', '/root'))
            .code === 0
        expect(await foundOn('wopplefox', own)).toBe(true)
        for (const node of NODES)
          expect([node, await foundOn(node, token), await foundOn(node, line)]).toEqual([node, false, false])
      })

      it('gives every node a certificate of its own', async () => {
        const serials = await Promise.all(
          NODES.map((node) =>
            cluster.text(
              node,
              'sh',
              '-c',
              'sha256sum < /etc/consul.d/tls/$(ls /etc/consul.d/tls | grep -v ca | grep -v key | head -n 1)',
            ),
          ),
        )
        expect(new Set(serials).size).toBe(NODES.length)
      })

      describeCallers(() => cluster, 'bobsrockets', 'wopplefox')

      it('shows its pages to other nodes, on the node that was chosen', async () => {
        const page = async (node: string) => {
          const address = await cluster.dig('wopplefox', `${node}.node.mooncarrot.space`)
          const url = `https://${address}:8501/ui/`
          const script = `fetch('${url}').then((r) => console.log(r.status), () => console.log('nobody'))`
          const asked = await cluster.inNetworkOf(
            'wopplefox',
            'env',
            'NODE_TLS_REJECT_UNAUTHORIZED=0',
            'node',
            '-e',
            script,
          )
          return asked.stdout.toString().trim()
        }
        expect([await page('bobsrockets'), await page('tillystelescopes')]).toEqual(['200', 'nobody'])
      })

      it('runs the version that was asked for on every node, which has no complaint about its configuration', async () => {
        for (const node of NODES) {
          const log = await cluster.text(node, 'journalctl', '-o', 'cat', '--no-pager', '-u', 'consul')
          expect(log).toMatch(new RegExp(`Version: '?v?${consul.version.replaceAll('.', '\\.')}`))
          expect(
            log
              .split('\n')
              // What a caller asked wrongly is nothing of the configuration.
              .filter((line) => !line.includes('agent.http'))
              .filter((line) => /deprecat|unknown (key|field)|invalid (config )?key/i.test(line)),
          ).toEqual([])
        }
      })

      it('shows in its status who is what, in full health', async () => {
        const text = await cluster.well()
        const status = JSON.parse(text) as {
          nodes: { reached: boolean; drift: number; uptimeSeconds: number }[]
          engines: { healthy: boolean; members: unknown[] }[]
          reasons: unknown[]
        }
        expect(status.reasons).toEqual([])
        // Their own, not that of the computer around them.
        for (const { uptimeSeconds } of status.nodes) expect(uptimeSeconds).toBeLessThan(uptime())
        expect(status.nodes.map(({ reached, drift }) => ({ reached, drift }))).toEqual(
          NODES.map(() => ({ reached: true, drift: 0 })),
        )
        expect(status.engines[0]).toMatchObject({ healthy: true })
        expect(status.engines[0]?.members).toHaveLength(5)
      })

      it('says with apply, plan and status alike that all is not well while a check fails, and why', async () => {
        const { text: token } = await cluster.bramble(
          'secrets',
          'show',
          'consul/management',
          '--field',
          'secretId',
        )
        const maintain = (word: string) =>
          cluster.output('wopplefox', 'env', `CONSUL_HTTP_TOKEN=${token.trim()}`, 'consul', 'maint', word)
        await maintain('-enable')
        try {
          for (const verb of [['apply', '--yes'], ['plan'], ['status']]) {
            const ended = await cluster.bramble(...verb)
            expect([verb[0], ended.code]).toEqual([verb[0], 1])
            expect(ended.text).toContain('wopplefox')
            expect(ended.text).not.toMatch(/^all is well/im)
          }
        } finally {
          await maintain('-disable')
        }
        await cluster.until('plan')
        // The apply that failed counts until another one has come through.
        expect((await cluster.bramble('status')).code).toBe(1)
        expect((await cluster.apply()).outcome).toBe('unchanged')
        await cluster.well()
      })

      describeThreeAtOnce(SERVERS, () => cluster)

      it('mends what somebody changed by hand, and touches nothing else', async () => {
        await cluster.inside(
          'wopplefox',
          'sh',
          '-c',
          'echo "# tampered" >> /etc/consul.d/consul.json; systemctl stop consul',
        )
        const last = await cluster.apply()
        expect(last.summary.changed).toBeGreaterThanOrEqual(2)
        expect(await cluster.text('wopplefox', 'systemctl', 'is-active', 'consul')).toBe('active')
      })

      it('restarts a service that does not run with its configuration, whoever put that there', async () => {
        const pid = await cluster.text(
          'spatterling',
          'systemctl',
          'show',
          '-p',
          'MainPID',
          '--value',
          'consul',
        )
        cluster.edit((text) => text.replace('ui: bobsrockets', 'ui: bobsrockets, log_level: debug'))
        await cluster.apply()
        expect(
          await cluster.text('spatterling', 'systemctl', 'show', '-p', 'MainPID', '--value', 'consul'),
        ).not.toBe(pid)
        expect((await cluster.apply()).outcome).toBe('unchanged')
      })

      if (consul.isPackage) describePackageStays(() => ({ cluster, mirror }))
      else describeUpgrade(() => ({ cluster, mirror }))

      if (consul.isPackage) describeMove(() => cluster)

      it('is as well with the cluster file of README.md as it is printed', async () => {
        const written = readFileSync(join(cluster.folder, 'cluster.yaml'), 'utf8')
        const name = /^cluster: .*$/m.exec(written)?.[0] ?? ''
        const [, more = ''] = /ui: bobsrockets(.*?) }/.exec(written) ?? []
        const [, printed = ''] = /```yaml\n([^]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? []
        cluster.edit(() =>
          printed
            .replace(/^cluster: .*$/m, name)
            // Only the reader has a key of that name; which Consul there is, is the test's choice.
            .replace(/, authorized_keys: \[[^\]]*\]/, '')
            .replace(/ui: bobsrockets(.*?) }/, `ui: bobsrockets${more} }`),
        )
        await cluster.apply()
        expect((await cluster.apply()).outcome).toBe('unchanged')
        await cluster.well()
        expect((await cluster.dig('wopplefox', 'ssh.service.mooncarrot.space')).split('\n')).toHaveLength(5)
      })

      describeLostSecrets(() => cluster)

      it('takes everything away again when the roles leave the cluster file', async () => {
        const mine = "stat -c '%a %u %g %Y %h %i' /var/lib/consul/mine; cat /var/lib/consul/mine"
        const keep =
          'cd /var/lib/consul && echo of the user >mine && chmod 604 mine && touch -d @981173106 mine && ln mine /var/lib/second-mine'
        await cluster.text('wopplefox', 'sh', '-c', keep)
        const kept = await cluster.text('wopplefox', 'sh', '-c', mine)
        cluster.edit((text) => text.replace(/^roles:[\s\S]*$/m, ''))
        cluster.settings = []
        await cluster.apply()
        expect(await cluster.text('wopplefox', 'sh', '-c', mine)).toBe(kept)
        expect(await cluster.text('wopplefox', 'ls', '-A', '/var/lib/consul')).toBe('mine')
        await cluster.text('wopplefox', 'rm', '-r', '/var/lib/consul', '/var/lib/second-mine')
        expect(changesIn(bare, await treeOf(cluster, 'wopplefox'))).toEqual([])
      })

      it('leaves nothing on this computer when the lab goes down', async () => {
        await cluster.bramble('lab', 'down')
        const found = await run('sh', ['-c', `ps axo args | grep -F ${cluster.id.folder} | grep -v grep`])
        expect(found.stdout.toString()).toBe('')
      })
    },
  )
}
