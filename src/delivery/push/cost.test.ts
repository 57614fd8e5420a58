/**
 * What a run costs a node, in figures that are the same on every computer: a change that makes it dearer has to say so
 * here. `npm run bench` has the figures that depend on the computer.
 */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processesDuring } from '../../../bench/node-processes.ts'
import { passedSince, Relay } from '../../../bench/relay.ts'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import type { Resource } from '../../resources/kind.ts'
import { link } from '../../resources/link/link.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { user } from '../../resources/user/user.ts'
import type { Transport } from '../transport/transport.ts'
import { converge, observe } from './push.ts'

if (noScratchNodes !== undefined) console.warn(`cost.test.ts is skipped: ${noScratchNodes}`)

/** What one run may cost at most. */
interface Cost {
  /** SSH connections. */
  readonly sessions: number
  /** Processes and threads that start on the node, those of sshd included; PAM, sudo and systemd come on top. */
  readonly processes: number
  /** Bytes on the wire, with the SSH handshake. */
  readonly bytesUp: number
  readonly bytesDown: number
  /** How often we speak after the node has spoken, over all connections: at least so many round trips. */
  readonly turns: number
}

/** The limits. Lower them when a figure becomes better; raise one only with a reason in the commit. */
const LIMITS = {
  'nothing to do, 50 resources': { sessions: 1, processes: 16, bytesUp: 8000, bytesDown: 6000, turns: 14 },
  'nothing to do, 500 resources': { sessions: 1, processes: 16, bytesUp: 32_000, bytesDown: 6000, turns: 14 },
  'one of 50 files changed': { sessions: 2, processes: 70, bytesUp: 14_000, bytesDown: 12_000, turns: 28 },
} satisfies Record<string, Cost>

const NODE = 'ada'
const quiet = (): void => undefined

/** Of fifty: forty files, five folders, two links, a group, a user and a package that is there. */
function wanted(count: number, changed = ''): Resource[] {
  return Array.from({ length: count / 50 }, (_, unit) => {
    const folders = Array.from({ length: 5 }, (__, index) => `/srv/${unit}-${index}`)
    const files = folders.flatMap((folder) => Array.from({ length: 8 }, (__, index) => `${folder}/${index}`))
    return [
      ...folders.map((path) => directory({ path })),
      ...files.map((path, index) =>
        file({ path, content: `file ${index} of ${unit}\n` + (index + unit === 0 ? changed : '') }),
      ),
      link({ path: `/srv/${unit}-a`, target: `${unit}-0` }),
      link({ path: `/srv/${unit}-b`, target: `${unit}-1` }),
      group({ name: `cost${unit}` }),
      user({ name: `cost-${unit}`, create_home: false }),
      ...(unit === 0
        ? [debianPackage({ name: 'openssh-server' })]
        : [file({ path: `/srv/${unit}`, content: '' })]),
    ]
  }).flat()
}

/** A line that cannot be packed. */
const noise = createHash('sha512').update('noise').digest('base64')

describe.skipIf(noScratchNodes !== undefined)('a run costs a node', () => {
  let node: ScratchNode
  let relay: Relay
  let transport: Transport

  beforeAll(async () => {
    node = await scratchNode()
    const loopback = '127.0.0.1'
    relay = await Relay.open({
      listen: { address: loopback, port: 0 },
      to: { address: loopback, port: node.port },
      roundTripMilliseconds: 0,
    })
    transport = await node.transport([node.dial(NODE, { port: relay.port })])
  })

  afterAll(async () => {
    await transport.close()
    await relay.close()
    await node.remove()
  })

  /** Makes the node as wanted; gives the runtime that it keeps. */
  async function apply(resources: readonly Resource[], runtime?: string): Promise<string | undefined> {
    const program = programOf(NODE, resources)
    const push = pushRun(transport)
    const found = await observe(push, program, 'apply', quiet, { runtime })
    if (!found.reached) throw new Error(JSON.stringify(found.failure))
    if (found.differing.length + found.orphans.length === 0) return found.facts['runtime']
    const done = await converge(push, program, found, quiet)
    if (!done.reached || done.summary.failed > 0) throw new Error(JSON.stringify(done))
    return done.facts['runtime']
  }

  async function costOf(work: () => Promise<unknown>): Promise<Cost> {
    const sessions = (): number => transport.stats().get(NODE)?.sessions ?? 0
    const before = { passed: [relay.passed], sessions: sessions() }
    const inside = {
      inNode: async (_: string, ...argv: string[]) => (await node.inside(...argv)).stdout.toString(),
    }
    const processes = await processesDuring(inside, NODE, async () => {
      await work()
    })
    const { connections, bytesUp, bytesDown, turns } = passedSince([relay], before.passed)
    expect(connections).toBe(sessions() - before.sessions)
    return { sessions: connections, processes, bytesUp, bytesDown, turns }
  }

  function expectWithin(cost: Cost, limit: Cost): void {
    const over = (Object.keys(limit) as (keyof Cost)[]).filter((key) => cost[key] > limit[key])
    expect(over.map((key) => `${key}: ${cost[key]} > ${limit[key]}`)).toEqual([])
  }

  it('no more than is written here when there is nothing to do, and starts as much for 500 resources as for 50', async () => {
    const processes: number[] = []
    for (const count of [50, 500] as const) {
      const runtime = await apply(wanted(count))
      const cost = await costOf(() => apply(wanted(count), runtime))
      expectWithin(cost, LIMITS[`nothing to do, ${count} resources`])
      processes.push(cost.processes)
    }
    expect(processes[1]).toBe(processes[0])
  }, 120_000)

  it('no more than is written here when one file is to change', async () => {
    const runtime = await apply(wanted(50))
    const cost = await costOf(() => apply(wanted(50, noise), runtime))
    expect(await node.text('/srv/0-0/0')).toContain(noise)
    expectWithin(cost, LIMITS['one of 50 files changed'])
  }, 120_000)
})
