/** The role `alert-command`: a command that a node runs for alerts, such as a flash of light. */
import { isIPv6 } from 'node:net'
import type { Gate } from '../../engines/contract.ts'
import { pageText } from '../../engines/page-text.ts'
import { networkFindings } from '../../engines/network-findings.ts'
import { servedBy, trustFiles, trustOf, trustResources, trustWishes } from '../../engines/prometheus/trust.ts'
import { secondsIn } from '../../cluster-file/forms.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { user } from '../../resources/user/user.ts'
import { reasonOf } from '../../support/reason.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork } from '../../topology/network.ts'
import { defineRole, type RoleContext, type RoleFinding, type RoleWishContext } from '../role.ts'
import { alertCommandCodes } from './codes.ts'
import { alertCommandOptions, type AlertCommandOptions } from './options.ts'
import { silenceProbe } from './silence-status.ts'
import { scripts } from './scripts.generated.ts'

const ROLE = 'alert-command'
const UNIT = 'bramble-alert-command'
const FOLDER = '/etc/bramble-alert-command'
const SCRIPT = '/usr/local/lib/bramble-alert-command'
const SILENCE_UNIT = 'bramble-alert-silence'
const SILENCE_SCRIPT = '/usr/local/lib/bramble-alert-silence'
/** What was heard, for both units; it goes with the first. */
const RUN = '/run/bramble-alert-command'
/** Who was ever heard: outlives the boot. */
const STATE = '/var/lib/bramble-alert-command'
/** Account of both where no other is wished for. */
const ACCOUNT = 'bramble-alert'
const PATIENCE_SECONDS = 60

type Context = RoleContext<AlertCommandOptions>

function addressHere({ options, node, cluster }: RoleWishContext<AlertCommandOptions>): string {
  return onNetwork(node, options.network === undefined ? undefined : cluster.network(options.network)).address
}

const ownAccount = (): Resource[] => [
  group({ name: ACCOUNT, system: true }),
  user({ name: ACCOUNT, system: true, group: ACCOUNT, home: STATE }),
]

const accountOf = (options: AlertCommandOptions): string => options.user ?? ACCOUNT

/** An account of the board may do with the command what it may do there; ours may do nothing (systemd.exec(5)). */
function serviceLines({ options }: Context): string {
  const closed = [
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'ProtectHome=read-only',
    'RestrictSUIDSGID=yes',
    ...(options.silence === undefined ? [] : [`ReadWritePaths=${STATE} ${RUN}`]),
  ]
  return [`User=${accountOf(options)}`, 'PrivateTmp=yes', ...(options.user === undefined ? closed : [])].join(
    '\n',
  )
}

/** It listens on all addresses, as one that comes later is among them; a key that root alone reads is handed to it (systemd.exec(5), LoadCredential). */
function unitText(context: Context): string {
  const { port, silence } = context.options
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
Wants=network-online.target${silence === undefined ? '' : ` ${SILENCE_UNIT}.service`}

[Service]
ExecStart=/usr/bin/socat ${listens.join(',')} "EXEC:${SCRIPT} ${FOLDER} ${RUN}"
LoadCredential=key:${files.key}
RuntimeDirectory=bramble-alert-command
${serviceLines(context)}
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
`
}

/** Started and stopped with the other, which may fall and come back without it; what that one has heard goes with it. */
function silenceUnitText(context: Context, seconds: number): string {
  return `[Unit]
Description=Runs a command when nobody watches
PartOf=${UNIT}.service
After=${UNIT}.service

[Service]
ExecStart=${SILENCE_SCRIPT} ${FOLDER} ${RUN} ${STATE} ${seconds}
${serviceLines(context)}
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
`
}

/** What notices that a node that watches is silent. */
function silenceResources(context: Context, read: readonly Resource[]): Resource[] {
  const { silence } = context.options
  if (silence === undefined) return []
  const script = file({ path: SILENCE_SCRIPT, content: scripts['alert-silence'], mode: '755' })
  const state = directory({ path: STATE, owner: accountOf(context.options), mode: '700', purge: true })
  const needs = [script, state, ...read].map(addressOf)
  const work = unit({
    name: `${SILENCE_UNIT}.service`,
    content: silenceUnitText(context, secondsIn(silence)),
    needs,
  })
  const started = [work, script, ...read].map(addressOf)
  return [script, state, work, service({ name: SILENCE_UNIT, restartOn: started, needs: [addressOf(work)] })]
}

function resources(context: Context): Resource[] {
  const { options, node, cluster, secrets } = context
  const trust = trustResources(ROLE, node, secrets)
  const socat = debianPackage({ name: 'socat' })
  const lines = (words: readonly string[]): string => words.map((word) => `${word}\n`).join('')
  const read = [
    file({ path: SCRIPT, content: scripts['alert-command'], mode: '755' }),
    file({ path: `${FOLDER}/command`, content: lines(options.run) }),
    file({
      path: `${FOLDER}/watchers`,
      content: lines(cluster.watchers().map(({ node: { fqdn } }) => fqdn)),
    }),
  ]
  const needs = [socat, ...read, ...trust].map(addressOf)
  const work = unit({ name: `${UNIT}.service`, content: unitText(context), needs })
  const shown = trust.filter(({ kind }) => kind === 'file').map(addressOf)
  return [
    ...(options.user === undefined ? ownAccount() : []),
    ...trust,
    socat,
    directory({ path: FOLDER }),
    ...read,
    work,
    service({ name: UNIT, restartOn: [addressOf(work), ...shown], needs: [addressOf(work)] }),
    ...silenceResources(context, read),
  ]
}

/** It is asked as an Alertmanager asks, in the name of a node that watches. */
function gate({ options, node, cluster, secrets }: Context): Gate[] {
  const [watcher] = cluster.watchers()
  if (!watcher) return []
  const trust = trustOf(watcher.role, watcher.node, secrets)
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
  return cluster.watchers().length > 0 ? [] : [{ diagnostic: alertCommandCodes.ALERTS_FROM_NOBODY({}) }]
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
      to: 'watchers',
      alerts: {
        port: options.port,
        ...(options.alerts && { names: options.alerts }),
        ...(options.silence !== undefined && { silenceSeconds: secondsIn(options.silence) }),
      },
      ...(options.network !== undefined && { network: options.network }),
    },
  ],
  secrets: (context) =>
    trustWishes(ROLE, context.node, [...new Set([addressHere(context), context.node.address])]),
  certificates: ({ node, options }) => [servedBy(ROLE, node, options.port, UNIT)],
  resources,
  gates: gate,
  status: ({ nodes, options }) =>
    options.silence === undefined
      ? undefined
      : silenceProbe(
          nodes.map(({ name }) => name),
          `${RUN}/looked`,
        ),
})

export default alertCommand
