/** A stack in the cluster file: deployed, changed, put back, moved when its node is killed, and taken away. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { cannotHave } from '../../boards/boards.ts'
import { archiveOf, BUSYBOX } from '../../boards/image.ts'
import { SwarmUnderTest } from './swarm-under-test.ts'

const MANAGERS = 'swarm-manager: { on: [ant, bee, cow]'
const stack = (replicas: number): string =>
  `, stacks: { site: { resolve_image: never, compose: { services: { web: {
    image: '${BUSYBOX.name}', command: [httpd, -f, -p, '80', -h, /bin],
    deploy: { replicas: ${replicas}, placement: { constraints: [node.labels.has.speaker == true] } } } } } } }`

describe.skipIf(await cannotHave('a stack'))('a stack', () => {
  const swarm = new SwarmUnderTest('stack')

  /** Writes the stack with so many tasks; none takes it out. */
  function write(replicas: number): void {
    swarm.edit((text) =>
      text.replace(
        /swarm-manager: [^]*\n {2}swarm-worker/,
        `${MANAGERS}${replicas === 0 ? '' : stack(replicas)} }\n  swarm-worker`,
      ),
    )
  }

  /** On which nodes its tasks run. */
  async function runsOn(): Promise<string[]> {
    const wanted = ['--format', '{{.Node}} {{.CurrentState}}', '--filter', 'desired-state=running']
    const tasks = await swarm.docker('ant', 'service', 'ps', ...wanted, 'site_web')
    return tasks.split('\n').flatMap((row) => /^(\S+) Running/.exec(row)?.[1] ?? [])
  }
  const runs = (count: number) => swarm.holds(`${count} tasks`, async () => (await runsOn()).length === count)

  beforeAll(async () => {
    await swarm.up()
    await swarm.apply()
    const archive = await archiveOf(BUSYBOX)
    for (const node of swarm.names) {
      await swarm.write(node, '/root/image.tar', archive)
      await swarm.docker(node, 'load', '--quiet', '--input', '/root/image.tar')
    }
  })
  afterAll(() => swarm.remove())

  it('is planned with its services, deployed, and is then as wanted', async () => {
    write(1)
    const planned = await swarm.bramble('plan')
    expect(planned.text).toContain('cluster/swarm-stack:site')
    expect(planned.text).toContain(`service web: ${BUSYBOX.name} × 1`)
    await swarm.apply()
    await runs(1)
    expect((await swarm.apply()).outcome).toBe('unchanged')
  })

  it('changes with the cluster file', async () => {
    write(2)
    expect((await swarm.bramble('plan')).text).toContain('× 1 → ')
    await swarm.apply()
    await runs(2)
    write(1)
    await swarm.apply()
    await runs(1)
  })

  it('is put back when a hand has changed it', async () => {
    await swarm.docker('ant', 'service', 'scale', '--detach', 'site_web=2')
    expect((await swarm.bramble('plan')).text).toContain('somebody else changed it')
    await swarm.apply()
    await runs(1)
  })

  it('has its task moved when its node is killed', async () => {
    const [before = ''] = await runsOn()
    await labKill(swarm.id, before)
    await swarm.holds('it runs elsewhere', async () => {
      const [now] = await runsOn()
      return now !== undefined && now !== before
    })
    await labStart(swarm.id, before)
    await swarm.well()
  })

  it('goes when it leaves the cluster file', async () => {
    write(0)
    expect((await swarm.bramble('plan')).text).toContain('it is not wanted any more')
    await swarm.apply()
    expect(await swarm.docker('ant', 'service', 'ls', '--quiet')).toBe('')
    expect((await swarm.apply()).outcome).toBe('unchanged')
  })
})
