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
import { keptSocket } from './kept-connections.ts'
import { Links } from './links.ts'
import type { Control, Started } from './carrier.ts'
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
  /**
   * The connection may be one that an earlier run has kept, and is kept for the next where that is wanted. Only for who looks: that a
   * node still lets us in is shown by a new connection alone.
   */
  readonly mayBeKept?: boolean
}

/** The way to all nodes of a cluster. */
export interface Transport extends NodeLink {
  /** How this node is reached. Throws for a node that was not given. */
  dial(node: string): Dial
  /** Where host keys are pinned. */
  readonly knownHostsFile: string
  /** Time that a connection over all hops to this node may take, in seconds. */
  connectSeconds(node: string): number
  /** Logs in ahead to those of these nodes that are reached directly: the next command on each that may ride on a kept connection finds its session there. */
  begin(nodes: readonly string[]): void
  /** Whether connections are kept for the next run. */
  readonly keepsConnections: boolean
  /** Runs a command on a new connection as the login user, without a terminal. The words arrive as they are. */
  exec(node: string, argv: readonly string[], options?: ExecOptions): Promise<Session>
  /** The password for sudo on a node, asked once; undefined when there is nobody to ask. */
  sudoPassword(node: string): Promise<string | undefined>
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
  readonly keepsConnections: boolean
  readonly configText: () => string
  readonly #options: TransportOptions
  readonly #dials: ReadonlyMap<string, Dial>
  readonly #batchFile: string
  readonly #interactiveFile: string
  readonly #stats = new Map<string, NodeStats>()
  readonly #open = new Set<Session>()
  readonly #begun = new Map<string, Promise<Started>>()
  readonly #slots = new Slots(OPENING_PER_JUMP)
  readonly #links: Links
  readonly #passwords = new Map<string, Promise<string | undefined>>()
  #sockets: string | undefined
  #begunConnections = 0

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
    this.keepsConnections = (options.keepSeconds ?? 0) > 0
    this.#dials = new Map(options.dials.map((dial) => [dial.node, dial]))
    this.#links = new Links({
      openCarrier: async (node) => {
        const started = await this.#start(node, { carriesLinks: true })
        started.session.stdin.write(startText(['cat']))
        return started
      },
      configFile: batchFile,
      connectSeconds: (node) => this.connectSeconds(node),
      wayToRoot: async (node) => {
        const { sudo } = this.dial(node)
        return { sudo, password: sudo === 'password' ? await this.sudoPassword(node) : undefined }
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

  begin(nodes: readonly string[]): void {
    // One that begins behind a jump would hold a place there for as long as nobody speaks with it.
    for (const node of nodes.filter((name) => this.dial(name).via === undefined))
      this.#begun.set(node, this.#start(node, { carriesLinks: true, mayBeKept: true }))
  }

  async exec(node: string, argv: readonly string[], options: ExecOptions = {}): Promise<Session> {
    const begun = options.mayBeKept === true ? this.#begun.get(node) : undefined
    if (begun) this.#begun.delete(node)
    const starting = begun ?? this.#start(node, options)
    if (options.carriesLinks === true) this.#links.willBeCarriedBy(node, starting)
    const { session } = await starting
    session.stdin.write(startText(argv))
    return session
  }

  async #start(node: string, options: ExecOptions): Promise<Started> {
    const { via } = this.dial(node)
    const release = via === undefined ? undefined : await this.#slots.take(via)
    const control = this.#controlOf(node, options)
    const args = [
      '-F',
      this.#batchFile,
      ...this.#controlWords(control, options),
      '--',
      node,
      commandLine(loginWords),
    ]
    const session = startSession(node, args, this.#statsOf(node), options.apart === true)
    this.#open.add(session)
    void session.ended.then(() => this.#open.delete(session))
    if (release) void session.answered.then(release)
    return { session, control }
  }

  connect(node: string, to: LinkTarget, how?: 'taken'): Promise<Duplex> {
    this.dial(node)
    return this.#links.connect(node, to, how)
  }

  run(node: string, argv: readonly string[], input: Uint8Array = new Uint8Array()): Promise<ProgramEnd> {
    this.dial(node)
    return this.#links.run(node, argv, input)
  }

  sudoPassword(node: string): Promise<string | undefined> {
    const password =
      this.#passwords.get(node) ?? this.#options.sudoPassword?.(node) ?? Promise.resolve(undefined)
    this.#passwords.set(node, password)
    return password
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
    await this.#links.close()
    for (const session of this.#open) session.stop()
    await Promise.all([...this.#open].map(({ ended }) => ended))
    if (this.#sockets !== undefined) rmSync(this.#sockets, { recursive: true, force: true })
    this.#sockets = undefined
    tidyKnownHosts(this.knownHostsFile)
  }

  /** A connection that is not kept goes with its session: the master is the session itself. */
  #controlWords(control: Control, options: ExecOptions): string[] {
    if (control.isKept) {
      const { keepSeconds } = this.#options
      return ['ControlMaster=auto', `ControlPath=${control.path}`, `ControlPersist=${keepSeconds}`].flatMap(
        (setting) => ['-o', setting],
      )
    }
    if (options.carriesLinks !== true) return []
    return ['-o', 'ControlMaster=yes', '-o', `ControlPath=${control.path}`]
  }

  #controlOf(node: string, { mayBeKept = false }: ExecOptions): Control {
    const forwardsAt = this.#nextSocket()
    const kept =
      mayBeKept && this.keepsConnections ? keptSocket(this.knownHostsFile, this.#dials, node) : undefined
    return kept === undefined
      ? { path: forwardsAt, forwardsAt, isKept: false }
      : { path: kept, forwardsAt, isKept: true }
  }

  /**
   * A socket's path may have about 88 bytes, so it is numbered and does not lie in the cluster's folder. Each connection has its own: at a path that
   * one which is ending still holds, ssh makes none, and the ending one takes the path with it.
   */
  #nextSocket(): string {
    this.#sockets ??= makeSocketFolder()
    return join(this.#sockets, String(++this.#begunConnections))
  }

  #statsOf(node: string): NodeStats {
    const known = this.#stats.get(node) ?? { sessions: 0, bytesSent: 0, bytesReceived: 0 }
    this.#stats.set(node, known)
    return known
  }
}
