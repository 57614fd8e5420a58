/** A client on every node that writes ten times a second: what was acknowledged must be there in the end. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { labState } from '../../../src/lab/lab.ts'
import type { ClusterUnderTest } from '../../lab/cluster-under-test.ts'

const SCRIPT = fileURLToPath(new URL('write.mjs', import.meta.url))
const PATIENCE_MILLISECONDS = 10_000

/** What the writers saw. */
export interface Written {
  readonly acknowledged: number
  /** Keys that were acknowledged and are not there. */
  readonly lost: readonly string[]
  /** The longest time in which nobody's write was acknowledged, in seconds. */
  readonly longestGapSeconds: number
  /** The longest time in which no node could name a leader, in seconds. */
  readonly longestLeaderlessSeconds: number
}

/** Writers under way. */
export class Writers {
  readonly #cluster: ClusterUnderTest
  readonly #token: string
  readonly #prefix = `writers-${Date.now()}`
  readonly #children: ChildProcess[] = []
  readonly #acknowledged: { readonly key: string; readonly at: number }[] = []
  readonly #led: number[] = []

  static async start(cluster: ClusterUnderTest, nodes: readonly string[], token: string): Promise<Writers> {
    const writers = new Writers(cluster, token)
    await Promise.all(nodes.map((node) => writers.#startOn(node)))
    return writers
  }

  private constructor(cluster: ClusterUnderTest, token: string) {
    this.#cluster = cluster
    this.#token = token
  }

  async #startOn(node: string): Promise<void> {
    const state = (await labState(this.#cluster.id)).find(({ name }) => name === node)
    if (state?.pid === undefined) throw new Error(`${node} does not run`)
    const script = [
      process.execPath,
      SCRIPT,
      `${this.#prefix}/${node}`,
      this.#token,
      String(PATIENCE_MILLISECONDS),
    ]
    const argv = [`--net=/proc/${state.pid}/ns/net`, ...script]
    const child = spawn('nsenter', argv, { stdio: ['pipe', 'pipe', 'inherit'] })
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const [key = '', at = ''] = line.split(' ')
        if (key === 'leader') this.#led.push(Number(at))
        else this.#acknowledged.push({ key, at: Number(at) })
      }
    })
    this.#children.push(child)
  }

  /** Resolves when so many more writes were acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.#acknowledged.length + count
    while (this.#acknowledged.length < wanted) await new Promise((resolve) => setTimeout(resolve, 100))
  }

  /** Ends them, and compares what they were told with what `node` has. */
  async stop(node: string): Promise<Written> {
    const ended = this.#children.map((child) => once(child, 'close'))
    for (const child of this.#children) child.stdin?.end()
    await Promise.all(ended)
    const keys = new Set(await this.#keysOn(node))
    return {
      acknowledged: this.#acknowledged.length,
      lost: this.#acknowledged.map(({ key }) => key).filter((key) => !keys.has(key)),
      longestGapSeconds: longestGap(this.#acknowledged.map(({ at }) => at)),
      longestLeaderlessSeconds: longestGap(this.#led),
    }
  }

  async #keysOn(node: string): Promise<readonly string[]> {
    const url = `http://127.0.0.1:8500/v1/kv/${this.#prefix}?keys&consistent`
    const script = `fetch(${JSON.stringify(url)}, { headers: { 'x-consul-token': process.argv[1] } }).then(async (answer) => console.log(await answer.text()))`
    const asked = await this.#cluster.inNetworkOf(node, process.execPath, '--eval', script, this.#token)
    return JSON.parse(asked.stdout.toString()) as string[]
  }
}

/** The longest time between two of these, which are in milliseconds, in seconds. */
function longestGap(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b)
  return Math.max(0, ...sorted.slice(1).map((at, index) => at - (sorted[index] ?? at))) / 1000
}

/** The same in words. */
export function writtenText({ acknowledged, longestGapSeconds, longestLeaderlessSeconds }: Written): string {
  return `${acknowledged} writes, longest gap ${longestGapSeconds} s, longest without a leader ${longestLeaderlessSeconds} s`
}
