/** What is in force counts, not only what we wrote: a real systemd, with what somebody else put beside our files. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { file } from '../../src/resources/file/file.ts'
import { addressOf, type Resource } from '../../src/resources/kind.ts'
import { service } from '../../src/resources/service/service.ts'
import { unit } from '../../src/resources/service/unit.ts'
import { LiveNode, reasons, cannotHaveNodes } from './live-node.ts'
import { notingUnit } from './noting-unit.ts'
import { forget } from './tiny-packages.ts'

const skipped = await cannotHaveNodes()

let node: LiveNode

describe.skipIf(skipped)('a service of ours on a live node', () => {
  beforeAll(async () => {
    node = await LiveNode.up()
  })
  afterAll(async () => {
    await node.down()
  })

  it('does not run with what somebody else put beside its unit, and gets it back when it leaves', async () => {
    const folder = '/etc/systemd/system/one.service.d'
    const root = '[Service]\nUser=daemon\nEnvironment=SECRET=word\n'
    await node.run('converge', one('1'))
    await node.output('mkdir', '-p', folder, '/run/systemd/system/one.service.d')
    await node.write(`${folder}/zz.conf`, root)
    await node.write('/run/systemd/system/one.service.d/run.conf', root)
    // As it is found: systemd has read it, or has not.
    for (const reloads of [false, true]) {
      if (reloads) await node.output('systemctl', 'daemon-reload')
      const plan = await node.run('check', one('1'))
      expect(reasons(plan)).toEqual(
        expect.arrayContaining([
          `update ${folder}/zz.conf in force: User, Environment set aside`,
          'update /run/systemd/system/one.service.d/run.conf in force: User, Environment set aside',
          'update configuration started with another as wanted',
        ]),
      )
      expect(JSON.stringify(plan.lines)).not.toMatch(/SECRET|word/)
    }
    await node.output('systemctl', 'restart', 'one')
    expect(await node.output('systemctl', 'show', '-P', 'User', 'one')).toBe('daemon')
    expect((await node.run('converge', one('1'))).failed).toEqual(new Map())
    expect(await node.output('systemctl', 'show', '-P', 'User', 'one')).toBe('')
    expect(await node.output('sh', '-c', 'stat -c %U /proc/$(systemctl show -P MainPID one)')).toBe('root')
    expect(reasons(await node.run('check', one('1')))).toEqual([])
    await forget(node)
    expect(await node.output('cat', `${folder}/zz.conf`)).toBe(root.trim())
    expect(await node.output('ls', folder)).toBe('zz.conf')
    await node.output('rm', '-r', folder, '/run/systemd/system/one.service.d')
  })

  it('runs with what we wrote when somebody changed it and started the unit with that', async () => {
    await node.run('converge', one('1'))
    await node.write('/etc/one.conf', 'by hand')
    await node.output('systemctl', 'restart', 'one')
    expect(await node.output('cat', '/run/one.read')).toBe('by hand')
    expect(reasons(await node.run('check', one('1')))).toEqual([
      'update content',
      'update configuration started with another as wanted',
    ])
    expect((await node.run('converge', one('1'))).failed).toEqual(new Map())
    expect(await node.output('cat', '/run/one.read')).toBe('1')
    const before = await node.invocation('one')
    expect(reasons(await node.run('check', one('1')))).toEqual([])
    // Changed, but not read by anybody: the file alone is put back.
    await node.write('/etc/one.conf', 'by hand')
    await node.run('converge', one('1'))
    expect(await node.invocation('one')).toBe(before)
    await forget(node)
  })

  it('runs with our unit file where another one won over it', async () => {
    await node.run('converge', one('1'))
    const control = '/etc/systemd/system.control'
    await node.output('mkdir', '-p', control)
    await node.write(`${control}/one.service`, notingUnit('one', 'User=daemon\n'))
    await node.output('sh', '-c', 'systemctl daemon-reload; systemctl restart one')
    expect(reasons(await node.run('check', one('1')))).toContain(
      `update unit file ${control}/one.service /etc/systemd/system/one.service`,
    )
    expect((await node.run('converge', one('1'))).failed).toEqual(new Map())
    expect(await node.output('systemctl', 'show', '-P', 'FragmentPath', 'one')).toBe(
      '/etc/systemd/system/one.service',
    )
    expect(reasons(await node.run('check', one('1')))).toEqual([])
    await forget(node)
    expect(await node.output('ls', control)).toBe('one.service')
    await node.output('rm', '-r', control)
  })
})

/** The unit, its configuration and its service. */
function one(config: string): Resource[] {
  const itself = unit({ name: 'one', content: notingUnit('one') })
  const conf = file({ path: '/etc/one.conf', content: config })
  return [itself, conf, service({ name: 'one', restartOn: [addressOf(itself), addressOf(conf)] })]
}
