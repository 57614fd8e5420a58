/** Boards on which an engine is tried by hand: virtual nodes without a role, and what the tests of all engines ask of them. */
import { loadavg, uptime } from 'node:os'
import { groupProcesses, killGroup } from '../../src/lab/control-group.ts'
import { labDown, labPreflight } from '../../src/lab/lab.ts'
import { labGroup, labKey } from '../../src/lab/store.ts'
import { until } from '../../src/lab/until.ts'
import { ClusterUnderTest } from '../lab/cluster-under-test.ts'
import { liveNamespaces, namespacesOf, tracesOf } from '../lab/traces.ts'

const MIB = 2 ** 20

/** Why there can be no boards here, also when an engine is not built; printed, so that nothing is skipped in silence. */
export async function cannotHave(what: string, ...lacking: readonly string[]): Promise<boolean> {
  const reasons = [...(await labPreflight()), ...lacking]
  if (reasons.length > 0) console.log(`skipped, ${what} cannot be tried here:\n  ${reasons.join('\n  ')}`)
  return reasons.length > 0
}

/** Nodes by name, with what is written of each in the cluster file. */
export class Boards extends ClusterUnderTest {
  readonly names: readonly string[]

  constructor(name: string, boards: Readonly<Record<string, string>>) {
    const nodes = Object.entries(boards).map(
      ([node, board], index) => `  ${node}: { address: 192.168.42.${10 + index}, ${board} }\n`,
    )
    super(name, `cluster: ${name}\ndomain: ${name}.home.arpa\nnodes:\n${nodes.join('')}`)
    this.names = Object.keys(boards)
  }

  /** Boots the nodes and installs these packages of Debian on each. */
  async up(...packages: string[]): Promise<void> {
    await this.labUp()
    await this.onEach(async (node) => {
      await this.output(node, 'apt-get', '-qq', 'update')
      const environment = ['env', 'DEBIAN_FRONTEND=noninteractive']
      const install = ['apt-get', '-qq', 'install', '--no-install-recommends']
      await this.output(node, ...environment, ...install, ...packages)
    })
  }

  /** Does something on all nodes at once. */
  async onEach<T>(work: (node: string) => Promise<T>): Promise<T[]> {
    return Promise.all(this.names.map((node) => work(node)))
  }

  /** The address of a node in the lab. */
  async addressOf(node: string): Promise<string> {
    const text = await this.output(node, 'ip', '-4', '-o', 'address', 'show', 'dev', 'eth0')
    return /inet ([\d.]+)/.exec(text)?.[1] ?? ''
  }

  /** Prints how long something took, and with which load. */
  async timed<T>(what: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    const result = await work()
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${what}: ${seconds} s (load ${loadavg()[0]?.toFixed(1)})`)
    return result
  }

  /** Prints what `status` says of each board's memory. */
  async printMemory(engine: string): Promise<void> {
    const { text } = await this.bramble('status', '--json')
    const { nodes } = JSON.parse(text) as {
      nodes: { name: string; model: string; memoryBytes: number; memoryUsedBytes: number }[]
    }
    for (const { name, model, memoryBytes, memoryUsedBytes } of nodes) {
      const used = `${Math.round(memoryUsedBytes / MIB)} of ${memoryBytes / MIB} MiB`
      console.log(`${engine}: ${name} (${model}): ${used} in use`)
    }
  }

  /** Takes the lab down, after a crash if so wanted, and says what is left of it on this computer. */
  async tracesAfterDown(crashes?: 'crashes first'): Promise<string[]> {
    const ours = namespacesOf('self')
    const processes = groupProcesses(labGroup(labKey(this.id)))
    const theirs = new Set(
      processes.flatMap((pid) => namespacesOf(pid)).filter((one) => one !== '' && !ours.includes(one)),
    )
    const ending = uptime()
    if (crashes !== undefined) await killGroup(labGroup(labKey(this.id)))
    await labDown(this.id)
    const left = async () => [...(await tracesOf(this.id)), ...liveNamespaces([...theirs], ending)]
    // A killed process is listed for the moment that its parent takes to notice.
    await until(async () => ((await left()).length === 0 ? true : undefined), 10)
    return left()
  }
}
