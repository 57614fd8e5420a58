/** Tasks of a swarm are moved off nodes before steps that take their Docker away, and managers change all at once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cannotHave } from '../../boards/boards.ts'
import { archiveOf, BUSYBOX } from '../../boards/image.ts'
import { FOUR, SwarmUnderTest } from './swarm-under-test.ts'

const MANAGERS = 'on: [ant, bee, cow]'

describe.skipIf(await cannotHave('a drain'))('what runs on a node of a swarm', () => {
  const swarm = new SwarmUnderTest('drain')

  /** Tasks of the service that are not as they should be: they ended otherwise than by the word of the managers. */
  async function failedTasks(): Promise<string[]> {
    const states = await swarm.docker(
      'ant',
      'service',
      'ps',
      '--format',
      '{{.Node}} {{.CurrentState}}',
      'web',
    )
    return states.split('\n').filter((row) => /Failed|Rejected|Orphaned/.test(row))
  }

  /** Changes what dockerd runs with, so that each node is interrupted; gives the nodes in the order of what happened to them. */
  async function changeAll(size: string): Promise<string[]> {
    swarm.edit((text) => text.replace(/docker: \{.*\}/, `docker: { on: all, log: { max_size: ${size} } }`))
    const events = await swarm.events('apply', '--yes')
    return events.flatMap((event) => {
      if (event.type !== 'phase-started') return []
      if (event.phase === 'wait' && event.detail === 'swarm: its work moves to others')
        return [`${event.node} is drained`]
      return event.phase === 'converge' && event.detail === undefined ? [`${event.node} is changed`] : []
    })
  }

  beforeAll(async () => {
    await swarm.up()
    await swarm.apply()
    const archive = await archiveOf(BUSYBOX)
    for (const node of swarm.names) {
      await swarm.write(node, '/root/image.tar', archive)
      await swarm.docker(node, 'load', '--quiet', '--input', '/root/image.tar')
    }
    const command = ['httpd', '-f', '-p', '80', '-h', '/bin']
    const options = ['--detach=false', '--quiet', '--no-resolve-image', '--name', 'web', '--replicas', '4']
    await swarm.docker('ant', 'service', 'create', ...options, BUSYBOX.name, ...command)
  })
  afterAll(() => swarm.remove())

  it('is moved off each in its turn, so that no task dies with its Docker', async () => {
    const order = await changeAll('7m')
    for (const node of swarm.names) {
      expect(order.filter((step) => step.startsWith(node))).toEqual([
        `${node} is drained`,
        `${node} is changed`,
      ])
    }
    expect(await failedTasks()).toEqual([])
    expect(await swarm.listed()).toEqual(FOUR)
    expect(
      await swarm.docker('ant', 'node', 'inspect', 'dog', '--format', '{{json .Spec.Labels}}'),
    ).not.toContain('bramble.drained')
    await swarm.well()
    expect((await swarm.apply()).outcome).toBe('unchanged')
  })

  it('stays away from a node that somebody else has drained', async () => {
    const drained = FOUR.with(3, 'dog Ready Drain worker')
    await swarm.docker('ant', 'node', 'update', '--availability', 'drain', 'dog')
    expect((await swarm.apply()).outcome).toBe('unchanged')
    await changeAll('8m')
    expect(await swarm.listed()).toEqual(drained)
    await swarm.docker('ant', 'node', 'update', '--availability', 'active', 'dog')
  })

  it('may come back when a run was cut off between', async () => {
    const left = ['--availability', 'drain', '--label-add', 'bramble.drained=change']
    await swarm.docker('ant', 'node', 'update', ...left, 'dog')
    expect((await swarm.bramble('plan')).text).toContain('swarm-node:dog')
    await swarm.apply()
    expect(await swarm.listed()).toEqual(FOUR)
    expect((await swarm.apply()).outcome).toBe('unchanged')
  })

  it('keeps its managers until those in their place are there, all at once too', async () => {
    const parts = async (through: string) =>
      (await swarm.listed(through)).filter((row) => row.endsWith('manager')).map((row) => row.slice(0, 3))
    swarm.edit((text) =>
      text
        .replace(MANAGERS, 'on: [dog]')
        .replace('swarm-worker: { on: [dog] }', 'swarm-worker: { on: rest }'),
    )
    await swarm.apply()
    expect(await parts('dog')).toEqual(['dog'])
    expect((await swarm.apply()).outcome).toBe('unchanged')
    swarm.edit((text) =>
      text
        .replace('swarm-manager: { on: [dog] }', `swarm-manager: { ${MANAGERS} }`)
        .replace('on: rest', 'on: [dog]'),
    )
    await swarm.apply()
    expect(await swarm.listed()).toEqual(FOUR)
  })

  it('lets a manager leave the swarm when another one is there in its place', async () => {
    swarm.edit((text) =>
      text.replace(MANAGERS, 'on: [ant, bee, dog]').replace('  swarm-worker: { on: [dog] }\n', ''),
    )
    await swarm.apply()
    expect(await swarm.listed()).toEqual([
      'ant Ready Active manager',
      'bee Ready Active manager',
      'dog Ready Active manager',
    ])
    expect(await swarm.docker('cow', 'info', '--format', '{{.Swarm.LocalNodeState}}')).toBe('inactive')
    expect(await failedTasks()).toEqual([])
    expect((await swarm.apply()).outcome).toBe('unchanged')
  })
})
