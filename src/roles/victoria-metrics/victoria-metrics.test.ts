/** The role `victoria-metrics`, held to the contract of roles, and what is its own. */
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { clusterFixture, type NodeFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import nodeExporter from '../node-exporter/node-exporter.ts'
import type { Role } from '../role.ts'
import { hearersText, scrapeText, serverArguments } from './config.ts'
import victoriaMetrics from './victoria-metrics.ts'

describeRole({
  role: victoriaMetrics as unknown as Role<never>,
  required: {},
  samples: {
    'a webhook, and a longer history': {
      webhook: 'https://alerts.example.net/hook',
      keep: '52w',
      interval: '1m',
    },
  },
})

const options = victoriaMetrics.options.parse({})

function codesOf(nodes: readonly NodeFixture[]): string[] {
  const cluster = clusterFixture({
    nodes,
    options: {
      'victoria-metrics': options,
      'node-exporter': nodeExporter.options.parse({}),
    },
  })
  const file = () => {
    throw new Error('none')
  }
  return (victoriaMetrics.findings?.({ options, cluster, nodes: cluster.nodes, file }) ?? []).map(
    ({ diagnostic }) => diagnostic.code,
  )
}

it.each([
  ['bookworm', []],
  ['trixie', ['VICTORIA_METRICS_NOT_PACKAGED']],
  [undefined, []],
])('on Debian %s says %j', (release, codes) => {
  const facts = release === undefined ? {} : { os_release: release }
  expect(codesOf([{ roles: ['victoria-metrics', 'node-exporter'], facts }])).toEqual(codes)
})

it('keeps a day or more, as it does not start with less', () => {
  const takes = (keep: string): boolean => victoriaMetrics.options.safeParse({ keep }).success
  expect(['86399s', '23h', '24h', '1d'].map(takes)).toEqual([false, false, true, true])
  expect(serverArguments(victoriaMetrics.options.parse({ keep: '90000s' }))).toContain(
    '-retentionPeriod=25h ',
  )
})

it('asks with a certificate of its own, and reads nothing that it would refuse', () => {
  const cluster = clusterFixture({
    nodes: [{ roles: ['victoria-metrics', 'node-exporter'] }],
    options: { 'victoria-metrics': options, 'node-exporter': nodeExporter.options.parse({}) },
  })
  const written = parse(scrapeText(cluster, 'node-1', options, true)) as {
    global: object
    scrape_configs: { job_name: string; tls_config?: { cert_file: string } }[]
  }
  expect(Object.keys(written)).toEqual(['global', 'scrape_configs'])
  expect(Object.keys(written.global)).toEqual(['scrape_interval', 'external_labels'])
  expect(written.scrape_configs.map(({ job_name: job, tls_config: tls }) => [job, tls?.cert_file])).toEqual([
    ['victoria-metrics', undefined],
    ['node-exporter', '/etc/prometheus/tls/victoria-metrics.pem'],
    ['consul-services', undefined],
  ])
})

it('tells its Alertmanager where somebody hears alerts, and nobody where there is none', () => {
  const cluster = clusterFixture({
    nodes: [{ roles: ['victoria-metrics'] }],
    options: { 'victoria-metrics': options },
  })
  expect(parse(hearersText(cluster, options))).toEqual({ static_configs: [] })
  expect(parse(hearersText(cluster, { ...options, webhook: 'https://x.example/y' }))).toEqual({
    static_configs: [{ targets: ['127.0.0.1:9093'] }],
  })
})
