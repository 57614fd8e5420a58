/** `examples/piinit`: Consul and Nomad on three boards, a Zero that watches, a page that survives its board, a job that runs once: `npm run test:examples`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { releaseSettings } from '../../lab/consul-versions.ts'
import { changesIn, treeOf } from '../../lab/tree.ts'
import { ReleaseServer } from '../../releases/release-server.ts'
import { answerOf } from '../monitoring/panels.ts'
import { holds, lacksNomad, nomadAsk, nomadOn } from '../nomad/nomad-under-test.ts'

const CORE = ['pi1', 'pi2', 'pi3']
const NODES = [...CORE, 'zero']
/** Each ten seconds, in place of each night. */
const OFTEN = '*/10 * * * * * *'

const consul = await builtProgram('consul')
if (lacksNomad !== undefined) console.log(`skipped: examples/piinit: ${lacksNomad}`)
if ('lacks' in consul) console.log(`skipped: examples/piinit: ${consul.lacks}`)

/** By bash, as a node has no curl (bash(1), "Redirection"). */
const FETCH = 'exec 3<>"/dev/tcp/$1/8000" && printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && tail -n 1 <&3'

const allocations = z.array(
  z.object({ ID: z.string(), NodeName: z.string(), ClientStatus: z.string(), DesiredStatus: z.string() }),
)
const jobs = z.array(z.object({ ID: z.string(), Status: z.string() }))

describe.skipIf(hasNoLab || lacksNomad !== undefined || 'lacks' in consul)('three boards and a Zero', () => {
  const cluster = new ClusterUnderTest('piinit')
  const bare = new Map<string, readonly string[]>()
  let mirror: ReleaseServer

  /** Boards that are on. */
  const boards = new Set(NODES)
  const server = (): string => CORE.find((name) => boards.has(name)) ?? ''
  /** Where the page is shown, by Nomad's word. */
  const shownOn = async (): Promise<readonly string[]> =>
    (await nomadAsk(cluster, server(), '/v1/job/web/allocations', allocations))
      .filter(({ ClientStatus, DesiredStatus }) => ClientStatus === 'running' && DesiredStatus === 'run')
      .map(({ NodeName }) => NodeName)
  const kill = async (node: string): Promise<void> => {
    await labKill(cluster.id, node)
    boards.delete(node)
  }
  const start = async (node: string): Promise<void> => {
    await labStart(cluster.id, node)
    boards.add(node)
  }
  /** The page as the Zero gets it from a board. */
  const pageFrom = (board: string) => cluster.text('zero', 'bash', '-c', FETCH, 'bash', board)
  const names = async (...words: string[]): Promise<number> =>
    (await nomadOn(cluster, server(), ...words)).split('\n').length - 1

  beforeAll(async () => {
    mirror = await ReleaseServer.start()
    await mirror.addEngine('consul')
    await mirror.addEngine('nomad')
    cluster.settings = [...releaseSettings(mirror), `roles.nomad-server.version=${recipeOf('nomad').version}`]
    await cluster.labUp()
    for (const node of NODES) bare.set(node, await treeOf(cluster, node))
  })
  afterAll(async () => {
    await cluster.remove()
    await mirror.stop()
  })

  it('stand up by one apply, and are as wanted then', async () => {
    expect(await cluster.apply()).toMatchObject({ outcome: 'changed', failedNodes: [] })
    await cluster.well()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    expect(await names('server', 'members')).toBe(3)
    expect(await names('node', 'status')).toBe(3)
  })

  it('are watched by the Zero', async () => {
    await holds('targets that give metrics', async () => {
      const text = await answerOf(cluster, 'zero', 9090, 'count(up == 0) or vector(0)')
      return /"value":\[[\d.]+,"0"\]/.test(text)
    })
  })

  it('show their page, also when its board is gone, and once when it is back', async () => {
    await holds('places of the page', async () => (await shownOn()).length, 1)
    const [first = ''] = await shownOn()
    await holds('the page', () => pageFrom(first), `hello from ${first}`)
    await kill(first)
    await holds('places of the page', async () => {
      const now = (await shownOn()).find((name) => name !== first)
      return now !== undefined && (await pageFrom(now)) === `hello from ${now}`
    })
    await start(first)
    await cluster.apply()
    await cluster.well()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    const shown = await Promise.all(CORE.map((board) => pageFrom(board)))
    expect(shown.filter((text) => text.startsWith('hello'))).toHaveLength(1)
  })

  it('do once what is due, also while a board dies', async () => {
    const file = join(cluster.folder, 'jobs/nightly.nomad.hcl')
    writeFileSync(file, readFileSync(file, 'utf8').replace('0 3 * * *', OFTEN))
    await cluster.apply()
    const due = async () => nomadAsk(cluster, server(), '/v1/jobs?prefix=nightly%2Fperiodic-', jobs)
    await holds('six periods', async () => (await due()).length >= 6)
    await kill('pi2')
    const before = (await due()).length
    await holds('six periods without a board', async () => (await due()).length >= before + 6)
    await start('pi2')
    await cluster.apply()
    const runs = await Promise.all(
      (await due()).map(async ({ ID }) => {
        const path = `/v1/job/${encodeURIComponent(ID)}/allocations`
        return [ID, (await nomadAsk(cluster, server(), path, allocations)).length] as const
      }),
    )
    expect(runs.filter(([, times]) => times > 1)).toEqual([])
    expect(runs.filter(([, times]) => times === 1).length).toBeGreaterThanOrEqual(12)
  })

  it('are as they were before when all is taken away', async () => {
    const { code, text, errors } = await cluster.bramble('destroy', '--yes')
    expect(code, text + errors).toBe(0)
    for (const node of NODES)
      expect([node, changesIn(bare.get(node) ?? [], await treeOf(cluster, node))]).toEqual([node, []])
  })
})
