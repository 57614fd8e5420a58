/** What a client notices of a change that restarts all servers of a Consul datacentre. */
import type { OpenedCluster } from '../src/api/index.ts'
import { timed, type Benchmark } from './benchmark.ts'
import { brambleOrThrow } from './built.ts'
import type { Written } from './kv-writer.ts'
import { ScratchCluster } from './scratch-lab.ts'
import { watchServers, type Sighting } from './server-watch.ts'
import { PATIENCE_SECONDS, startWriter, tokenOf } from './writer.ts'

const CLIENT = 'wopplefox'

/** Gives the example a token that may write, and a log level to change. */
function withWriter(file: string): string {
  const rules = `'key_prefix "bench/" { policy = "write" }'`
  return file.replace(
    /^ {2}consul-server: \{ (.*) \}$/m,
    `  consul-server: { $1, log_level: info, policies: { bench: { rules: ${rules} } }, tokens: { bench: { policies: bench } } }`,
  )
}

/** What was seen during one rolling change. */
interface Rolling extends Written {
  readonly applySeconds: number
  readonly sightings: readonly Sighting[]
}

async function rollOnce(cluster: ScratchCluster, opened: OpenedCluster, number: number): Promise<Rolling> {
  const servers = opened.nodes.filter(({ roles }) => roles.includes('consul-server'))
  const level = number % 2 === 0 ? 'info' : 'debug'
  await cluster.edit((file) => file.replace(/log_level: \w+/, `log_level: ${level}`))
  const stopWriting = await startWriter(cluster, CLIENT, await tokenOf(opened, 'bench'), `bench/${number}/`)
  const stopWatching = watchServers(new Map(servers.map(({ name, address }) => [name, address])))
  const { seconds } = await timed(() => brambleOrThrow(cluster.folder, '--lab', 'apply', '--yes'))
  const sightings = await stopWatching()
  return { ...(await stopWriting()), applySeconds: seconds, sightings }
}

function summary(samples: readonly Rolling[]) {
  const each = (pick: (sample: Rolling) => number): number[] => samples.map(pick)
  return [
    {
      name: 'acknowledged writes that are lost',
      unit: '',
      samples: each((s) => s.lost.length),
      atMost: 0,
      each: true,
    },
    {
      name: 'writes not acknowledged within 15 s',
      unit: '',
      samples: each((s) => s.writes.filter(({ seconds }) => seconds === undefined).length),
      atMost: 0,
      each: true,
    },
    {
      name: 'slowest write',
      unit: 's',
      samples: each((s) => Math.max(...s.writes.map(({ seconds }) => seconds ?? Number.POSITIVE_INFINITY))),
      atMost: PATIENCE_SECONDS,
      each: true,
    },
    {
      name: 'most servers down at once',
      unit: '',
      samples: each((s) => Math.max(0, ...s.sightings.map(({ down }) => down.length))),
      atMost: 1,
      each: true,
    },
    {
      name: 'servers that were down at some time',
      unit: '',
      samples: each((s) => new Set(s.sightings.flatMap(({ down }) => down)).size),
    },
    { name: 'writes', unit: '', samples: each((s) => s.writes.length) },
    {
      name: 'writes that needed more than one attempt',
      unit: '',
      samples: each((s) => s.writes.filter(({ attempts }) => attempts > 1).length),
    },
    { name: 'the whole apply', unit: 's', samples: each((s) => s.applySeconds) },
  ]
}

/** Changes the log level of the servers of the example `rainbow` again and again under a client that writes. */
export const benchmark: Benchmark = async ({ runs }, say) => {
  const cluster = await ScratchCluster.ofExample('rainbow', 'bench-rolling')
  try {
    await cluster.edit(withWriter)
    say('bringing up five nodes')
    await cluster.up()
    say('applying once')
    await brambleOrThrow(cluster.folder, '--lab', 'apply', '--yes')
    say('rolling')
    const opened = await cluster.open()
    const samples: Rolling[] = []
    for (let number = 1; number <= runs; number++) samples.push(await rollOnce(cluster, opened, number))
    return { figures: summary(samples), raw: samples }
  } finally {
    await cluster.remove()
  }
}
