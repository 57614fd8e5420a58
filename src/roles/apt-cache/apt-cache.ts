/** The role `apt-cache`: a node keeps the packages that it has fetched once, and all nodes ask it first. */
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { command } from '../../resources/command/command.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { defineRole, type RoleContext, type RoleFinding } from '../role.ts'
import { aptCacheCodes } from './codes.ts'
import { aptCacheOptions, type AptCacheOptions } from './options.ts'
import { cacheGate, cacheProbe, FINDER } from './probe.ts'
import { scripts } from './scripts.generated.ts'

const ROLE = 'apt-cache'
const FOLDER = '/etc/apt-cacher-ng'
const SOCKET = '/run/apt-cacher-ng/socket'
const EXPIRY = 'bramble-apt-cache-expiry'

/** Before the packages of the node: they come through the cache already. */
const STAGE = 15

/** The caches as a node asks them, in their order; a node that keeps packages asks itself. */
function cachesOf(node: string, { server, port }: AptCacheOptions, cluster: Cluster): readonly string[] {
  if (server.includes(node)) return [`http://127.0.0.1:${port}`]
  return server.map((name) => {
    const { address = name } = cluster.nodes.find((one) => one.name === name) ?? {}
    return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
  })
}

/**
 * What every node has. A cache that is silent is given up after seconds, one that falls silent in the middle of a package after twenty. Requests go
 * one after the other: a cache that answers several at once has mixed them up (armbian/build#10004).
 */
function clientResources({ options, node, cluster }: RoleContext<AptCacheOptions>): Resource[] {
  const list = (path: string, lines: readonly string[]): Resource =>
    file({ path, content: lines.map((line) => `${line}\n`).join(''), stage: STAGE })
  const read = [
    file({ path: FINDER, content: scripts.finder, mode: '755', stage: STAGE }),
    list('/etc/apt/bramble-caches', cachesOf(node.name, options, cluster)),
    list('/etc/apt/bramble-tunnels', options.tunnels),
  ]
  const schemes = options.tunnels.length > 0 ? ['http', 'https'] : ['http']
  const settings = [
    ...schemes.map((scheme) => `Acquire::${scheme}::Proxy-Auto-Detect "${FINDER}";`),
    'Acquire::http::Pipeline-Depth "0";',
    'Acquire::http::Timeout "10";',
    'Acquire::Retries "1";',
  ]
  return [
    ...read,
    // Last, and gone first: apt fails where it is told to ask a program that is not there.
    file({
      path: '/etc/apt/apt.conf.d/90bramble-apt-cache',
      content: settings.map((line) => `${line}\n`).join(''),
      stage: STAGE,
      needs: read.map(addressOf),
    }),
  ]
}

/** Its own settings whole: those of the package rewrite addresses to mirrors of its choice. Hosts for tunnels are patterns (acng.conf). */
function configText({ port, keep_days: days, tunnels }: AptCacheOptions, proxy: string | undefined): string {
  const hosts = tunnels.map((host) => host.replaceAll('.', String.raw`\.`))
  return [
    'CacheDir: /var/cache/apt-cacher-ng',
    'LogDir: /var/log/apt-cacher-ng',
    'SupportDir: /usr/lib/apt-cacher-ng',
    `SocketPath: ${SOCKET}`,
    'ReportPage: acng-report.html',
    `Port: ${port}`,
    `ExThreshold: ${days}`,
    'PipelineDepth: 0',
    `PassThroughPattern: ${hosts.length > 0 ? `^(${hosts.join('|')}):443$` : '^$'}`,
    ...(proxy === undefined || proxy === 'none' || proxy === 'DIRECT' ? [] : [`Proxy: ${proxy}`]),
    '',
  ].join('\n')
}

const EXPIRY_TEXT = `[Unit]
Description=Throw away packages that no list names any more
After=apt-cacher-ng.service

[Service]
Type=oneshot
User=apt-cacher-ng
ExecStart=/usr/lib/apt-cacher-ng/acngtool maint -c ${FOLDER} SocketPath=${SOCKET}
`

const TIMER_TEXT = `[Unit]
Description=Throw away packages that no list names any more, once a day

[Timer]
OnCalendar=daily
RandomizedDelaySec=2h
Persistent=true

[Install]
WantedBy=timers.target
`

function serverResources({ options, node }: RoleContext<AptCacheOptions>): Resource[] {
  const cacher = debianPackage({ name: 'apt-cacher-ng' })
  const config = file({
    path: `${FOLDER}/acng.conf`,
    content: configText(options, node.facts['apt-cache.proxy']),
    needs: [addressOf(cacher)],
  })
  const running = service({
    name: 'apt-cacher-ng',
    restartOn: [addressOf(config)],
    needs: [addressOf(config)],
  })
  const expiry = unit({ name: EXPIRY, content: EXPIRY_TEXT, needs: [addressOf(cacher)] })
  const timer = unit({ name: `${EXPIRY}.timer`, content: TIMER_TEXT, needs: [addressOf(expiry)] })
  return [
    cacher,
    config,
    running,
    // It may take connections and never answer: no unit notices that.
    command({
      name: 'start the cache of packages anew where it does not answer',
      run: ['systemctl', 'restart', 'apt-cacher-ng'],
      unless: [FINDER, '--answers'],
      needs: [addressOf(running)],
    }),
    expiry,
    timer,
    service({ name: `${EXPIRY}.timer`, restartOn: [addressOf(timer)], needs: [addressOf(timer)] }),
  ]
}

function findings({ server }: AptCacheOptions, cluster: Cluster): RoleFinding[] {
  const names = cluster.find(ROLE).map(({ name }) => name)
  return server
    .filter((name) => !names.includes(name))
    .map((name) => ({
      diagnostic: aptCacheCodes.APT_CACHE_SERVER_WITHOUT_ROLE({ name, near: didYouMean(name, names) }),
      option: 'server',
    }))
}

/**
 * Packages come from the internet once. A cache that is down, hangs or gives wrong bytes holds up nobody: apt asks for a cache that answers before
 * it fetches, and goes its own way where there is none; the kind `package` tells what came wrong.
 */
const aptCache = defineRole({
  name: ROLE,
  summary: 'A cache of Debian packages on one of its nodes, which all of them ask first.',
  pace: 'together',
  options: aptCacheOptions,
  findings: ({ options, cluster }) => findings(options, cluster),
  carries: ({ options, node }) => options.server.includes(node.name),
  provides: ({ options, node }) =>
    options.server.includes(node.name)
      ? [{ name: ROLE, ports: [{ port: options.port, protocol: 'tcp' }], to: 'cluster' }]
      : [],
  resources: (context) => [
    ...clientResources(context),
    ...(context.options.server.includes(context.node.name) ? serverResources(context) : []),
  ],
  gates: ({ options, node, cluster }) =>
    options.server.includes(node.name)
      ? [cacheGate(node.name, cachesOf(node.name, options, cluster)[0] ?? '')]
      : [],
  status: ({ options, cluster, nodes }) =>
    cacheProbe(
      nodes.map(({ name }) => name),
      (node) => cachesOf(node, options, cluster),
    ),
})

export default aptCache
