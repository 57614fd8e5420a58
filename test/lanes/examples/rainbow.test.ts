/** `examples/rainbow/whole.yaml`: everything that a small office stands on, by one apply, until nothing of it is left: `npm run test:examples`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labExec, labState } from '../../../src/lab/lab.ts'
import type { Event } from '../../../src/events/event.ts'
import { sha256 } from '../../../src/support/sha256.ts'
import type { ProvidedOnNode } from '../../../src/topology/provided.ts'
import { archiveOf, BUSYBOX } from '../../boards/image.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, failures, hasNoLab } from '../../lab/cluster-under-test.ts'
import { releaseSettings } from '../../lab/consul-versions.ts'
import { Dnsperf, lacksDnsperf, type Questions } from '../../lab/dnsperf.ts'
import { throwAway } from '../../lab/thrown-away.ts'
import { changesIn, treeOf } from '../../lab/tree.ts'
import { ReleaseServer } from '../../releases/release-server.ts'
import { Writers, writtenText } from '../consul/writers.ts'
import { openPorts } from '../mesh/open-ports.ts'
import { Stranger } from '../mesh/stranger.ts'
import { publishTraefik } from '../web/traefik-release.ts'
import { askedAllTheTime } from './names-asked.ts'

const RESOLVERS = ['bobsrockets', 'wopplefox']
const OTHERS = ['seanssatellites', 'tillystelescopes', 'spatterling']
const NODES = [...RESOLVERS, ...OTHERS]
/** By the address of the registry's board in the mesh. */
const IMAGE = '10.70.0.5:5000/hello:1'

/** Nodes in the order in which they were restarted. */
const turnsIn = (events: readonly Event[]): string[] =>
  events.flatMap((event) => (event.type === 'phase-started' && event.phase === 'reboot' ? [event.node] : []))

/** Short for a long text, whatever the order of its lines. */
const shortSum = (text: string): string => sha256(text.split('\n').toSorted().join('\n')).slice(0, 12)

/** What a resolver is asked on its own board, at its address in the mesh. */
const questionsOn = (node: string): Questions => ({
  node,
  server: node === 'bobsrockets' ? '10.70.0.1' : '10.70.0.4',
  names: [...NODES.map((name) => `${name}.node.mooncarrot.space`), 'consul.service.mooncarrot.space'],
  perSecond: 50,
})

const consul = await builtProgram('consul')
const traefik = await builtProgram('traefik')
if ('lacks' in traefik) console.log(`skipped: the whole rainbow cluster: ${traefik.lacks}`)
if (lacksDnsperf !== '') console.log(`skipped: the whole rainbow cluster: ${lacksDnsperf}`)
if ('lacks' in consul) console.log(`skipped: the whole rainbow cluster: ${consul.lacks}`)

describe.skipIf(hasNoLab || 'lacks' in consul || 'lacks' in traefik || lacksDnsperf !== '')(
  'the whole rainbow cluster',
  () => {
    const cluster = new ClusterUnderTest('rainbow', undefined, 'whole.yaml')
    const bare = new Map<string, readonly string[]>()
    const managementToken = async (): Promise<string> => {
      const shown = await cluster.bramble('secrets', 'show', 'consul/management', '--field', 'secretId')
      return shown.text.trim()
    }
    const started = (image: string) =>
      cluster.output('spatterling', 'docker', 'run', '--rm', '--network', 'none', image, 'echo', 'it runs')
    const asConsul = async (...asked: string[]): Promise<string> => {
      await cluster.write('bobsrockets', '/run/app.token', await managementToken(), '600')
      const script = 'CONSUL_HTTP_TOKEN_FILE=/run/app.token exec consul "$@"'
      return cluster.output('bobsrockets', 'sh', '-c', script, 'consul', ...asked)
    }
    /** Grows by one with each election (Raft, 5.1). */
    const term = async () => Number(/^\s*term = (\d+)$/m.exec(await asConsul('info'))?.[1])
    let mirror: ReleaseServer
    let stranger: Stranger
    /** Boards as they come. */
    const unpacked = async (): Promise<void> => {
      await cluster.labUp()
      for (const node of NODES) bare.set(node, await treeOf(cluster, node))
    }

    beforeAll(async () => {
      mirror = await ReleaseServer.start()
      await mirror.addEngine('consul')
      if (!('lacks' in traefik)) await publishTraefik(mirror, traefik)
      cluster.settings = [
        ...releaseSettings(mirror),
        `roles.ingress.version=${recipeOf('traefik').version}`,
        'roles.ingress.unmaintained=accepted',
      ]
      await unpacked()
      stranger = await Stranger.plugIn(cluster)
    })
    afterAll(async () => {
      await stranger.remove()
      await cluster.remove()
      await mirror.stop()
    })

    it('stands up by one apply, and is as wanted then', async () => {
      expect(await cluster.apply()).toMatchObject({ outcome: 'changed', failedNodes: [] })
      await cluster.well()
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })

    it.each(NODES)('finds names of boards, of Consul and of addresses on %s', async (node) => {
      const found = async (name: string) => (await cluster.output(node, 'getent', 'hosts', name)).split(/\s+/)
      const [address] = await found('tillystelescopes')
      expect(await found(address ?? '')).toContain('tillystelescopes.mooncarrot.space')
      expect(await found('spatterling.node.mooncarrot.space')).toContain('10.70.0.5')
      expect((await found('consul.service.mooncarrot.space'))[0]).toMatch(/^10\.70\.0\.[123]$/)
    })

    it('shows a stranger and a member on the same network what roles give to each, and nothing else', async () => {
      const { text } = await cluster.bramble('ports', '--json')
      const provided = (JSON.parse(text) as { readonly provided: readonly ProvidedOnNode[] }).provided
      const lan = new Map((await labState(cluster.id)).map(({ name, address }) => [name, address]))
      const portsOf = (node: string, isMeant: (one: ProvidedOnNode) => boolean): readonly number[] => {
        const given = provided.filter((one) => one.node === node && one.network === undefined && isMeant(one))
        const tcp = given.flatMap(({ ports }) => ports).filter(({ protocol }) => protocol === 'tcp')
        return [...new Set(tcp.map(({ port }) => port))].toSorted((a, b) => a - b)
      }
      for (const node of NODES) {
        const address = lan.get(node) ?? ''
        const forAll = portsOf(node, ({ to }) => to === 'everyone')
        const seen = await openPorts((...words) => stranger.run(...words), address, forAll)
        expect([node, seen]).toEqual([node, forAll.join(' ')])
        const member = node === 'spatterling' ? 'bobsrockets' : 'spatterling'
        const forMembers = portsOf(node, ({ to }) => to === 'everyone' || to === 'cluster')
        const known = await openPorts(
          (...words) => cluster.inNetworkOf(member, ...words),
          address,
          forMembers,
        )
        expect([node, known]).toEqual([node, forMembers.join(' ')])
      }
    })

    it('watches every node and every agent of Consul', async () => {
      const up = ['promtool', 'query', 'instant', '--format=json', 'http://127.0.0.1:9090', 'up']
      const samples = JSON.parse(await cluster.output('spatterling', ...up)) as {
        readonly metric: { readonly job: string }
        readonly value: readonly [number, string]
      }[]
      const counted = (job: RegExp) =>
        samples.filter(({ metric, value }) => job.test(metric.job) && value[1] === '1').length
      expect([counted(/^node-exporter$/), counted(/^consul-(server|client)$/)]).toEqual([5, 5])
    })

    // The registry has no image yet, which is all right before it has ever had one.
    it('saves what is worth keeping from every board on the one that keeps it', async () => {
      const { code, text, errors } = await cluster.bramble('backup', 'now')
      expect(code, errors).toBe(0)
      expect(text.match(/^\S+ +consul\.snapshot/gm)).toHaveLength(3)
    })

    it('runs on one board what was pushed from another, over the mesh', async () => {
      const image = { ...BUSYBOX, name: IMAGE }
      await cluster.write('wopplefox', '/root/image.tar', await archiveOf(image))
      await cluster.output('wopplefox', 'docker', 'load', '--quiet', '--input', '/root/image.tar')
      await cluster.output('wopplefox', 'rm', '/root/image.tar')
      await cluster.output('wopplefox', 'docker', 'push', '--quiet', image.name)
      expect(await started(image.name)).toBe('it runs')
      for (const node of ['wopplefox', 'spatterling'])
        await cluster.output(node, 'docker', 'image', 'rm', '--force', image.name)
    })

    it('leads a request from outside to the board that offers the service', async () => {
      const host = 'hello.mooncarrot.space'
      const gate = (await labState(cluster.id)).find(({ name }) => name === 'seanssatellites')?.address ?? ''
      const authority = join(cluster.folder, 'ingress.pem')
      writeFileSync(authority, await cluster.output('seanssatellites', 'cat', '/etc/traefik/tls/ca.pem'))
      const way = ['--resolve', `${host}:443:${gate}`, `https://${host}/hostname`]
      const asked = await stranger.run('curl', '--silent', '--max-time', '20', '--cacert', authority, ...way)
      expect([asked.code, asked.stdout.toString().trim()]).toEqual([0, 'tillystelescopes'])
    })

    it('answers every name, and has a leader of Consul, while the boards that answer are restarted, and while all others are', async () => {
      const order: string[] = []
      for (const [restarted, asking] of [
        [RESOLVERS, OTHERS],
        [OTHERS, RESOLVERS],
      ] as const) {
        await Promise.all(restarted.map((node) => cluster.output(node, 'touch', '/run/reboot-required')))
        const termBefore = await term()
        const writers = await Writers.start(cluster, asking, await managementToken())
        const perf = await Promise.all(
          asking
            .filter((node) => RESOLVERS.includes(node))
            .map((node) => Dnsperf.start(cluster.id, questionsOn(node))),
        )
        const heard = await askedAllTheTime(cluster, asking, 'bobsrockets', async () => {
          const words = restarted.flatMap((node) => ['--node', node])
          const events = await cluster.events('update', '--yes', ...words)
          expect(events.at(-1), failures(events).join('\n')).toMatchObject({
            outcome: 'changed',
            failedNodes: [],
          })
          order.push(...turnsIn(events))
        })
        const [reader = ''] = asking
        const written = await writers.stop(reader)
        console.log(`${restarted.join(', ')} restarted: ${writtenText(written)}`)
        // Who is restarted costs one election at most: none had to be repeated for want of votes.
        const elections = (await term()) - termBefore
        console.log(`${elections} elections of a leader`)
        expect(elections).toBeLessThanOrEqual(restarted.length)
        expect(written.lost).toEqual([])
        for (const answers of await Promise.all(perf.map((one) => one.stop()))) {
          console.log(`dnsperf: ${answers.completed} answers, ${answers.lost} lost, ${answers.codes}`)
          expect([answers.lost, answers.codes]).toEqual([0, `NOERROR ${answers.completed} (100.00%)`])
          // More than each name once.
          expect(answers.completed).toBeGreaterThan(NODES.length * 10)
        }
        for (const { node, answered, failed } of heard) {
          console.log(`${node}: ${answered} names found, ${failed.length} not`)
          expect([node, failed]).toEqual([node, []])
          expect(answered).toBeGreaterThan(0)
        }
      }
      // The cache of packages lies on the second resolver, the backups on the last board.
      console.log(`restarted in this order: ${order.join(', ')}`)
      expect(order.toSorted()).toEqual(NODES.toSorted())
      expect(order.slice(0, 2)).toEqual(RESOLVERS)
      await cluster.well()
    })

    /** Every secret with its value: only its sum is shown. */
    const secretValues = async (): Promise<string> => {
      const listed = (await cluster.bramble('secrets', 'list', '--json')).text
      const names = (JSON.parse(listed) as { name: string }[]).map(({ name }) => name)
      const shown = []
      for (const name of names) shown.push((await cluster.bramble('secrets', 'show', name, '--json')).text)
      return shown.join('\n')
    }

    it('is as before on new boards, from its backups', async () => {
      const seen = async (): Promise<Readonly<Record<string, string>>> => ({
        'entry of Consul': await asConsul('kv', 'get', 'office/colour'),
        'policies of Consul': await asConsul('acl', 'policy', 'list').then(shortSum),
        'tokens of Consul': await asConsul('acl', 'token', 'list').then(shortSum),
        secrets: shortSum(await secretValues()),
        'image of the registry': await started(IMAGE),
      })
      await asConsul('kv', 'put', 'office/colour', 'as it was')
      const before = await seen()
      const saved = await cluster.bramble('backup', 'now')
      expect(saved.code, saved.errors).toBe(0)
      // The disk with the repositories is all that is left of the boards.
      const disk = await cluster.inside('spatterling', 'tar', '-C', '/srv', '-c', 'backup')
      await throwAway(cluster)
      await unpacked()
      expect(await cluster.apply()).toMatchObject({ outcome: 'changed', failedNodes: [] })
      await labExec(cluster.id, 'spatterling', ['tar', '-C', '/srv', '-x'], { input: disk.stdout })
      const restored = await cluster.bramble('backup', 'restore', '--yes')
      expect(restored.code, restored.errors).toBe(0)
      await cluster.apply()
      const after = await seen()
      console.log(restored.text)
      console.table(Object.keys(before).map((what) => ({ what, before: before[what], after: after[what] })))
      expect(after).toEqual(before)
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })

    it('leaves nothing when it is destroyed', async () => {
      const { code, text, errors } = await cluster.bramble('destroy', '--yes')
      expect(code, text + errors).toBe(0)
      // Debian's python3 leaves its settings when it goes, and backups outlive who made them.
      const isKnown = (node: string, line: string): boolean =>
        line.includes(' /etc/python3') || (node === 'spatterling' && line.includes(' /srv/backup'))
      const left = async (node: string) =>
        changesIn(bare.get(node) ?? [], await treeOf(cluster, node)).filter((line) => !isKnown(node, line))
      for (const node of NODES) expect([node, await left(node)]).toEqual([node, []])
    })
  },
)
