/** Services of Nomad in Consul, on three boards that are servers and clients of both: by name, at their address, and gone with their work. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { labExec, labKill, labStart } from '../../../src/lab/lab.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { holds, lacksNomad, nomadAsk, nomadMirror } from './nomad-under-test.ts'

const consul = await builtProgram('consul')
const lacks = lacksNomad ?? ('lacks' in consul ? `Consul: ${consul.lacks}` : undefined)
if (lacks !== undefined) console.log(`skipped: ${lacks}`)

const mirror = await nomadMirror()
if (lacks === undefined) await mirror.addEngine('consul')
afterAll(() => mirror.stop())

const NODES = ['ant', 'bee', 'cow']
const DOMAIN = 'office.example.net'
const WEB = `web.service.${DOMAIN}`

/** A page, with a word of nothing about Consul: that is where a service is registered that says nothing else. */
const JOB = `
job "web" {
  group "web" {
    network {
      port "http" { static = 8000 }
    }
    service {
      name = "web"
      port = "http"
      check {
        type     = "http"
        path     = "/"
        interval = "5s"
        timeout  = "2s"
      }
    }
    task "web" {
      driver = "exec"
      consul {}
      config {
        command = "/usr/bin/busybox"
        args    = ["httpd", "-f", "-p", "8000", "-h", "local"]
      }
      template {
        destination = "local/index.html"
        data        = "hello from {{ env \\"node.unique.name\\" }}, with {{ range service \\"consul\\" }}{{ .Node }} {{ end }}\\n"
      }
      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
`

const allocations = z.array(
  z.object({ NodeName: z.string(), ClientStatus: z.string(), DesiredStatus: z.string() }),
)
const described = z.array(z.object({ Description: z.string() }))
const tokens = z.array(z.object({ Description: z.string(), AuthMethod: z.string().optional() }))

describe.skipIf(hasNoLab || lacks !== undefined)('services of Nomad in Consul', () => {
  const file = (jobs: readonly string[], isThere = true): string =>
    stringify({
      cluster: 'threeboards',
      domain: DOMAIN,
      access: { user: 'pi' },
      releases: { mirror: mirror.url, key: mirror.keyFile },
      nodes: Object.fromEntries(
        NODES.map((node, index) => [
          node,
          { address: `192.0.2.${10 + index}`, model: 'pi4', memory: '1GiB' },
        ]),
      ),
      roles: {
        base: { on: 'all', packages: ['busybox'] },
        // In this order, which is not that in which they are made.
        ...(isThere && {
          'nomad-server': { on: 'all', version: recipeOf('nomad').version, jobs },
          'nomad-client': { on: 'all' },
        }),
        'consul-server': { on: 'all', version: recipeOf('consul').version },
      },
    })
  const cluster = new ClusterUnderTest('threeboards', file(['web.nomad.hcl']))
  let name = ''
  /** A board that is on. */
  let through = 'ant'

  const want = (jobs: readonly string[], isThere = true): void =>
    cluster.edit(() => file(jobs, isThere).replace(/^cluster: .*$/m, `cluster: ${name}`))
  const consulOn = async (node: string, ...words: string[]): Promise<string> => {
    const { text } = await cluster.bramble('secrets', 'show', 'consul/management')
    const token = (JSON.parse(text) as { secretId: string }).secretId
    const settings = ['CONSUL_HTTP_ADDR=https://localhost:8501', 'CONSUL_CACERT=/etc/consul.d/tls/ca.pem']
    const argv = ['env', ...settings, `CONSUL_HTTP_TOKEN=${token}`, 'consul', ...words]
    const { code, stdout, stderr } = await labExec(cluster.id, node, argv)
    if (code !== 0) throw new Error(`consul ${words.join(' ')} ended with ${code}: ${stderr}`)
    return stdout.toString().trim()
  }
  /** Tokens that work has got by logging in. */
  const logins = async (): Promise<readonly string[]> =>
    tokens
      .parse(JSON.parse(await consulOn(through, 'acl', 'token', 'list', '-format=json')))
      .flatMap(({ AuthMethod, Description }) => (AuthMethod ? [Description] : []))
  /** Where Nomad runs it. */
  const places = async (): Promise<readonly string[]> =>
    (await nomadAsk(cluster, through, '/v1/job/web/allocations', allocations))
      .filter(({ ClientStatus, DesiredStatus }) => ClientStatus === 'running' && DesiredStatus === 'run')
      .map(({ NodeName }) => NodeName)
  const asked = async (): Promise<readonly string[]> =>
    (await cluster.dig(through, WEB)).split('\n').filter((line) => line !== '')
  const addressOf = async (node: string): Promise<string> =>
    cluster.text(node, 'sh', '-c', "ip -4 -o route get 192.0.2.1 | grep -o 'src [0-9.]*' | cut -d ' ' -f 2")
  /** The page at an address, as any board gets it. */
  const page = (address: string) =>
    cluster.text(through, 'busybox', 'wget', '-q', '-O', '-', `http://${address}:8000/`)
  /** The name leads to the one place, and somebody serves there. */
  const isServed = async (): Promise<readonly string[]> => {
    const [node = '', ...others] = await places()
    if (node === '') return ['no place']
    const wanted = await addressOf(node)
    const found = await asked()
    if (JSON.stringify(found) !== JSON.stringify([wanted])) return [...found, 'in place of', wanted]
    return [...others, (await page(wanted)).startsWith(`hello from ${node}, with`) ? 'served' : 'not served']
  }
  const nothingToDo = async (): Promise<void> => {
    expect((await cluster.apply()).outcome).toBe('unchanged')
    const { code, text } = await cluster.bramble('plan', '--detailed-exitcode')
    expect([code, text]).toEqual([0, text])
  }

  beforeAll(async () => {
    name = cluster.id.cluster
    writeFileSync(join(cluster.folder, 'web.nomad.hcl'), JOB)
    await cluster.labUp('--share-memory')
  })
  afterAll(() => cluster.remove())

  it('are there after the first apply, by name and at their address, by a token of their own', async () => {
    expect(await cluster.apply()).toMatchObject({ outcome: 'changed', failedNodes: [] })
    await holds('the page', isServed, ['served'])
    expect((await logins()).toSorted()).toEqual([
      expect.stringContaining('nomad_service_') as string,
      expect.stringContaining('nomad_task_web') as string,
    ])
    const [node = ''] = await places()
    expect(
      (await page(await addressOf(node))).trim().split('with ')[1]?.trim().split(' ').toSorted(),
    ).toEqual(NODES)
    expect(await cluster.dig(through, WEB, 'SRV')).toMatch(/^1 1 8000 /)
    await cluster.well()
    await nothingToDo()
  })

  it('go with their job, and so do their tokens', async () => {
    want([])
    await cluster.apply()
    await holds('answers', asked, [])
    await holds('tokens of work', logins, [])
    await nothingToDo()
    want(['web.nomad.hcl'])
    await cluster.apply()
    await holds('the page', isServed, ['served'])
  })

  it('are back when all boards were killed and started, with nothing to do', async () => {
    for (const node of NODES) await labKill(cluster.id, node)
    await Promise.all(NODES.map((node) => labStart(cluster.id, node)))
    await holds('the page', isServed, ['served'])
    await cluster.well()
    await nothingToDo()
  })

  it('move with their work when its board is gone, and are one when it is back', async () => {
    const [dead = ''] = await places()
    through = NODES.find((node) => node !== dead) ?? ''
    await labKill(cluster.id, dead)
    await holds('another place', async () => (await places()).some((node) => node !== dead))
    await holds('the page', isServed, ['served'])
    await labStart(cluster.id, dead)
    await cluster.well()
    await holds('the page', isServed, ['served'])
    await nothingToDo()
  })

  it('leave nothing in Consul when Nomad leaves', async () => {
    want([], false)
    await cluster.apply()
    expect(await asked()).toEqual([])
    for (const what of ['auth-method', 'binding-rule', 'role'])
      expect([what, await consulOn('ant', 'acl', what, 'list', '-format=json')]).toEqual([
        what,
        expect.stringMatching(/^(\[\]|null)$/),
      ])
    const held = [
      await consulOn('ant', 'acl', 'policy', 'list', '-format=json'),
      await consulOn('ant', 'acl', 'token', 'list', '-format=json'),
    ].flatMap((text) => described.parse(JSON.parse(text)).map(({ Description }) => Description))
    expect(
      held.filter((text) => /Bramble: nomad-|where services are|login|work by who it is/.test(text)),
    ).toEqual([])
    expect(await consulOn('ant', 'catalog', 'services')).toBe('consul')
    for (const node of NODES)
      expect([
        node,
        await cluster.text(
          node,
          'sh',
          '-c',
          'ls /var/lib/consul/services /var/lib/consul/checks 2>/dev/null | grep -c _nomad || :',
        ),
      ]).toEqual([node, '0'])
    await cluster.well()
    await nothingToDo()
  })
})
