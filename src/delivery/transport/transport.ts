/** The nodes' connections over OpenSSH: one configuration, sessions, links to their ports, and figures. */
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import { Bug } from '../../diagnostics/bug.ts'
import type { LinkTarget, NodeLink, ProgramEnd } from '../../engines/contract.ts'
import { commandLine } from '../../shell/quote.ts'
import { homeFolder } from '../../support/home-folder.ts'
import { hopsOf } from './dial.ts'
import type { Dial, TransportOptions } from './dial.ts'
import { Links } from './links.ts'
import { pinnedNames, tidyKnownHosts } from './known-hosts.ts'
import { startSession } from './session.ts'
import type { NodeStats, Session } from './session.ts'
import { loginWords, startText } from './shell-start.ts'
import { Slots } from './slots.ts'
import { makeSocketFolder } from './socket-folder.ts'
import { sshConfig } from './ssh-config.ts'
import { writeWhole } from './write-whole.ts'

export type { Dial, TransportOptions } from './dial.ts'
export type { NodeStats, Session, SessionEnd } from './session.ts'

/** How one session is opened. */
export interface ExecOptions {
  /** Links to the node's ports may ride on this connection for as long as it is there. */
  readonly carriesLinks?: boolean
  /** Ctrl-C at the terminal does not reach this connection: see `startSession`. */
  readonly apart?: boolean
}

/** The way to all nodes of a cluster. */
export interface Transport extends NodeLink {
  /** How this node is reached. Throws for a node that was not given. */
  dial(node: string): Dial
  /** Where host keys are pinned. */
  readonly knownHostsFile: string
  /** Time that a connection over all hops to this node may take, in seconds. */
  connectSeconds(node: string): number
  /** Runs a command on a new connection as the login user, without a terminal. The words arrive as they are. */
  exec(node: string, argv: readonly string[], options?: ExecOptions): Promise<Session>
  /** The sudo password, asked once; undefined when there is nobody to ask. */
  sudoPassword(): Promise<string | undefined>
  /** Arguments of `ssh` for somebody at a terminal: a login, or one command. */
  interactiveArgs(node: string, command?: readonly string[]): string[]
  /** `Host` blocks for `~/.ssh/config`. */
  configText(): string
  /** Sessions and payload bytes of each node so far. */
  stats(): ReadonlyMap<string, Readonly<NodeStats>>
  /** Ends everything that is still open and takes away the sockets. */
  close(): Promise<void>
}

/** sshd drops connections at random once 10 have not logged in yet (sshd_config(5), MaxStartups). */
const OPENING_PER_JUMP = 8

/** Writes the configuration and hands out the transport; connects to nobody yet. */
export function openTransport(options: TransportOptions): Transport {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  mkdirSync(dirname(resolve(options.knownHostsFile)), { recursive: true })
  const shared = {
    dials: options.dials,
    knownHostsFile: resolve(options.knownHostsFile),
    connectTimeoutSeconds: options.connectTimeoutSeconds ?? 10,
    pinned: pinnedNames(options.knownHostsFile),
    fastKeyExchange: options.fastKeyExchange === true,
  }
  const includes =
    options.userConfig === false ? [] : [join(homeFolder(), '.ssh/config'), '/etc/ssh/ssh_config']
  const batchFile = resolve(options.folder, 'ssh-batch.conf')
  const interactiveFile = resolve(options.folder, 'ssh.conf')
  writeWhole(batchFile, sshConfig({ ...shared, includes, batch: true }))
  writeWhole(interactiveFile, sshConfig({ ...shared, includes, batch: false }))
  return new OpenSshTransport(options, shared.knownHostsFile, batchFile, interactiveFile, () =>
    sshConfig({ ...shared, includes: [], batch: false }),
  )
}

class OpenSshTransport implements Transport {
  readonly knownHostsFile: string
  readonly configText: () => string
  readonly #options: TransportOptions
  readonly #dials: ReadonlyMap<string, Dial>
  readonly #batchFile: string
  readonly #interactiveFile: string
  readonly #stats = new Map<string, NodeStats>()
  readonly #open = new Set<Session>()
  readonly #slots = new Slots(OPENING_PER_JUMP)
  readonly #links: Links
  #password: Promise<string> | undefined
  #sockets: string | undefined

  constructor(
    options: TransportOptions,
    knownHostsFile: string,
    batchFile: string,
    interactiveFile: string,
    configText: () => string,
  ) {
    this.#options = options
    this.knownHostsFile = knownHostsFile
    this.#batchFile = batchFile
    this.#interactiveFile = interactiveFile
    this.configText = configText
    this.#dials = new Map(options.dials.map((dial) => [dial.node, dial]))
    this.#links = new Links({
      openCarrier: (node) => this.exec(node, ['cat'], { carriesLinks: true }),
      configFile: batchFile,
      socketOf: (node) => this.#socketOf(node),
      connectSeconds: (node) => this.connectSeconds(node),
      wayToRoot: async (node) => {
        const { sudo } = this.dial(node)
        return { sudo, password: sudo === 'password' ? await this.sudoPassword() : undefined }
      },
    })
  }

  dial(node: string): Dial {
    const dial = this.#dials.get(node)
    if (!dial) throw new Bug(`there is no way to a node called ${node}`)
    return dial
  }

  connectSeconds(node: string): number {
    return (this.#options.connectTimeoutSeconds ?? 10) * hopsOf(this.#dials, node)
  }

  async exec(node: string, argv: readonly string[], options: ExecOptions = {}): Promise<Session> {
    const { via } = this.dial(node)
    const release = via === undefined ? undefined : await this.#slots.take(via)
    const carrier = options.carriesLinks === true ? this.#carrierArgs(node) : []
    const args = ['-F', this.#batchFile, ...carrier, '--', node, commandLine(loginWords)]
    const text = startText(argv)
    const session = startSession(node, args, this.#statsOf(node), options.apart === true)
    session.stdin.write(text)
    this.#open.add(session)
    void session.ended.then(() => this.#open.delete(session))
    if (options.carriesLinks === true) this.#links.carriedBy(node, session)
    if (release) void session.answered.then(release)
    return session
  }

  connect(node: string, to: LinkTarget, how?: 'taken'): Promise<Duplex> {
    this.dial(node)
    return this.#links.connect(node, to, how)
  }

  run(node: string, argv: readonly string[], input: Uint8Array = new Uint8Array()): Promise<ProgramEnd> {
    this.dial(node)
    return this.#links.run(node, argv, input)
  }

  sudoPassword(): Promise<string | undefined> {
    if (!this.#options.sudoPassword) return Promise.resolve(undefined)
    this.#password ??= this.#options.sudoPassword()
    return this.#password
  }

  interactiveArgs(node: string, command: readonly string[] = []): string[] {
    this.dial(node)
    const words = command.length > 0 ? [commandLine(command)] : []
    return ['-F', this.#interactiveFile, '--', node, ...words]
  }

  stats(): ReadonlyMap<string, Readonly<NodeStats>> {
    return this.#stats
  }

  async close(): Promise<void> {
    this.#links.close()
    for (const session of this.#open) session.stop()
    await Promise.all([...this.#open].map(({ ended }) => ended))
    if (this.#sockets !== undefined) rmSync(this.#sockets, { recursive: true, force: true })
    this.#sockets = undefined
    tidyKnownHosts(this.knownHostsFile)
  }

  /** No ControlPersist: the master is the session itself, and goes when its remote command does or when we do. */
  #carrierArgs(node: string): string[] {
    return ['-o', 'ControlMaster=yes', '-o', `ControlPath=${this.#socketOf(node)}`]
  }

  /** A socket's path may have about 88 bytes, so it is numbered and does not lie in the cluster's folder. */
  #socketOf(node: string): string {
    this.#sockets ??= makeSocketFolder()
    return join(this.#sockets, String([...this.#dials.keys()].indexOf(node)))
  }

  #statsOf(node: string): NodeStats {
    const known = this.#stats.get(node) ?? { sessions: 0, bytesSent: 0, bytesReceived: 0 }
    this.#stats.set(node, known)
    return known
  }
}
