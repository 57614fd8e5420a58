/** Three Consul servers and a client in the lab, and what an experiment asks and does to them. */
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { built, REPOSITORY } from '../bench/built.ts'
import { ScratchCluster } from '../bench/scratch-lab.ts'
import { run } from '../src/support/run.ts'
import { ApplyUnderWay } from '../test/lab/cluster-under-test.ts'

/** The servers; the cluster file names them in this order. */
export const SERVERS = ['ada', 'bob', 'cyn'] as const
export type Server = (typeof SERVERS)[number]

/** Where the client writes. */
export const CLIENT = 'dot'

const FILE = `cluster: faults-consul
domain: office.example.net
access: { user: pi }
nodes:
${[...SERVERS, CLIENT].map((name, at) => `  ${name}: { address: 192.0.2.1${at}, model: pi4, memory: 1GiB }\n`).join('')}
groups: { servers: [${SERVERS.join(', ')}] }
roles:
  base: { on: all, time: { sync: false } }
  consul-server:
    on: servers
    source: package
    unmaintained: accepted
    log_level: info
    policies: { faults: { rules: 'key_prefix "faults/" { policy = "write" }' } }
    tokens: { faults: { policies: faults } }
  consul-client: { on: rest }
lab: { share_memory: true }
`

const LEADER_SECONDS = 120

/** The cluster in its lab. */
export class Datacenter {
  readonly scratch: ScratchCluster
  readonly #settings: readonly string[]
  #level = 'info'

  private constructor(scratch: ScratchCluster, settings: readonly string[]) {
    this.scratch = scratch
    this.#settings = settings
  }

  /** Boots the nodes and forms the datacentre; `settings` are words of the command line. */
  static async up(say: (text: string) => void, settings: readonly string[]): Promise<Datacenter> {
    const scratch = await ScratchCluster.ofText('faults-consul', FILE)
    say('bringing up four nodes')
    await scratch.up()
    say('forming the datacentre')
    const datacenter = new Datacenter(scratch, settings)
    await datacenter.apply().ended
    await datacenter.leader()
    return datacenter
  }

  /** Changes what every agent is to run with, so that the next apply restarts all of them. */
  async change(): Promise<void> {
    this.#level = this.#level === 'info' ? 'debug' : 'info'
    await this.scratch.edit((text) => text.replace(/log_level: \w+/, `log_level: ${this.#level}`))
  }

  /** Starts an apply. */
  apply(): ApplyUnderWay {
    const cli = join(REPOSITORY, 'dist/cli/main.cjs')
    return new ApplyUnderWay([
      cli,
      '-C',
      this.scratch.folder,
      '--lab',
      '--json',
      ...this.#settings,
      'apply',
      '--yes',
    ])
  }

  /** Who leads, as soon as a server that can be asked knows. */
  async leader(): Promise<Server> {
    const until = performance.now() + LEADER_SECONDS * 1000
    while (performance.now() < until) {
      for (const server of SERVERS) {
        const found = await this.#leaderSeenBy(server)
        if (found) return found
      }
      await delay(500)
    }
    throw new Error('the servers have no leader')
  }

  async #leaderSeenBy(server: Server): Promise<Server | undefined> {
    const states = await built.lab().labState(this.#id)
    const pid = states.find(({ name }) => name === server)?.pid
    if (pid === undefined) return undefined
    const ask =
      "fetch('http://127.0.0.1:8500/v1/status/leader', { signal: AbortSignal.timeout(3000) }).then((r) => r.text()).then(console.log)"
    const { stdout } = await run('nsenter', [`--net=/proc/${pid}/ns/net`, process.execPath, '-e', ask])
    const address = /"([^":]+):\d+"/.exec(stdout.toString())?.[1]
    return SERVERS.find((name) => states.some((state) => state.name === name && state.address === address))
  }

  kill(server: Server): Promise<void> {
    return built.lab().labKill(this.#id, server)
  }

  boot(server: Server): Promise<void> {
    return built.lab().labStart(this.#id, server)
  }

  unplug(server: Server): Promise<void> {
    return built.lab().labCut(this.#id, server)
  }

  plug(server: Server): Promise<void> {
    return built.lab().labMend(this.#id, server)
  }

  get #id(): { cluster: string; folder: string } {
    return { cluster: this.scratch.name, folder: this.scratch.folder }
  }
}
