/** Pings between nodes that go on while something else happens. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { labState } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import type { ClusterUnderTest } from '../../lab/cluster-under-test.ts'

/** 20 times a second, as ping takes it. */
const PERIOD_SECONDS = '0.05'
/** Answers that have to come at the beginning, and again at the end: what is lost for good would be no gap. */
const AT_EITHER_END = 20

/** What came of pings along one way. */
export interface Pinged {
  readonly way: string
  readonly answered: number
  /** Numbers of those that were not answered. */
  readonly lost: readonly number[]
}

/** Does something while nodes ping addresses. Rejects when one of these does not answer before, or does not answer again after it. */
export async function underPings(
  cluster: ClusterUnderTest,
  ways: readonly (readonly [from: string, to: string])[],
  act: () => Promise<unknown>,
): Promise<readonly Pinged[]> {
  const started: Pings[] = []
  try {
    for (const [from, to] of ways) started.push(await Pings.start(cluster, from, to))
    await Promise.all(started.map((one) => one.more()))
    await act()
    await Promise.all(started.map((one) => one.more()))
  } finally {
    await Promise.all(started.map((one) => one.stop()))
  }
  const seen = started.map((one) => one.seen())
  for (const { way, answered, lost } of seen)
    console.log(`${way}: ${answered} answered, lost: ${lost.join(' ') || 'none'}`)
  return seen
}

class Pings {
  readonly #way: string
  readonly #child: ReturnType<typeof spawn>
  #text = ''

  static async start(cluster: ClusterUnderTest, from: string, to: string): Promise<Pings> {
    const state = (await labState(cluster.id)).find(({ name }) => name === from)
    if (state?.pid === undefined) throw new Error(`${from} does not run`)
    return new Pings(`${from} to ${to}`, state.pid, to)
  }

  private constructor(way: string, pid: number, to: string) {
    this.#way = way
    const argv = [`--net=/proc/${pid}/ns/net`, 'busybox', 'ping', '-i', PERIOD_SECONDS, to]
    this.#child = spawn('nsenter', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (more: string) => (this.#text += more))
  }

  #answered(): ReadonlySet<number> {
    return new Set([...this.#text.matchAll(/seq=(\d+)/g)].map(([, number]) => Number(number)))
  }

  async more(): Promise<void> {
    const wanted = this.#answered().size + AT_EITHER_END
    const come = await poll(
      () => {
        const { size } = this.#answered()
        return Promise.resolve({ passed: size >= wanted, detail: `${this.#way}: ${size} answers, no more` })
      },
      { patienceSeconds: 30, pauseSeconds: 0.1 },
    )
    if (!come.passed) throw new Error(come.detail)
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGINT')
    await ended
  }

  seen(): Pinged {
    const answered = this.#answered()
    // Those behind the last one may still have been on their way.
    const all = Array.from({ length: Math.max(...answered) }, (_, number) => number)
    const lost = all.filter((number) => !answered.has(number))
    return { way: this.#way, answered: answered.size, lost }
  }
}
