/** Writes the OpenSSH client configuration of a cluster. Pure text; see ssh_config(5). */
import { parseJump } from './dial.ts'
import type { Dial } from './dial.ts'

/** What the configuration depends on besides the nodes. */
export interface SshConfigOptions {
  readonly dials: readonly Dial[]
  readonly knownHostsFile: string
  readonly connectTimeoutSeconds: number
  /** Names (nodes and jumps) whose keys are pinned already: for them an unknown key is refused. */
  readonly pinned: ReadonlySet<string>
  /** Put first the key exchange that costs little and that every OpenSSH since 7.4 knows. */
  readonly fastKeyExchange?: boolean
  /** For runs without a terminal: asks nobody, forwards nothing, multiplexes nothing unless told. */
  readonly batch: boolean
  /** Files whose settings apply below ours; empty for the lab. */
  readonly includes: readonly string[]
}

/** A value in double quotes, with what ssh_config unquotes made plain. */
function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** A path where tokens such as `%h` are expanded. */
function path(value: string): string {
  return quoted(value.replaceAll('%', '%%'))
}

function block(names: string, settings: readonly (readonly [string, string] | undefined)[]): string {
  const lines = settings.flatMap((setting) => (setting ? [`  ${setting[0]} ${setting[1]}\n`] : []))
  return `Host ${names}\n${lines.join('')}\n`
}

function nodeBlock(dial: Dial, options: SshConfigOptions): string {
  return block(dial.node, [
    ['HostName', dial.host],
    ['Port', String(dial.port)],
    ['User', dial.user],
    ['HostKeyAlias', dial.node],
    dial.via === undefined ? undefined : ['ProxyJump', dial.via],
    dial.identityFile === undefined ? undefined : ['IdentityFile', path(dial.identityFile)],
    dial.identityFile === undefined ? undefined : ['IdentitiesOnly', 'yes'],
    strictness(dial.node, options),
  ])
}

/**
 * Once a key is pinned only that key will do. `accept-new` would also take a key of another type, so that an impostor
 * needs no more than to offer a type that is not pinned.
 */
function strictness(name: string, options: SshConfigOptions): readonly [string, string] {
  return ['StrictHostKeyChecking', options.pinned.has(name) ? 'yes' : 'accept-new']
}

/** Jumps that are no nodes, each host once. */
export function literalJumps(dials: readonly Dial[]): string[] {
  const nodes = new Set(dials.map(({ node }) => node))
  const hosts = dials.flatMap(({ via }) => {
    const host = via === undefined || nodes.has(via) ? undefined : parseJump(via)?.host
    return host === undefined || nodes.has(host) ? [] : [host]
  })
  return [...new Set(hosts)].sort()
}

/** What holds for every node and jump. The first value that ssh meets wins, so the user's files come after it. */
function commonBlock(names: readonly string[], options: SshConfigOptions): string {
  const batch: (readonly [string, string])[] = [
    ['BatchMode', 'yes'],
    ['RequestTTY', 'no'],
    ['RemoteCommand', 'none'],
    ['PermitLocalCommand', 'no'],
    ['ForwardAgent', 'no'],
    ['ForwardX11', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['ControlMaster', 'no'],
    ['ControlPersist', 'no'],
    ['ControlPath', 'none'],
    ['LogLevel', 'INFO'],
    ['VisualHostKey', 'no'],
    ['EscapeChar', 'none'],
  ]
  return block(names.join(' '), [
    ['UserKnownHostsFile', path(options.knownHostsFile)],
    ['GlobalKnownHostsFile', 'none'],
    ['VerifyHostKeyDNS', 'no'],
    ['UpdateHostKeys', 'no'],
    ['HashKnownHosts', 'no'],
    ['CheckHostIP', 'no'],
    ['ConnectTimeout', String(options.connectTimeoutSeconds)],
    ['ConnectionAttempts', '1'],
    ['ServerAliveInterval', '5'],
    // Who may take long to let us in may take as long to answer.
    ['ServerAliveCountMax', String(Math.max(3, Math.ceil(options.connectTimeoutSeconds / 5)))],
    ['TCPKeepAlive', 'yes'],
    options.fastKeyExchange === true ? ['KexAlgorithms', '^curve25519-sha256'] : undefined,
    ...(options.batch ? batch : []),
  ])
}

/**
 * The user's files speak of nodes by address (`Host 192.168.1.*`), but ssh compares with the name that it was given. This makes it read
 * all files a second time, with the address in the place of the name (ssh_config(5), Match final). What was set the first time stays.
 */
const READ_AGAIN = 'Match final\n'

/** The whole configuration: one block a node, what is common, and the user's own files below it. */
export function sshConfig(options: SshConfigOptions): string {
  const jumps = literalJumps(options.dials)
  const names = [...options.dials.map(({ node }) => node), ...jumps]
  return [
    ...options.dials.map((dial) => nodeBlock(dial, options)),
    ...jumps.map((jump) => block(jump, [strictness(jump, options)])),
    names.length > 0 ? commonBlock(names, options) : '',
    options.includes.length > 0
      ? block(
          '*',
          options.includes.map((file) => ['Include', quoted(file)]),
        ) + READ_AGAIN
      : '',
  ].join('')
}
