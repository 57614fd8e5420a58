import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../engines/consul/eventually.ts'
import { builtProgram } from '../engines/engine-cache.ts'
import { Boards, cannotHave } from './boards.ts'
import { Nomad, NOMAD_PACKAGES } from './nomad.ts'

const built = await builtProgram('nomad')
const lacking = 'lacks' in built ? [built.lacks] : []

describe.skipIf(await cannotHave('Nomad', ...lacking))('Nomad on a Pi 4 and two Pi 3', () => {
  const boards = new Boards('nomads', {
    ant: 'model: pi4, memory: 2GiB',
    bee: 'model: pi3, memory: 1GiB',
    cricket: 'model: pi3, memory: 1GiB',
  })
  const nomad = new Nomad(boards)

  beforeAll(async () => {
    await boards.timed('Nomad: three boards', () => boards.up(...NOMAD_PACKAGES))
    const program = 'path' in built ? built.path : ''
    await boards.timed('Nomad: a server and two clients', () => nomad.start(program))
  })
  afterAll(() => boards.remove())

  /** The allocations of a job, as soon as every client has one that is like this. */
  async function all(job: string, status: 'running' | 'failed') {
    await eventually(`${job} is ${status} on both clients`, 300, async () => {
      const found = await nomad.allocations(job)
      const isSo = found.filter(({ ClientStatus }) => ClientStatus === status).length === 2
      return isSo || JSON.stringify(found.map(({ NodeName, TaskStates }) => [NodeName, TaskStates]))
    })
    return nomad.allocations(job)
  }

  it('runs a task of the driver exec on every client, in a tree and with process numbers of its own', async () => {
    const words = ['sh', '-c', 'busybox ls /bin; echo "number $$"; exec busybox sleep 100000']
    await nomad.run({ name: 'alone', words, memoryMegabytes: 32 })
    const allocations = await all('alone', 'running')
    expect(allocations.map(({ NodeName }) => NodeName)).toEqual(['bee', 'cricket'])
    for (const allocation of allocations) {
      expect(await nomad.output(allocation)).toMatch(/^busybox\nnumber \d$/)
    }
    await boards.printMemory('Nomad')
  })

  it('ends a task that wants more memory than it was given, and no other', async () => {
    const words = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=100M', 'count=1']
    await nomad.run({ name: 'hungry', words, memoryMegabytes: 32, batch: true })
    const failed = await all('hungry', 'failed')
    for (const { TaskStates } of failed) {
      const said = TaskStates['hungry']?.Events.map(({ DisplayMessage }) => DisplayMessage).join('; ')
      expect(said).toContain('Exit Code: 137')
    }
    await all('alone', 'running')
  })

  it('leaves nothing when the lab is taken down after it crashed with tasks running', async () => {
    expect(await boards.tracesAfterDown('crashes first')).toEqual([])
  })
})
