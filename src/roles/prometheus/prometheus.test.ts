/** The role `prometheus`, held to the contract of roles, and what is its own. */
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { clusterFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { standInFor } from '../../cluster-file/references/stand-in.ts'
import type { Role } from '../role.ts'
import alertCommand from '../alert-command/alert-command.ts'
import consulServer from '../consul-server/consul-server.ts'
import nodeExporter from '../node-exporter/node-exporter.ts'
import { jobsOf } from '../../engines/prometheus/jobs.ts'
import { prometheusText } from './config.ts'
import prometheus from './prometheus.ts'

describeRole({
  role: prometheus as unknown as Role<never>,
  required: {},
  samples: {
    'a webhook, and a longer history': {
      webhook: 'https://alerts.example.net/hook',
      keep: '4w',
      interval: '1m',
    },
  },
})

function codesOf(model: 'pi2' | 'pi4', keep: string): string[] {
  const options = prometheus.options.parse({ keep })
  const cluster = clusterFixture({
    nodes: [{ roles: ['prometheus'], model }],
    options: { prometheus: options },
  })
  return (
    prometheus.findings?.({
      options,
      cluster,
      nodes: cluster.nodes,
      file: () => {
        throw new Error('none')
      },
    }) ?? []
  ).map(({ diagnostic }) => diagnostic.code)
}

it('keeps no more on a 32-bit system than its addresses reach', () => {
  expect(codesOf('pi2', '365d')).toContain('PROMETHEUS_KEEPS_TOO_MUCH')
  expect(codesOf('pi2', '15d')).not.toContain('PROMETHEUS_KEEPS_TOO_MUCH')
  expect(codesOf('pi4', '365d')).not.toContain('PROMETHEUS_KEEPS_TOO_MUCH')
})

it('is told that there is nothing to watch', () => {
  expect(codesOf('pi4', '15d')).toEqual(['WATCHES_NOTHING'])
})

it('has a certificate of its own beside the exporter of its node, which is asked at another address', () => {
  const cluster = clusterFixture({ nodes: [{ roles: ['prometheus', 'node-exporter'] }] })
  const node = cluster.nodes[0] as (typeof cluster.nodes)[0]
  const names = (role: Role<never>): string[] =>
    (role.secrets?.({ options: role.options.parse({}), node, cluster }) ?? []).map(({ name }) => name)
  const [own, exporter] = [prometheus, nodeExporter].map((role) => names(role as unknown as Role<never>))
  expect(own?.filter((name) => exporter?.includes(name))).toEqual(['monitoring/ca'])
})

it('asks an engine with an authority and tokens of its own with those, and not with its own certificate', () => {
  const options = {
    prometheus: prometheus.options.parse({}),
    'consul-server': consulServer.options.parse({}),
    'node-exporter': nodeExporter.options.parse({}),
  }
  const nodes = [{ roles: ['prometheus', 'node-exporter'] }, { roles: ['consul-server'] }]
  const jobs = jobsOf(clusterFixture({ nodes, options }), 'prometheus')
  expect(jobs.map(({ job_name: name }) => name)).toEqual(['node-exporter', 'consul-server'])
  expect(jobs[1]).toEqual({
    job_name: 'consul-server',
    metrics_path: '/v1/agent/metrics',
    params: { format: ['prometheus'] },
    scheme: 'https',
    tls_config: { ca_file: '/etc/prometheus/tls/consul-ca.pem', server_name: 'localhost' },
    authorization: { credentials_file: '/etc/prometheus/tls/consul-metrics.token' },
    static_configs: [{ targets: ['192.0.2.2:8501'], labels: { node: 'node-2' } }],
  })
})

it('leaves Consul alone where nobody watches', () => {
  const options = { 'consul-server': consulServer.options.parse({}) }
  expect(jobsOf(clusterFixture({ nodes: [{ roles: ['consul-server'] }], options }), 'prometheus')).toEqual([])
})

it('finds services of Consul at the agent of its node, with a token that Consul makes for it', () => {
  const own = prometheus.options.parse({})
  const options = { prometheus: own, 'consul-server': consulServer.options.parse({ datacenter: 'attic' }) }
  const nodes = [{ roles: ['prometheus', 'consul-client'] }, { roles: ['consul-server'] }]
  const cluster = clusterFixture({ nodes, options })
  const node = cluster.nodes[0] as (typeof cluster.nodes)[0]
  const provided = prometheus.provides?.({ options: own, node, cluster }) ?? []
  expect(provided.map(({ catalogToken }) => catalogToken)).toEqual(['prometheus/catalog/node-1'])
  const written = prometheusText(cluster, node.name, own, { rules: '/rules.yml', followsCatalog: true })
  const { scrape_configs: jobs } = parse(written) as { scrape_configs: { job_name: string }[] }
  expect(jobs.map(({ job_name: name }) => name)).toEqual([
    'prometheus',
    'consul-client',
    'consul-server',
    'consul-services',
  ])
})

it.each([
  ['no agent on its node', ['prometheus'], {}],
  ['no wish to', ['prometheus', 'consul-client'], { consul: false }],
])('asks Consul for no services with %s', (_, roles, written) => {
  const cluster = clusterFixture({ nodes: [{ roles }] })
  const node = cluster.nodes[0] as (typeof cluster.nodes)[0]
  const options = prometheus.options.parse(written)
  const provided = prometheus.provides?.({ options, node, cluster }) ?? []
  expect(provided.map(({ catalogToken }) => catalogToken)).toEqual([undefined])
})

it('takes an address that is a secret for a webhook, and no text that is none', () => {
  const taken = (webhook: string): boolean => prometheus.options.safeParse({ webhook }).success
  expect(['https://ntfy.sh/attic', standInFor('alerts/webhook'), 'attic'].map(taken)).toEqual([
    true,
    true,
    false,
  ])
})

it('refuses a silence that is no longer than two of its looks', () => {
  const heard = (silence: string): readonly string[] => {
    const options = {
      prometheus: prometheus.options.parse({ interval: '30s' }),
      'alert-command': alertCommand.options.parse({ run: ['/bin/true'], silence }),
    }
    const nodes = [{ roles: ['prometheus'] }, { roles: ['alert-command'] }]
    const cluster = clusterFixture({ nodes, options })
    const context = {
      options: options.prometheus,
      cluster,
      nodes: cluster.nodes.slice(0, 1),
      file: () => {
        throw new Error('none')
      },
    }
    return (prometheus.findings?.(context) ?? []).map(({ diagnostic }) => diagnostic.code)
  }
  expect(heard('59s')).toContain('SILENCE_TOO_SHORT')
  expect(heard('1m')).not.toContain('SILENCE_TOO_SHORT')
})
