/** The Alertmanager beside whoever watches: Debian's, on the loopback of the node alone. */
import { stringify } from 'yaml'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { alertsTargets } from '../../topology/metrics.ts'
import { secondsOf, type WatcherOptions } from './options.ts'
import { PROMETHEUS_FOLDER, PROMETHEUS_USER, tlsOf } from './trust.ts'

/** Where it is told of alerts. */
export const ALERTMANAGER = '127.0.0.1:9093'
const ARGUMENTS = `--web.listen-address=${ALERTMANAGER} --cluster.listen-address= --storage.path=/var/lib/prometheus/alertmanager`
const own = { owner: PROMETHEUS_USER, group: PROMETHEUS_USER }

type Tls = ReturnType<typeof tlsOf>

/** One who hears alerts. */
interface Receiver {
  readonly name: string
  /** Alerts that it hears; all of them when left out. */
  readonly names?: readonly string[]
  readonly webhook: Readonly<Record<string, unknown>>
}

/** How often those who listen for silence are told that somebody watches: often enough that a beat is seldom more than an interval old. */
const beatSeconds = (intervalSeconds: number): number => Math.max(1, Math.floor(intervalSeconds / 4))

/** Those who listen for silence, beside what they hear of alerts. */
function beatsOf(cluster: Cluster, tls: Tls): readonly Pick<Receiver, 'name' | 'webhook'>[] {
  return alertsTargets(cluster)
    .filter(({ silenceSeconds }) => silenceSeconds !== undefined)
    .map(({ role, node, at }) => ({
      name: `${role} on ${node}: beats`,
      webhook: {
        url: `https://${at}/watchdog`,
        http_config: { tls_config: tls },
        send_resolved: false,
      },
    }))
}

/** Whether anybody hears alerts. */
export function isHeard(cluster: Cluster, webhook: string | undefined): boolean {
  return webhook !== undefined || alertsTargets(cluster).length > 0
}

function receiversOf(cluster: Cluster, tls: Tls, webhook: string | undefined): readonly Receiver[] {
  const hearers = alertsTargets(cluster).map(({ role, node, at, names }) => ({
    name: `${role} on ${node}`,
    ...(names && { names }),
    webhook: { url: `https://${at}/`, http_config: { tls_config: tls }, send_resolved: true },
  }))
  const outside = { name: 'webhook', webhook: { url: webhook, send_resolved: true } }
  return [...(webhook === undefined ? [] : [outside]), ...hearers]
}

/** What tells a receiver of some alerts alone. A program on a node that hears of everything does not want to hear that all is well. */
function matchersOf({ name, names }: Receiver): readonly string[] {
  if (names) return [`alertname=~"${names.join('|')}"`]
  return name === 'webhook' ? [] : ['alertname!="Watchdog"']
}

/** `alertmanager.yml`: each receiver hears of each node's alerts together, and again when they are over. */
export function alertmanagerText(
  cluster: Cluster,
  watcher: string,
  { webhook, interval }: Pick<WatcherOptions, 'webhook' | 'interval'>,
): string {
  const tls = tlsOf(watcher)
  const receivers = receiversOf(cluster, tls, webhook)
  const beats = beatsOf(cluster, tls)
  const pace = `${beatSeconds(secondsOf(interval))}s`
  return stringify({
    route: {
      receiver: 'nobody',
      group_by: ['node'],
      // All rules are looked at together: what is wrong with a node at one time is there within a moment.
      group_wait: '1s',
      group_interval: '1m',
      repeat_interval: '4h',
      routes: [
        ...receivers.map((one) => ({ receiver: one.name, matchers: matchersOf(one), continue: true })),
        ...beats.map(({ name }) => ({
          receiver: name,
          matchers: ['alertname="Watchdog"'],
          group_interval: pace,
          repeat_interval: '1s',
          continue: true,
        })),
      ],
    },
    receivers: [
      { name: 'nobody' },
      ...[...receivers, ...beats].map(({ name, webhook: how }) => ({ name, webhook_configs: [how] })),
    ],
  })
}

/** Debian's Alertmanager beside whoever watches: `watcher` is its role, `needs` the account and the files that it shows. Nothing where nobody hears alerts. */
export function alertmanager(
  cluster: Cluster,
  watcher: string,
  options: WatcherOptions,
  needs: readonly LocalAddress[],
): readonly Resource[] {
  if (!isHeard(cluster, options.webhook)) return []
  const installed = debianPackage({ name: 'prometheus-alertmanager' })
  const after = [...needs, addressOf(installed)]
  const config = file({
    path: `${PROMETHEUS_FOLDER}/alertmanager.yml`,
    content: alertmanagerText(cluster, watcher, options),
    validate: ['amtool', 'check-config', '{}'],
    ...own,
    mode: '600',
    sensitive: options.webhook !== undefined && cluster.isSecret(options.webhook),
    needs: after,
  })
  const settings = file({
    path: '/etc/default/prometheus-alertmanager',
    content: `ARGS="${ARGUMENTS}"\n`,
    needs: after,
  })
  const read = [installed, settings].map(addressOf)
  return [
    installed,
    directory({ path: '/var/lib/prometheus/alertmanager', purge: true, ...own, mode: '750' }),
    config,
    settings,
    service({
      name: 'prometheus-alertmanager',
      restartOn: read,
      reloadOn: [addressOf(config)],
      needs: after,
    }),
  ]
}
