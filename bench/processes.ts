/** How many processes a run that changes nothing starts on a node, with few resources and with many. */
import { built } from './built.ts'
import type { Benchmark } from './benchmark.ts'
import type { Figure } from './figure.ts'
import { madeUpResources } from './made-up-resources.ts'
import { processesDuring } from './node-processes.ts'
import { ScratchCluster } from './scratch-lab.ts'
import type { PushRun } from '../src/delivery/push/push.ts'

const NODE = 'one'
const TEXT = `cluster: bench-processes
domain: bench.home.arpa
access: { user: pi }
nodes:
  ${NODE}: { address: 192.168.230.1, model: pi4, memory: 1GiB }
`
const SIZES = [50, 500]
const AT_MOST = 25

/** Brings a node to be as wanted, so that the next look finds nothing to do. */
async function settle(push: PushRun, count: number): Promise<() => Promise<void>> {
  const { compileResources } = built.programs()
  const { observe, converge } = built.push()
  const program = compileResources(NODE, madeUpResources('pi', count))
  const quiet = (): void => undefined
  const found = await observe(push, program, 'apply', quiet)
  if (!found.reached) throw new Error(found.failure.summary)
  const done = await converge(push, program, found, quiet)
  if (!done.reached) throw new Error(done.failure.summary)
  if (done.summary.failed > 0)
    throw new Error(JSON.stringify(done.outcomes.filter((one) => one.outcome === 'failed')))
  return async () => {
    const again = await observe(push, program, 'apply', quiet, { runtime: done.facts['runtime'] })
    if (!again.reached || again.differing.length > 0) throw new Error('the node is not as wanted')
  }
}

/** Measures both sizes in one lab, and a bare login beside them. */
export const benchmark: Benchmark = async ({ runs }, say) => {
  const cluster = await ScratchCluster.ofText('bench-processes', TEXT)
  await cluster.up()
  const opened = await cluster.open()
  const { connect } = built.connect()
  const transport = connect(opened)
  const push: PushRun = { run: 'bench', by: 'bench', transport }
  const figures: Figure[] = []
  const count = async (name: string, work: () => Promise<void>, atMost?: number): Promise<void> => {
    const samples: number[] = []
    for (let taken = 0; taken < runs; taken++) samples.push(await processesDuring(cluster, NODE, work))
    figures.push({ name, unit: '', samples, ...(atMost !== undefined && { atMost }) })
  }
  try {
    const login = async (): Promise<void> => {
      const session = await transport.exec(NODE, ['true'])
      session.stdin.end()
      await session.ended
    }
    await login()
    await count('processes of a login with `true`', login)
    for (const size of SIZES) {
      say(`converging ${size} resources`)
      const look = await settle(push, size)
      await count(`processes with ${size} resources`, look, AT_MOST)
    }
  } finally {
    await transport.close()
    await cluster.remove()
  }
  return { figures }
}
