/** How much memory Consul takes on boards of several sizes, the package and the release. */
import type { ClusterStatus } from '../src/api/index.ts'
import { PACKAGE_SETTINGS } from '../test/lab/consul-versions.ts'
import type { Benchmark } from './benchmark.ts'
import { brambleOrThrow } from './built.ts'
import type { Figure } from './figure.ts'
import { asWords, withRelease } from './release-mirror.ts'
import { ScratchCluster } from './scratch-lab.ts'

const MIB = 2 ** 20
/** Right after the start, memory still grows and shrinks. */
const PAUSE_SECONDS = 10

/** Three servers, because one alone has nothing to agree on; a third board of 1 GiB need not be shown. */
const BOARDS = {
  zero: { board: 'zero-w, memory: 512MiB', says: 'client on 512 MiB' },
  'pi3-client': { board: 'pi3, memory: 1GiB', says: 'client on 1 GiB' },
  'pi4-client': { board: 'pi4, memory: 4GiB', says: 'client on 4 GiB' },
  'pi3-server': { board: 'pi3, memory: 1GiB', says: 'server on 1 GiB' },
  'pi4-server': { board: 'pi4, memory: 4GiB', says: 'server on 4 GiB' },
  third: { board: 'pi3, memory: 1GiB', says: undefined },
} as const

function clusterText(name: string): string {
  const nodes = Object.entries(BOARDS).map(
    ([node, { board }], index) => `  ${node}: { address: 192.0.2.${index + 1}, model: ${board} }\n`,
  )
  return `cluster: ${name}
domain: bench.example.net
access: { user: pi }
nodes:
${nodes.join('')}roles:
  consul-server: { on: [pi3-server, pi4-server, third] }
  consul-client: { on: rest }
services:
  ssh: { on: all, port: 22, check: { tcp: ':22', interval: 10s } }
`
}

/** Resident memory of the agent in MiB: all of it, and without what is only a copy of its program's file. */
async function residentOf(cluster: ScratchCluster, node: string): Promise<{ all: number; own: number }> {
  const pid = await cluster.inNode(node, 'systemctl', 'show', '-p', 'MainPID', '--value', 'consul')
  const text = await cluster.inNode(node, 'cat', `/proc/${pid.trim()}/status`)
  const mebibytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / 1024
  return { all: mebibytes('VmRSS'), own: mebibytes('RssAnon') }
}

async function measure(
  version: string,
  settings: readonly string[],
  runs: number,
  say: (text: string) => void,
): Promise<Figure[]> {
  const name = 'bench-memory'
  const cluster = await ScratchCluster.ofText(name, clusterText(name))
  const samples = new Map<string, number[]>()
  const add = (figure: string, value: number): void => {
    samples.set(figure, [...(samples.get(figure) ?? []), value])
  }
  try {
    say(`${version}: bringing up six nodes`)
    await brambleOrThrow(cluster.folder, ...settings, 'lab', 'up')
    await brambleOrThrow(cluster.folder, ...settings, '--lab', 'apply', '--yes')
    for (let taken = 1; taken <= runs; taken++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_SECONDS * 1000))
      say(`${version}: ${taken} of ${runs}`)
      const status = JSON.parse(
        await brambleOrThrow(cluster.folder, ...settings, '--lab', 'status', '--json'),
      ) as ClusterStatus
      for (const [node, { says }] of Object.entries(BOARDS)) {
        if (says === undefined) continue
        const { all, own } = await residentOf(cluster, node)
        const used = status.nodes.find((one) => one.name === node)?.memoryUsedBytes ?? Number.NaN
        add(`${version}, ${says}: the agent, resident`, all)
        add(`${version}, ${says}: the agent, its own`, own)
        add(`${version}, ${says}: the whole node, as status has it`, used / MIB)
      }
    }
  } finally {
    await cluster.remove()
  }
  return [...samples].map(([figure, values]) => ({ name: figure, unit: 'MiB', samples: values }))
}

/** A datacentre of six nodes, idle but for their checks, once with each Consul. */
export const benchmark: Benchmark = async ({ runs }, say) => {
  const current = await withRelease((settings) => measure('release', settings, runs, say))
  const old = await measure('package', asWords(PACKAGE_SETTINGS), runs, say)
  return {
    figures: [...old, ...current],
    notes: [
      'A server on a board of 512 MiB is refused before any node is touched (CONSUL_SERVER_BOARD_TOO_SMALL).',
    ],
  }
}
