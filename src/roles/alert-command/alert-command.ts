/** The role `alert-command`: a command that a node runs for alerts, such as a flash of light. */
import { isIPv6 } from 'node:net'
import type { Gate } from '../../engines/contract.ts'
import { pageText } from '../../engines/page-text.ts'
import { networkFindings } from '../../engines/network-findings.ts'
import {
  servedBy,
  trustFiles,
  trustOf,
  trustResources,
  trustWishes,
  WATCHERS,
} from '../../engines/prometheus/trust.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { reasonOf } from '../../support/reason.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork } from '../../topology/network.ts'
import { defineRole, type RoleContext, type RoleFinding, type RoleWishContext } from '../role.ts'
import { alertCommandCodes } from './codes.ts'
import { alertCommandOptions, type AlertCommandOptions } from './options.ts'
import { scripts } from './scripts.generated.ts'

const ROLE = 'alert-command'
const UNIT = 'bramble-alert-command'
const FOLDER = '/etc/bramble-alert-command'
const SCRIPT = '/usr/local/lib/bramble-alert-command'
const PATIENCE_SECONDS = 60

type Context = RoleContext<AlertCommandOptions>

const watchersOf = (cluster: Cluster) => WATCHERS.flatMap((role) => cluster.find(role))

function addressHere({ options, node, cluster }: RoleWishContext<AlertCommandOptions>): string {
  return onNetwork(node, options.network === undefined ? undefined : cluster.network(options.network)).address
}

/** It listens on all addresses, as one that comes later is among them; a key that root alone reads is handed to it (systemd.exec(5), LoadCredential). */
function unitText(context: Context): string {
  const { port, user } = context.options
  const files = trustFiles(ROLE)
  const listens = [
    `OPENSSL-LISTEN:${port}`,
    'reuseaddr',
    'fork',
    'max-children=16',
    ...(isIPv6(addressHere(context)) ? ['pf=ip6'] : []),
    `cert=${files.certificate}`,
    'key=${CREDENTIALS_DIRECTORY}/key',
    `cafile=${files.authority}`,
    'verify=1',
    'openssl-min-proto-version=TLS1.2',
  ]
  return `[Unit]
Description=Runs a command for alerts
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/usr/bin/socat ${listens.join(',')} "EXEC:${SCRIPT} ${FOLDER}"
LoadCredential=key:${files.key}
${user === undefined ? 'DynamicUser=yes' : `User=${user}`}
PrivateTmp=yes
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
`
}

function resources(context: Context): Resource[] {
  const { options, node, cluster, secrets } = context
  const trust = trustResources(ROLE, node, secrets)
  const socat = debianPackage({ name: 'socat' })
  const lines = (words: readonly string[]): string => words.map((word) => `${word}\n`).join('')
  const read = [
    file({ path: SCRIPT, content: scripts['alert-command'], mode: '755' }),
    file({ path: `${FOLDER}/command`, content: lines(options.run) }),
    file({ path: `${FOLDER}/watchers`, content: lines(watchersOf(cluster).map(({ fqdn }) => fqdn)) }),
  ]
  const needs = [socat, ...read, ...trust].map(addressOf)
  const work = unit({ name: `${UNIT}.service`, content: unitText(context), needs })
  const shown = trust.filter(({ kind }) => kind === 'file').map(addressOf)
  return [
    ...trust,
    socat,
    directory({ path: FOLDER }),
    ...read,
    work,
    service({ name: UNIT, restartOn: [addressOf(work), ...shown], needs: [addressOf(work)] }),
  ]
}

/** It is asked as an Alertmanager asks, in the name of a node that watches. */
function gate({ options, node, cluster, secrets }: Context): Gate[] {
  const [watcher] = WATCHERS.flatMap((role) => cluster.find(role).map((found) => ({ role, found })))
  if (!watcher) return []
  const trust = trustOf(watcher.role, watcher.found, secrets)
  return [
    {
      name: 'alert-command: hears alerts',
      node: node.name,
      engine: ROLE,
      patienceSeconds: PATIENCE_SECONDS,
      ask: async (link) => {
        try {
          await pageText(link, { node: node.name, port: options.port, path: '/', trust })
          return { passed: true, detail: `${options.run[0] ?? ''} can be run` }
        } catch (error) {
          return { passed: false, detail: `alerts are not heard: ${reasonOf(error)}` }
        }
      },
    },
  ]
}

function findings(cluster: Cluster): RoleFinding[] {
  return watchersOf(cluster).length > 0 ? [] : [{ diagnostic: alertCommandCodes.ALERTS_FROM_NOBODY({}) }]
}

/** Alerts come from an Alertmanager of the cluster alone, with certificates on both ends. */
const alertCommand = defineRole({
  name: ROLE,
  summary: 'Runs a command on a node when an alert fires, and when it is over.',
  pace: 'together',
  options: alertCommandOptions,
  perNode: ['run', 'alerts', 'user'],
  findings: ({ options, cluster, nodes }) => [
    ...networkFindings(cluster, options.network, nodes),
    ...findings(cluster),
  ],
  provides: ({ options }) => [
    {
      name: ROLE,
      ports: [{ port: options.port, protocol: 'tcp' }],
      to: { roles: WATCHERS },
      alerts: { port: options.port, ...(options.alerts && { names: options.alerts }) },
      ...(options.network !== undefined && { network: options.network }),
    },
  ],
  secrets: (context) =>
    trustWishes(ROLE, context.node, [...new Set([addressHere(context), context.node.address])]),
  certificates: ({ node, options }) => [servedBy(ROLE, node, options.port, UNIT)],
  resources,
  gates: gate,
})

export default alertCommand
