/** Local names, then Consul's, then public ones over TLS: the four questions of source 003 in each mode, with something missing each time. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart, labState } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { run } from '../../../src/support/run.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { PUBLIC_NAME, publicResolver, writePublicFiles } from './public-resolver.ts'

const DOMAIN = 'mooncarrot.space'
const RESOLVERS = ['ant', 'bee'] as const
const LOCAL = '192.0.2.77'
const PUBLIC = { peppermint: '203.0.113.2', missing: '203.0.113.3', advertising: '203.0.113.9' }
const BLOCKED = '$TTL 60\n@ SOA localhost. root.localhost. 1 3600 60 86400 60\n@ NS localhost.\n'
/** A public name that points into the house. */
const REBIND = { name: 'rebind.example', address: '192.168.1.1' }

const TEXT = `cluster: steps
domain: ${DOMAIN}
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cow: { address: 192.0.2.12, model: pi4, memory: 1GiB }
  net: { address: 192.0.2.13, model: pi4, memory: 1GiB }
services:
  tuner: { on: cow, port: 8080, tags: [loud] }
roles:
  base: { on: all }
${publicResolver('net')}  consul-server: { on: [ant, bee, cow], source: package, unmaintained: accepted }
  dns-client: { on: [ant, bee, cow] }
  dns:
    on: [ant, bee]
    mode: overlay
    records: { printer: ${LOCAL} }
    dnssec: false
    upstream: "192.0.2.99#${PUBLIC_NAME}"
    upstream_ca: files/ca.pem
    blocklist: files/blocked.rpz
`

describe.skipIf(hasNoLab)('names in four steps', () => {
  const cluster = new ClusterUnderTest('steps', TEXT)
  const addresses = new Map<string, string>()
  const at = (node: string): string => addresses.get(node) ?? ''

  beforeAll(async () => {
    await writePublicFiles(cluster.folder, {
      [`peppermint.${DOMAIN}`]: PUBLIC.peppermint,
      [`nope.service.${DOMAIN}`]: PUBLIC.missing,
      'ads.example': PUBLIC.advertising,
      [REBIND.name]: REBIND.address,
    })
    writeFileSync(join(cluster.folder, 'files/blocked.rpz'), `${BLOCKED}ads.example CNAME .\n`)
    await cluster.labUp('--share-memory')
    for (const { name, address } of await labState(cluster.id)) addresses.set(name, address)
    cluster.edit((text) => text.replace('192.0.2.99', at('net')))
    await cluster.apply()
    await cluster.well()
  })
  afterAll(() => cluster.remove())

  /** What one resolver says to a node: its answers, or the word of the header (RFC 1035, 4.1.1). */
  const asked = async (resolver: string, name: string, ...more: string[]): Promise<string> => {
    const words = ['+noall', '+comments', '+answer', '+time=5', '+tries=1', name, ...more]
    const { stdout } = await cluster.inNetworkOf('cow', 'dig', `@${at(resolver)}`, ...words)
    const text = stdout.toString()
    const answers = [...text.matchAll(/^[^;\s]\S*\s+\d+\s+IN\s+\S+\s+(.+)$/gm)].map(([, data = '']) => data)
    return answers.length > 0 ? answers.toSorted().join(' ') : (/status: (\w+)/.exec(text)?.[1] ?? 'silence')
  }
  const short: Readonly<Record<string, string>> = {
    local: `printer.${DOMAIN}`,
    internal: `tuner.service.${DOMAIN}`,
    external: `peppermint.${DOMAIN}`,
    missing: `nope.service.${DOMAIN}`,
  }
  const four = async (resolver: string): Promise<Record<string, string>> => {
    const answers = Object.entries(short).map(
      async ([step, name]) => [step, await asked(resolver, name)] as const,
    )
    return Object.fromEntries(await Promise.all(answers))
  }
  /** Until both resolvers say so: a minute is enough for a catalog that has a leader again. */
  const becomes = async (wanted: Readonly<Record<string, string>>, from: readonly string[] = RESOLVERS) => {
    for (const resolver of from) {
      let last: Record<string, string> = {}
      await poll(
        async () => {
          last = await four(resolver)
          return { passed: JSON.stringify(last) === JSON.stringify(wanted), detail: JSON.stringify(last) }
        },
        { patienceSeconds: 90, pauseSeconds: 1 },
      )
      expect([resolver, last]).toEqual([resolver, wanted])
    }
  }
  const overlay = () => ({
    local: LOCAL,
    internal: at('cow'),
    external: PUBLIC.peppermint,
    missing: PUBLIC.missing,
  })
  const systemctl = (verb: string, unit: string, ...nodes: string[]) =>
    Promise.all(nodes.map((node) => cluster.output(node, 'systemctl', verb, unit)))

  it('are answered by both resolvers, also the one that Consul lacks', async () => {
    await becomes(overlay())
    expect(await asked('ant', `loud.tuner.service.${DOMAIN}`)).toBe(at('cow'))
    const [, , port, target = ''] = (await asked('ant', `tuner.service.${DOMAIN}`, 'SRV')).split(' ')
    expect([port, await asked('bee', target)]).toEqual(['8080', at('cow')])
    expect(await asked('ant', `tuner.service.${DOMAIN}`, 'AAAA')).toBe('NOERROR')
    expect(await asked('ant', '-x', LOCAL)).toBe(`printer.${DOMAIN}.`)
    expect(await asked('bee', '-x', at('cow'))).toBe(`cow.${DOMAIN}.`)
  })

  it('are not those of a blocklist, and lead nobody into the house', async () => {
    expect(await asked('ant', 'ads.example')).toBe('NXDOMAIN')
    expect(await asked('ant', REBIND.name)).toBe('NOERROR')
  })

  it('are refused to whoever is no node', async () => {
    // This computer is on the same network as the nodes, and is none of them.
    const words = ['+time=5', '+tries=1', short['local'] ?? '']
    const { stdout } = await run('dig', [`@${at('ant')}`, ...words])
    expect(stdout.toString()).toContain('status: REFUSED')
  })

  it('are found on every node, whoever of the two is away', async () => {
    const find = (name: string) => cluster.text('cow', 'getent', 'hosts', name)
    for (const away of RESOLVERS) {
      await labKill(cluster.id, away)
      for (const name of [short['local'], short['external'], short['internal']]) {
        expect([away, name, await find(name ?? '')]).toEqual([
          away,
          name,
          expect.stringContaining(name ?? ''),
        ])
      }
      await labStart(cluster.id, away)
      await cluster.well()
      await becomes(overlay(), [away])
    }
  })

  it('are answered while Consul is down, as they were, and follow it when it is back', async () => {
    await systemctl('stop', 'consul', 'ant', 'bee', 'cow')
    await systemctl('restart', 'unbound', ...RESOLVERS)
    await becomes(overlay())
    await systemctl('start', 'consul', 'ant', 'bee', 'cow')
    await cluster.well()
    cluster.edit((text) => text.replace('[loud]', '[loud, quiet]'))
    await cluster.apply()
    const seen = await poll(
      async () => {
        const detail = await asked('bee', `quiet.tuner.service.${DOMAIN}`)
        return { passed: detail === at('cow'), detail }
      },
      { patienceSeconds: 60, pauseSeconds: 1 },
    )
    expect(seen).toMatchObject({ passed: true })
  })

  it('are there right after all nodes were killed and started', async () => {
    const nodes = [...addresses.keys()]
    for (const node of nodes) await labKill(cluster.id, node)
    await Promise.all(nodes.map((node) => labStart(cluster.id, node)))
    // Before Consul has a leader: from the last time.
    await becomes(overlay())
    await cluster.well()
    await becomes(overlay())
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('are not taken from a server with a certificate of somebody else', async () => {
    cluster.edit((text) => text.replace('upstream_ca: files/ca.pem', 'upstream_ca: files/wrong-ca.pem'))
    await cluster.apply()
    expect(await asked('ant', short['external'] ?? '')).toBe('SERVFAIL')
    expect(await asked('ant', short['local'] ?? '')).toBe(LOCAL)
    cluster.edit((text) => text.replace('files/wrong-ca.pem', 'files/ca.pem'))
    await cluster.apply()
  })

  it('keep what was good when a blocklist cannot be read', async () => {
    const list = join(cluster.folder, 'files/blocked.rpz')
    writeFileSync(list, `${BLOCKED}ads..example CNAME .\n`)
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'failed' })
    expect(await asked('bee', 'ads.example')).toBe('NXDOMAIN')
    writeFileSync(list, `${BLOCKED}ads.example CNAME .\n`)
    await cluster.apply()
  })

  it('of zones: what Consul lacks below its own labels is nowhere, and SRV targets are found', async () => {
    cluster.edit((text) => text.replace('mode: overlay', 'mode: zones'))
    await cluster.apply()
    await becomes({ ...overlay(), missing: 'NXDOMAIN' })
    const target = (await asked('ant', `tuner.service.${DOMAIN}`, 'SRV')).split(' ').at(-1) ?? ''
    expect(await asked('ant', target)).toBe(at('cow'))
  })

  it('are refused where they must be signed and are not, but those of the cluster, which nobody signs', async () => {
    cluster.edit((text) => text.replace('dnssec: false', 'dnssec: true'))
    await cluster.apply()
    await becomes({ local: LOCAL, internal: at('cow'), external: 'SERVFAIL', missing: 'NXDOMAIN' })
    cluster.edit((text) => text.replace('dnssec: true', 'dnssec: false'))
    await cluster.apply()
  })

  it('of takeover: nothing public is left in the domain', async () => {
    cluster.edit((text) => text.replace('mode: zones', 'mode: takeover'))
    await cluster.apply()
    await becomes({ ...overlay(), external: 'NXDOMAIN', missing: 'NXDOMAIN' })
  })

  it('leave with their roles, and each node asks whom it asked before', async () => {
    cluster.edit((text) => text.replace(/ {2}dns-client:[^]*$/, ''))
    await cluster.apply()
    for (const node of RESOLVERS) {
      expect(await cluster.text(node, 'cat', '/etc/resolv.conf')).not.toContain('Bramble')
      expect((await cluster.inside(node, 'test', '-e', '/var/lib/unbound')).code).toBe(1)
      expect((await cluster.inside(node, 'test', '-e', '/etc/unbound')).code).toBe(1)
    }
  })
})
