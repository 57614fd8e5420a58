/** How long it takes to get from nothing to a healthy five-node Consul datacentre. */
import { timed, type Benchmark, type Outcome } from './benchmark.ts'
import { poll } from '../src/support/poll.ts'
import { bramble, brambleOrThrow } from './built.ts'
import { withRelease } from './release-mirror.ts'
import { ScratchCluster } from './scratch-lab.ts'

const AT_MOST_SECONDS = 120

interface Fresh {
  readonly up: number
  readonly apply: number
  readonly status: number
}

/** `bramble status` ends with 0 only when all is as it should be; on a busy computer that takes more than one look. */
async function untilHealthy(folder: string, settings: readonly string[]): Promise<void> {
  const { passed, detail } = await poll(
    async () => {
      const { code, stdout } = await bramble(folder, ...settings, '--lab', 'status')
      return { passed: code === 0, detail: stdout.toString() }
    },
    { patienceSeconds: AT_MOST_SECONDS },
  )
  if (!passed) throw new Error(`the datacentre does not become healthy:\n${detail}`)
}

async function freshOnce(settings: readonly string[]): Promise<Fresh> {
  const cluster = await ScratchCluster.ofExample('rainbow', 'bench-fresh')
  try {
    const up = await timed(() => brambleOrThrow(cluster.folder, ...settings, 'lab', 'up'))
    const apply = await timed(() => brambleOrThrow(cluster.folder, ...settings, '--lab', 'apply', '--yes'))
    const status = await timed(() => untilHealthy(cluster.folder, settings))
    return { up: up.seconds, apply: apply.seconds, status: status.seconds }
  } finally {
    await cluster.remove()
  }
}

/** Makes the twin of the example `rainbow` anew each time; the base image and the packages are there after the first. */
export const benchmark: Benchmark = ({ runs, release }, say) =>
  release ? withRelease((settings) => measure(runs, say, settings)) : measure(runs, say, [])

async function measure(
  runs: number,
  say: (text: string) => void,
  settings: readonly string[],
): Promise<Outcome> {
  say('once, for the base image and the packages')
  await freshOnce(settings)
  const samples: Fresh[] = []
  for (let taken = 1; taken <= runs; taken++) {
    say(`${taken} of ${runs}`)
    samples.push(await freshOnce(settings))
  }
  return {
    figures: [
      {
        name: 'from nothing to a healthy datacentre',
        unit: 's',
        samples: samples.map(({ up, apply, status }) => up + apply + status),
        atMost: AT_MOST_SECONDS,
      },
      { name: '  bramble lab up', unit: 's', samples: samples.map(({ up }) => up) },
      { name: '  bramble apply', unit: 's', samples: samples.map(({ apply }) => apply) },
      { name: '  bramble status, until it is well', unit: 's', samples: samples.map(({ status }) => status) },
    ],
  }
}
