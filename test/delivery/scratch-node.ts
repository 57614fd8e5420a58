/** Starts a node to push to on this computer: a real sshd whose sessions cannot touch the computer's own files. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '../../src/compile/compile.ts'
import type { Program } from '../../src/compile/compile.ts'
import { runtime } from '../../src/compile/runtime.generated.ts'
import type { PushRun } from '../../src/delivery/push/push.ts'
import { openTransport } from '../../src/delivery/transport/transport.ts'
import type { Dial, Transport, TransportOptions } from '../../src/delivery/transport/transport.ts'
import { orderResources } from '../../src/plan/order.ts'
import { kinds } from '../../src/resources/registry.generated.ts'
import type { Resource } from '../../src/resources/kind.ts'
import { run } from '../../src/support/run.ts'
import type { RunResult } from '../../src/support/run.ts'

/** Why there can be no scratch node on this computer; undefined when there can. */
export const noScratchNodes: string | undefined =
  process.getuid?.() !== 0
    ? 'not root: no namespaces for a scratch node'
    : !existsSync('/usr/sbin/sshd')
      ? 'openssh-server is not installed'
      : undefined

/** What a scratch node may be given. */
export interface ScratchNodeOptions {
  /** Lines for sshd_config. */
  readonly sshd?: readonly string[]
  /** Shell that runs as root inside before sshd starts. */
  readonly prepare?: string
}

/** A free TCP port of the loopback. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A running node. */
export class ScratchNode {
  readonly folder: string
  readonly port: number
  #process: ChildProcess | undefined
  #log = ''

  constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
  }

  /** What sshd wrote. */
  get log(): string {
    return this.#log
  }

  /** Starts it, after `stop` as if it had been without power: memory empty, disk empty too. */
  async start(): Promise<void> {
    // Ends with us, however we end.
    const withUs = ['--pdeathsig', 'KILL', 'unshare', '--kill-child']
    const own = ['--mount', '--pid', '--fork', '--mount-proc', '--propagation', 'private']
    const script = ['sh', 'test/delivery/scratch-node.sh', this.folder]
    const child = spawn('setpriv', [...withUs, ...own, ...script], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = child
    await new Promise<void>((resolve, reject) => {
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text
        if (text.includes('Server listening')) resolve()
      })
      child.once('close', () => reject(new Error(`the scratch node did not start: ${this.#log}`)))
    })
  }

  /** Pulls the plug. */
  async stop(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
  }

  /** Process number, as this computer sees it, of the sshd that listens. */
  async sshd(): Promise<number> {
    const { stdout } = await run('pgrep', ['-P', String(this.#process?.pid)])
    return Number(stdout.toString().trim())
  }

  /** Runs a command as root inside, past ssh. */
  async inside(...argv: string[]): Promise<RunResult> {
    return run('nsenter', ['-t', String(await this.sshd()), '-m', '-p', '--', ...argv])
  }

  /** The text of a file inside; undefined when there is none. */
  async text(path: string): Promise<string | undefined> {
    const { code, stdout } = await this.inside('cat', path)
    return code === 0 ? stdout.toString() : undefined
  }

  dial(node: string, more: Partial<Dial> = {}): Dial {
    const identityFile = join(this.folder, 'id')
    return { node, host: '127.0.0.1', port: this.port, user: 'root', sudo: 'none', identityFile, ...more }
  }

  async transport(dials: readonly Dial[], more: Partial<TransportOptions> = {}): Promise<Transport> {
    return openTransport({
      folder: join(this.folder, 'cluster'),
      knownHostsFile: join(this.folder, 'cluster/known_hosts'),
      dials,
      userConfig: false,
      fastKeyExchange: true,
      ...more,
    })
  }

  async remove(): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Makes the keys and the configuration of a node, and starts it. */
export async function scratchNode(options: ScratchNodeOptions = {}): Promise<ScratchNode> {
  const folder = await mkdtemp(join(tmpdir(), 'bramble-scratch-'))
  // sshd reads the keys as the user who logs in.
  await chmod(folder, 0o755)
  const node = new ScratchNode(folder, await freePort())
  await newHostKey(node)
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'id')])
  await writeFile(join(folder, 'keys'), await readFile(join(folder, 'id.pub')))
  const lines = [
    `Port ${node.port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'keys')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100',
    ...(options.sshd ?? []),
  ]
  await writeFile(join(folder, 'sshd_config'), lines.map((line) => `${line}\n`).join(''))
  if (options.prepare !== undefined) await writeFile(join(folder, 'prepare.sh'), options.prepare)
  await node.start()
  return node
}

/** Gives the node another host key, as a card that was written anew has one. */
export async function newHostKey({ folder }: ScratchNode): Promise<void> {
  await rm(join(folder, 'host'), { force: true })
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')])
}

/** A real program of these resources. */
export function programOf(
  node: string,
  resources: readonly Resource[],
  alsoKinds: readonly string[] = [],
): Program {
  const ordered = orderResources(resources, (kind) => kinds[kind]?.kind.stage ?? 50)
  return compile(ordered, { node, kinds, runtime, alsoKinds })
}

/** A run with a name of its own. */
export function pushRun(transport: Transport, more: Partial<PushRun> = {}): PushRun {
  return { run: `run-${Math.random().toString(36).slice(2, 10)}`, by: 'ada@desk', transport, ...more }
}
