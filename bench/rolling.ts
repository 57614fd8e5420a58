/** What a client notices of a change that restarts all servers of a Consul datacentre. */
import type { OpenedCluster } from '../src/cluster/index.ts'
import type { Transport } from '../src/delivery/transport/transport.ts'
import { timed, type Benchmark } from './benchmark.ts'
import { brambleOrThrow, built } from './built.ts'
import { keepWriting, KvClient, type Write } from './kv-writer.ts'
import { ScratchCluster } from './scratch-lab.ts'
import { watchServers, type Sighting } from './server-watch.ts'

const CLIENT = 'wopplefox'
const HTTP_PORT = 8500
const PATIENCE_SECONDS = 15

/** Gives the example a token that may write, and a log level to change. */
function withWriter(text: string): string {
  const rules = `'key_prefix "bench/" { policy = "write" }'`
  return text.replace(
    /^ {2}consul-server: \{ (.*) \}$/m,
    `  consul-server: { $1, log_level: info, policies: { bench: { rules: ${rules} } }, tokens: { bench: { policies: bench } } }`,
  )
}

async function tokenOf(cluster: OpenedCluster): Promise<string> {
  const { openSecrets } = built.secrets()
  const secrets = await openSecrets({
    folder: cluster.paths.secretsFolder,
    cluster: cluster.name,
    mode: 'read',
    identityFile: cluster.identityFile,
  })
  return secrets.get('consul/token/bench', 'token').value.secretId
}

/** What was seen during one rolling change. */
interface Rolling {
  readonly seconds: number
  readonly writes: readonly Write[]
  readonly lost: readonly string[]
  readonly sightings: readonly Sighting[]
}

async function rollOnce(
  cluster: ScratchCluster,
  client: KvClient,
  servers: ReadonlyMap<string, string>,
  number: number,
): Promise<Rolling> {
  const level = number % 2 === 0 ? 'info' : 'debug'
  await cluster.edit((text) => text.replace(/log_level: \w+/, `log_level: ${level}`))
  const prefix = `bench/${number}/`
  const stopWriting = keepWriting(client, prefix, PATIENCE_SECONDS)
  const stopWatching = watchServers(servers)
  const { seconds } = await timed(() => brambleOrThrow(cluster.folder, '--lab', 'apply', '--yes'))
  const sightings = await stopWatching()
  const writes = await stopWriting()
  const kept = await client.keysBelow(prefix)
  const acknowledged = writes.filter((write) => write.seconds !== undefined)
  return {
    seconds,
    writes,
    lost: acknowledged.map(({ key }) => key).filter((key) => !kept.has(key)),
    sightings,
  }
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
    { name: 'the whole apply', unit: 's', samples: each((s) => s.seconds) },
  ]
}

async function measure(
  cluster: ScratchCluster,
  transport: Transport,
  opened: OpenedCluster,
  runs: number,
): Promise<Rolling[]> {
  const servers = new Map(
    opened.nodes
      .filter(({ roles }) => roles.includes('consul-server'))
      .map(({ name, address }) => [name, address]),
  )
  const client = new KvClient({
    connect: () => transport.connect(CLIENT, HTTP_PORT),
    token: await tokenOf(opened),
  })
  try {
    const first = await client.write('bench/first', PATIENCE_SECONDS)
    if (first.seconds === undefined) throw new Error('nothing can be written before the change')
    const samples: Rolling[] = []
    for (let number = 1; number <= runs; number++) {
      samples.push(await rollOnce(cluster, client, servers, number))
    }
    return samples
  } finally {
    client.close()
  }
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
    const transport = await built.connect().connect(opened)
    try {
      const samples = await measure(cluster, transport, opened, runs)
      return { figures: summary(samples), raw: samples }
    } finally {
      await transport.close()
    }
  } finally {
    await cluster.remove()
  }
}
