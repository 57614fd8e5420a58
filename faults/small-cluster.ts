/** One node with something of every kind that a base has: packages, files, accounts, units, settings, a change on trial. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { bramble, built, REPOSITORY } from '../bench/built.ts'
import { ScratchCluster } from '../bench/scratch-lab.ts'
import { isWell, type Event } from '../src/events/event.ts'
import { ApplyUnderWay } from '../test/lab/cluster-under-test.ts'

/** Its only node. */
export const NODE = 'ada'

const HEAD = `cluster: NAME
domain: office.example.net
access: { user: pi }
nodes:
  ${NODE}: { address: 192.0.2.10, model: pi4, memory: 1GiB }
lab: { share_memory: true, emulate: EMULATED }
`
const ROLES = `roles:
  base:
    on: all
    timezone: Europe/Lisbon
    packages: [tree, bc]
    time: { wait_seconds: 0, servers: [192.0.2.200] }
    groups: { media: { gid: 2000 } }
    users: { grace: { uid: 2001, groups: [media], sudo: true, comment: Grace } }
    sysctls: { net.ipv4.ip_default_ttl: 77, net.ipv4.tcp_fin_timeout: 50 }
    journal: { max_use: 32M }
    ssh: { settings: { LoginGraceTime: "31" } }
`

/** What the cluster file wants: everything, or nothing. */
export type Wish = 'everything' | 'nothing'

/** The cluster in its lab. */
export class SmallCluster {
  readonly scratch: ScratchCluster
  readonly #name: string
  /** The cluster file without a wish. */
  readonly #head: string

  private constructor(scratch: ScratchCluster, name: string, head: string) {
    this.scratch = scratch
    this.#name = name
    this.#head = head
  }

  /** Boots it, in namespaces or as a machine; nothing of ours is on it. */
  static async up(name: string, isEmulated = false): Promise<SmallCluster> {
    const head = HEAD.replace('NAME', name).replace('EMULATED', isEmulated ? `[${NODE}]` : '[]')
    const scratch = await ScratchCluster.ofText(name, head)
    await scratch.up()
    return new SmallCluster(scratch, name, head)
  }

  /** Writes the cluster file. */
  async wish(wish: Wish): Promise<void> {
    const text = this.#head + (wish === 'everything' ? ROLES : '')
    await this.scratch.edit(() => text)
  }

  /** Applies to the end; throws with everything that failed. */
  async apply(): Promise<readonly Event[]> {
    const events = await this.start().ended
    const wrong = failuresIn(events)
    if (wrong.length > 0) throw new Error(`the apply failed: ${wrong.join('; ')}`)
    return events
  }

  /** Starts an apply that is not waited for, perhaps in another environment. */
  start(environment: NodeJS.ProcessEnv = {}, ...words: string[]): ApplyUnderWay {
    const cli = join(REPOSITORY, 'dist/cli/main.cjs')
    const argv = [cli, '-C', this.scratch.folder, '--lab', '--json', 'apply', '--yes', ...words]
    return new ApplyUnderWay(argv, environment)
  }

  /** What a plan still shows; nothing when there is nothing left to do. */
  async plan(): Promise<string[]> {
    const { code, stdout, stderr } = await bramble(
      this.scratch.folder,
      '--lab',
      'plan',
      '--detailed-exitcode',
    )
    return code === 0 ? [] : [`the plan ends with ${code}: ${stdout.toString()}${stderr}`]
  }

  /** Pulls the plug. */
  async kill(): Promise<void> {
    await built.lab().labKill(this.#id, NODE)
  }

  /** Boots the node again. */
  async boot(): Promise<void> {
    await built.lab().labStart(this.#id, NODE)
  }

  /** Pulls the cable, or plugs it in again. */
  async cable(isIn: boolean): Promise<void> {
    const { labCut, labMend } = built.lab()
    await (isIn ? labMend : labCut)(this.#id, NODE)
  }

  /** Output of a shell script on the node, as root and not over SSH. */
  run(script: string, ...words: string[]): Promise<string> {
    return this.scratch.inNode(NODE, 'sh', '-c', script, 'sh', ...words)
  }

  /** The same; how it ends does not matter. */
  async tryRun(script: string): Promise<void> {
    await this.scratch.tryInNode(NODE, 'sh', '-c', script)
  }

  /** Resolves with true once a file is there on the node, with false when `over` resolves first. In a node in namespaces nothing is started. */
  async sees(path: string, over: Promise<unknown>): Promise<boolean> {
    const states = await built.lab().labState(this.#id)
    const state = states.find(({ name }) => name === NODE)
    if (state?.running !== true) throw new Error(`${NODE} is off`)
    let isOver = false
    void over.then(() => (isOver = true))
    const isThere = async (): Promise<boolean> =>
      state.pid === undefined
        ? (await this.scratch.tryInNode(NODE, 'test', '-e', path)).code === 0
        : existsSync(`/proc/${state.pid}/root${path}`)
    while (!(await isThere())) {
      if (isOver) return false
      await delay(10)
    }
    return true
  }

  get #id(): { cluster: string; folder: string } {
    return { cluster: this.#name, folder: this.scratch.folder }
  }
}

/** What failed in a run, in words. */
export function failuresIn(events: readonly Event[]): string[] {
  const last = events.at(-1)
  if (last?.type !== 'run-finished') return ['it did not come to its end']
  if (isWell(last.outcome)) return []
  return events.flatMap((event) => {
    if (event.type === 'resource-failed')
      return [`${event.address}: ${event.message} ${event.output.join(' | ')}`]
    if (event.type === 'engine-finished') return event.message === undefined ? [] : [event.message]
    return event.type === 'node-finished' && event.message !== undefined
      ? [`${event.node}: ${event.message}`]
      : []
  })
}
