/** Starts and stops SSH endpoints on loopback addresses, each with a root of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../src/support/run.ts'
import { killGroup, makeGroup, removeGroup } from '../../src/lab/control-group.ts'
import { built, REPOSITORY } from '../built.ts'
import { groupSeconds, inGroup, newGroupName } from '../command-group.ts'

/** The n-th endpoint's address, from 0. */
export function endpointAddress(index: number): string {
  return `127.78.${Math.floor(index / 250)}.${(index % 250) + 1}`
}

/** A free TCP port of all loopback addresses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Where the endpoints live, with the home folder of whoever calls them. */
export class Endpoints {
  readonly folder: string
  readonly port: number
  readonly #base: string
  readonly #group = newGroupName()
  #process: ChildProcess | undefined
  #log = ''

  private constructor(folder: string, port: number, base: string) {
    this.folder = folder
    this.port = port
    this.#base = base
  }

  /** Makes keys and settings; starts nothing yet. */
  static async make(): Promise<Endpoints> {
    // Named like other scratch folders of the benchmarks, so that it is removed with them.
    const folder = await mkdtemp(join(tmpdir(), `bramble-bench-${process.pid}-`))
    await chmod(folder, 0o755)
    const base = await built.baseImage().ensureBase('bookworm')
    const endpoints = new Endpoints(folder, await freePort(), base)
    await endpoints.#write()
    return endpoints
  }

  get home(): string {
    return join(this.folder, 'home')
  }

  /** Starts so many; the first start is of one, whose state {@link keepFirst} makes that of all. */
  async start(count: number): Promise<void> {
    const addresses = Array.from({ length: count }, (_, index) => endpointAddress(index))
    // Ends with us, however we end.
    const withUs = ['--pdeathsig', 'KILL', 'unshare', '--kill-child']
    const own = ['--mount', '--pid', '--fork', '--mount-proc', '--propagation', 'private']
    const script = ['sh', join(REPOSITORY, 'bench/scale/endpoints.sh'), this.folder, this.#base, ...addresses]
    makeGroup(this.#group)
    const argv = inGroup(this.#group, ['setpriv', ...withUs, ...own, ...script])
    const child = spawn('sh', argv, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = child
    await new Promise<void>((resolve, reject) => {
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-10_000)
        if (this.#log.includes('Server listening')) resolve()
      })
      child.once('close', () => reject(new Error(`the endpoints did not start: ${this.#log}`)))
    })
    this.#log = ''
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const closed = new Promise((resolve) => child.once('close', resolve))
    await killGroup(this.#group)
    await closed
    await removeGroup(this.#group)
  }

  /** Processor time of all endpoints since they were started, in seconds. */
  seconds(): number {
    return groupSeconds(this.#group)
  }

  /** From now on every endpoint starts as what the first one has become. */
  async keepFirst(): Promise<void> {
    await this.stop()
    const from = join(this.folder, 'first', endpointAddress(0), 'upper')
    await cp(from, join(this.folder, 'wanted'), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    })
    await rm(join(this.folder, 'first'), { recursive: true })
  }

  async remove(): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #write(): Promise<void> {
    await mkdir(join(this.home, '.ssh'), { recursive: true, mode: 0o700 })
    const key = join(this.home, '.ssh/id_ed25519')
    for (const file of [key, join(this.folder, 'host')]) {
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
    }
    await copyFile(`${key}.pub`, join(this.folder, 'keys'))
    await copyFile(join(REPOSITORY, 'bench/scale/enter.sh'), join(this.folder, 'enter.sh'))
    await writeFile(
      join(this.folder, 'sshd_config'),
      `Port ${this.port}
ListenAddress 0.0.0.0
AllowUsers root@127.0.0.0/8
HostKey ${this.folder}/host
AuthorizedKeysFile ${this.folder}/keys
ForceCommand exec /bin/sh ${this.folder}/enter.sh
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
MaxStartups 1000
LogLevel INFO
`,
    )
    await writeFile(
      join(this.home, '.ssh/config'),
      `Host *\n  IdentityFile ${key}\n  IdentitiesOnly yes\n  KexAlgorithms curve25519-sha256\n`,
    )
  }
}
