/** Certificates of a public authority, asked for over ACME: the test server of Let's Encrypt (Pebble) stands for it. */
import { readFile } from 'node:fs/promises'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { poll } from '../../../src/support/poll.ts'
import { run } from '../../../src/support/run.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { ReleaseServer } from '../../releases/release-server.ts'
import { publishTraefik } from './traefik-release.ts'

const traefik = await builtProgram('traefik')
const pebble = await builtProgram('pebble')
for (const one of [traefik, pebble]) if ('lacks' in one) console.log(`skipped: ${one.lacks}`)

const HOST = 'www.office.example.net'
const STORE = '/var/lib/traefik/acme.json'
const UNITS = {
  pebble: 'Environment=PEBBLE_VA_NOSLEEP=1\nExecStart=/usr/local/bin/pebble -config /etc/pebble/config.json',
  echo: 'ExecStart=busybox httpd -f -p 8080 -h /etc',
}
const PEBBLE = {
  pebble: {
    listenAddress: '127.0.0.1:14000',
    managementListenAddress: '127.0.0.1:15000',
    certificate: '/etc/pebble/cert.pem',
    privateKey: '/etc/pebble/key.pem',
    httpPort: 80,
    tlsPort: 443,
  },
}

describe.skipIf(hasNoLab || 'lacks' in traefik || 'lacks' in pebble)(
  'a certificate asked for over ACME',
  () => {
    let mirror: ReleaseServer
    let cluster: ClusterUnderTest
    const shell = (script: string) => cluster.output('ant', 'sh', '-c', script)
    beforeAll(async () => {
      if ('lacks' in traefik || 'lacks' in pebble) return
      mirror = await ReleaseServer.start()
      await publishTraefik(mirror, traefik)
      cluster = new ClusterUnderTest(
        'acme',
        `cluster: acme
domain: office.example.net
access: { user: pi }
releases: { mirror: "${mirror.url}", key: "${mirror.keyFile}" }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
roles:
  packages: { on: all, install: [busybox] }
  backup: { on: all, to: { folder: /srv/backup } }
  ingress:
    on: all
    version: ${traefik.version}
    unmaintained: accepted
    consul: false
    acme: { email: ada@example.net, server: "https://127.0.0.1:14000/dir", ca: pebble.pem }
    routes: { www: { host: ${HOST}, to: "http://127.0.0.1:8080" } }
`,
      )
      const [key, certificate] = ['key', 'pebble'].map((name) => join(cluster.folder, `${name}.pem`))
      const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=pebble']
      const made = await run('openssl', [
        ...words,
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        key ?? '',
        '-out',
        certificate ?? '',
      ])
      expect(made.code, made.stderr).toBe(0)
      await cluster.labUp('--share-memory')
      const write = (path: string, content: string | Uint8Array, mode?: string) =>
        cluster.write('ant', path, content, mode)
      await write('/usr/local/bin/pebble', await readFile(pebble.path), '755')
      await write('/etc/pebble/config.json', JSON.stringify(PEBBLE))
      await write('/etc/pebble/cert.pem', await readFile(certificate ?? ''))
      await write('/etc/pebble/key.pem', await readFile(key ?? ''))
      for (const [name, text] of Object.entries(UNITS)) {
        await write(
          `/etc/systemd/system/${name}.service`,
          `[Unit]\nStartLimitIntervalSec=0\n[Service]\n${text}\nRestart=always\nRestartSec=1\n`,
        )
      }
      await shell(`echo 127.0.0.1 ${HOST} >>/etc/hosts; systemctl daemon-reload; systemctl start pebble echo`)
      await cluster.apply()
    })
    afterAll(async () => {
      await cluster.remove()
      await mirror.stop()
    })

    /** What a client gets that trusts the authority behind ACME alone. */
    const asked = async (): Promise<string> => {
      const trusted = join(cluster.folder, 'root.pem')
      const root = await cluster.inNetworkOf('ant', 'curl', '-sk', 'https://127.0.0.1:15000/roots/0')
      writeFileSync(trusted, root.stdout)
      const ask = async () => {
        const to = ['-s', '--max-time', '10', '--cacert', trusted, '--resolve', `${HOST}:443:127.0.0.1`]
        const { stdout, code } = await cluster.inNetworkOf('ant', 'curl', ...to, `https://${HOST}/hostname`)
        return { passed: code === 0, detail: `${code} ${stdout.toString().trim()}` }
      }
      const { detail } = await poll(ask, { patienceSeconds: 90 })
      return detail
    }
    const store = () => cluster.text('ant', 'stat', '-c', '%a %U', STORE)
    const serial = async () => {
      const connect = ['s_client', '-connect', '127.0.0.1:443', '-servername', HOST]
      const shown = await cluster.inNetworkOf('ant', 'openssl', ...connect)
      const { stdout } = await run('openssl', ['x509', '-noout', '-serial'], { input: shown.stdout })
      return stdout.toString()
    }

    it('is there, and nobody else may read what it is kept in', async () => {
      expect(await asked()).toBe('0 ant')
      expect(await store()).toBe('600 traefik')
      expect(await shell('pgrep --count --exact traefik; grep -c \'"certificate"\' ' + STORE)).toBe('1\n1')
    })

    it('is the same after an update of the role, and so is its store', async () => {
      const before = await serial()
      expect(before).toMatch(/^serial=[0-9A-F]+/)
      cluster.edit((text) => text.replace('    consul: false\n', '    consul: false\n    dashboard: true\n'))
      expect((await cluster.apply()).outcome).toBe('changed')
      expect([await asked(), await serial(), await store()]).toEqual(['0 ant', before, '600 traefik'])
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })

    it('is taken up again from a store that came back with other rights', async () => {
      const before = await serial()
      await shell(`systemctl stop traefik; chmod 666 ${STORE}; systemctl start traefik`)
      expect([await asked(), await serial(), await store()]).toEqual(['0 ant', before, '600 traefik'])
    })

    it('is in the backups', async () => {
      const made = await cluster.bramble('backup', 'now')
      expect(made.code, made.errors + made.text).toBe(0)
      const { text } = await cluster.bramble('--json', 'backup', 'list')
      const { backups } = JSON.parse(text) as { backups: { node: string; name: string; files: number }[] }
      expect(backups).toContainEqual(
        expect.objectContaining({ node: 'ant', name: '/var/lib/traefik', files: 1 }),
      )
    })
  },
)
