/** The role `grafana`, held to the contract of roles, and what is its own. Grafana itself was never run with it. */
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { clusterFixture, secretsFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { contentOf, type Resource } from '../../resources/kind.ts'
import prometheus from '../prometheus/prometheus.ts'
import victoriaMetrics from '../victoria-metrics/victoria-metrics.ts'
import type { Role } from '../role.ts'
import { GRAPHS } from './dashboard.ts'
import grafana from './grafana.ts'

const REQUIRED = { key: 'grafana.asc' }
const KEY = contentOf('-----BEGIN PGP PUBLIC KEY BLOCK-----\n')

describeRole({
  role: grafana as unknown as Role<never>,
  required: REQUIRED,
  samples: {
    'behind an ingress, in one version, from a mirror': {
      ...REQUIRED,
      source: 'https://mirror.example.net/grafana',
      version: '13.2.*',
      port: 3001,
      url: 'https://grafana.office.example.net/',
    },
  },
})

const options = grafana.options.parse(REQUIRED)

/** Grafana on the first of two nodes, and what is made of it there. */
function world(on: { readonly first?: string; readonly second?: string }, key = KEY) {
  const cluster = clusterFixture({
    nodes: [
      { roles: ['grafana', ...(on.first === undefined ? [] : [on.first])] },
      { roles: on.second === undefined ? [] : [on.second] },
    ],
    options: {
      grafana: options,
      prometheus: prometheus.options.parse({}),
      'victoria-metrics': victoriaMetrics.options.parse({}),
    },
  })
  const nodes = cluster.find('grafana')
  const found = grafana.findings?.({ options, cluster, nodes, file: () => key }) ?? []
  const made = nodes.flatMap((node) =>
    grafana.resources({
      options,
      node,
      cluster,
      secrets: secretsFixture(),
      file: () => key,
      release: () => {
        throw new Error('none')
      },
    }),
  )
  return { found: found.map(({ diagnostic }) => diagnostic), made }
}

function textOf(made: readonly Resource[], name: string): string {
  const [content] = made.find((one) => one.name === name)?.contents ?? []
  if (!content || 'path' in content.bytes) throw new Error(`there is no ${name}`)
  return Buffer.from(content.bytes).toString()
}

it.each([
  ['prometheus', 9090],
  ['victoria-metrics', 8428],
])('asks %s on its node', (watcher, port) => {
  const { found, made } = world({ first: watcher })
  expect(found).toEqual([])
  const written = textOf(made, '/etc/grafana/provisioning/datasources/bramble.yaml')
  expect(parse(written)).toMatchObject({
    datasources: [{ uid: 'bramble', type: 'prometheus', url: `http://127.0.0.1:${port}` }],
  })
})

it('is refused where nobody on its node answers, and told where somebody does', () => {
  expect(world({}).found).toMatchObject([
    { code: 'GRAFANA_WITHOUT_QUERIES', fix: expect.stringContaining('prometheus') as string },
  ])
  expect(world({ second: 'prometheus' }).found).toMatchObject([
    { code: 'GRAFANA_WITHOUT_QUERIES', fix: 'put grafana on node-2' },
  ])
})

it('refuses a file that is no key', () => {
  expect(world({ first: 'prometheus' }, contentOf('<html>')).found).toMatchObject([
    { code: 'SOURCE_FILE_UNREADABLE' },
  ])
})

it('is on the loopback alone, calls nobody, and has its password in a file that its account alone reads', () => {
  const { made } = world({ first: 'prometheus' })
  const settings = textOf(made, '/etc/grafana/grafana.ini')
  expect(settings).toContain('http_addr = 127.0.0.1\n')
  expect(settings).toContain('admin_password = $__file{/etc/grafana/bramble-admin-password}\n')
  expect(settings.match(/^(\w+) = true$/gm)).toEqual([
    'disable_gravatar = true',
    'preinstall_disabled = true',
  ])
  const secret = made.find(({ name }) => name === '/etc/grafana/bramble-admin-password')
  expect(secret?.row.slice(2, 6)).toEqual(['600', 'grafana', 'grafana', 'secret'])
})

it('shows no panel over another, and all of them from its own source', () => {
  const { made } = world({ first: 'prometheus' })
  const { panels } = JSON.parse(textOf(made, '/etc/grafana/bramble-dashboards/boards.json')) as {
    panels: { gridPos: { x: number; y: number }; targets: { expr: string; datasource: object }[] }[]
  }
  expect(panels.map(({ targets }) => targets[0]?.expr)).toEqual(GRAPHS.map(({ expression }) => expression))
  expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size).toBe(panels.length)
  for (const { targets } of panels)
    expect(targets[0]?.datasource).toEqual({ type: 'prometheus', uid: 'bramble' })
})
