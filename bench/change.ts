/** What is sent to a node when one file of it is not as wanted, beside the file itself. */
import { createHash } from 'node:crypto'
import type { Transport } from '../src/delivery/transport/transport.ts'
import type { Convergence, PushRun } from '../src/delivery/push/push.ts'
import type { Program } from '../src/compile/compile.ts'
import type { Benchmark } from './benchmark.ts'
import { brambleOrThrow, built } from './built.ts'
import { ScratchCluster } from './scratch-lab.ts'

const NODE = 'bobsrockets'
const PATH = '/var/lib/bench-blob'
const FILE_BYTES = 100_000
const AT_MOST_KIBIBYTES = 16

/** Bytes that cannot be packed, the same for the same number. */
function noise(number: number): Uint8Array<ArrayBuffer> {
  const blocks = Array.from({ length: FILE_BYTES / 32 }, (_, index) =>
    createHash('sha256').update(`${number} ${index}`).digest(),
  )
  return Uint8Array.from(Buffer.concat(blocks))
}

/** All that goes to the node by the counters of its network link: handshakes, headers and answers too. */
async function receivedBytes(cluster: ScratchCluster): Promise<number> {
  const links = await cluster.inNode(NODE, 'cat', '/proc/net/dev')
  const line = links.split('\n').find((text) => /^\s*eth0:/.test(text)) ?? ''
  return Number(line.split(':')[1]?.trim().split(/\s+/)[0])
}

/** The programs of a node that has one file more than its roles ask for. */
async function programsOf(cluster: ScratchCluster): Promise<(number: number) => Program> {
  const { prepare } = built.prepare()
  const { compileResources, nodeResources } = built.programs()
  const { file } = built.file()
  const opened = await cluster.open()
  const { resolved, provisions } = await prepare(opened, {}, 'read', () => Promise.resolve(new Map()), 'here')
  return (number) => {
    const blob = file({ path: PATH, content: noise(number) })
    return compileResources(NODE, [...nodeResources(resolved, NODE, provisions), blob])
  }
}

/** Looks at the node and carries out what differs: one file. Gives the node's facts, of which the next look knows. */
async function changeOnce(
  push: PushRun,
  program: Program,
  before?: Convergence['facts'],
): Promise<Convergence['facts']> {
  const { observe, converge } = built.push()
  const found = await observe(push, program, 'apply', () => undefined, { runtime: before?.['runtime'] })
  if (!found.reached) throw new Error(found.failure.summary)
  const addresses = found.differing.map(({ address }) => address)
  if (before && addresses.join() !== `${NODE}/file:${PATH}`) throw new Error(`differs: ${addresses.join()}`)
  const done = await converge(push, program, found, () => undefined)
  if (!done.reached) throw new Error(done.failure.summary)
  if (done.summary.failed > 0) throw new Error(JSON.stringify(done.outcomes))
  return { ...found.facts, ...done.facts }
}

interface Sent {
  readonly payloadBytes: number
  readonly linkBytes: number
}

async function measure(cluster: ScratchCluster, transport: Transport, runs: number): Promise<Sent[]> {
  const programOf = await programsOf(cluster)
  const push: PushRun = { run: 'bench', by: 'bench', transport }
  const payload = (): number => transport.stats().get(NODE)?.bytesSent ?? 0
  let facts = await changeOnce(push, programOf(0))
  const samples: Sent[] = []
  for (let number = 1; number <= runs; number++) {
    const before = { payload: payload(), link: await receivedBytes(cluster) }
    facts = await changeOnce(push, programOf(number), facts)
    samples.push({
      payloadBytes: payload() - before.payload,
      linkBytes: (await receivedBytes(cluster)) - before.link,
    })
  }
  return samples
}

/** Changes one file of a server of the example `rainbow` again and again. */
export const benchmark: Benchmark = async ({ runs }, say) => {
  const cluster = await ScratchCluster.ofExample('rainbow', 'bench-change')
  try {
    say('bringing up five nodes')
    await cluster.up()
    say('applying once')
    await brambleOrThrow(cluster.folder, '--lab', 'apply', '--yes')
    const transport = built.connect().connect(await cluster.open())
    try {
      const samples = await measure(cluster, transport, runs)
      const beside = (pick: (sent: Sent) => number): number[] =>
        samples.map((sent) => (pick(sent) - FILE_BYTES) / 1024)
      return {
        figures: [
          {
            name: 'sent beside the file',
            unit: 'KiB',
            samples: beside(({ payloadBytes }) => payloadBytes),
            atMost: AT_MOST_KIBIBYTES,
          },
          {
            name: 'the same on the network link, handshakes and all',
            unit: 'KiB',
            samples: beside(({ linkBytes }) => linkBytes),
          },
        ],
      }
    } finally {
      await transport.close()
    }
  } finally {
    await cluster.remove()
  }
}
