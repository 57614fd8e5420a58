/** What only a live system shows of the kind service and of units: a real systemd. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../../src/resources/command/command.ts'
import { directory } from '../../src/resources/directory/directory.ts'
import { file } from '../../src/resources/file/file.ts'
import { link } from '../../src/resources/link/link.ts'
import { debianPackage } from '../../src/resources/package/package.ts'
import { reboot } from '../../src/resources/reboot/reboot.ts'
import { addressOf, type Resource } from '../../src/resources/kind.ts'
import { service } from '../../src/resources/service/service.ts'
import { unit } from '../../src/resources/service/unit.ts'
import { LiveNode, reasons, cannotHaveNodes } from './live-node.ts'
import { notingUnit } from './noting-unit.ts'
import { forget } from './tiny-packages.ts'

const skipped = await cannotHaveNodes()

let node: LiveNode

describe.skipIf(skipped)('a service on a live node', () => {
  beforeAll(async () => {
    node = await LiveNode.up()
  })
  afterEach(async () => {
    await forget(node)
    const two = 'rm -f /etc/systemd/system/two.service /etc/two.conf'
    await node.exec('sh', '-c', `systemctl stop two; ${two}; systemctl daemon-reload`)
  })
  afterAll(async () => {
    await node.down()
  })

  it('is made, enabled and started, and then is as wanted', async () => {
    expect(reasons(await node.run('check', one('1')))).toEqual(['create', 'create', 'create'])
    const first = await node.run('converge', one('1'))
    expect(first.failed).toEqual(new Map())
    expect(await node.output('systemctl', 'is-active', 'one')).toBe('active')
    expect(await node.output('systemctl', 'is-enabled', 'one')).toBe('enabled')
    const before = await node.invocation('one')
    expect(reasons(await node.run('check', one('1')))).toEqual([])
    expect((await node.run('converge', one('1'))).changed).toEqual([])
    expect(await node.invocation('one')).toBe(before)
  })

  it('leaves with its unit, its link and its record', async () => {
    await node.run('converge', one('1'))
    const removal = await forget(node)
    expect(removal).toMatchObject({
      failed: new Map(),
      removed: ['service:one.service', ...filesOf('one').reverse()],
    })
    expect(await node.output('systemctl', 'show', '-P', 'LoadState', 'one')).toBe('not-found')
    const links = '/etc/systemd/system/multi-user.target.wants'
    const left = await node.output('sh', '-c', `ls ${links} | grep one; ls /var/lib/bramble/services; true`)
    expect(left).toBe('')
  })

  it('is restarted once when what it reads has changed, and says so in the plan', async () => {
    await node.run('converge', one('1'))
    const before = await node.invocation('one')
    const plan = await node.run('check', one('2'))
    expect(reasons(plan)).toEqual(['update content', 'update configuration started with another as wanted'])
    await node.run('converge', one('2'))
    const after = await node.invocation('one')
    expect(after).not.toBe(before)
    expect(await node.output('cat', '/run/one.read')).toBe('2')
    expect((await node.run('converge', one('2'))).changed).toEqual([])
    expect(await node.invocation('one')).toBe(after)
  })

  it('is restarted by the next apply when one was cut off before the restart', async () => {
    await node.run('converge', one('1'))
    // As a power cut leaves it: the file is new, and the step is noted with the invocation that it was to end.
    await node.run('converge', one('2').slice(0, 2), ['service'])
    await node.run('converge', one('2'))
    expect(await node.output('cat', '/run/one.read')).toBe('2')
    const before = await node.invocation('one')
    await node.output(
      'sed',
      '-i',
      `s/[^ ]* done$/${before} restart/`,
      '/var/lib/bramble/services/one.service',
    )
    expect((await node.run('check', one('2'))).differing).toEqual(['service:one.service'])
    await node.run('converge', one('2'))
    expect(await node.invocation('one')).not.toBe(before)
    expect((await node.run('check', one('2'))).differing).toEqual([])
  })

  it('is not restarted again when the cut came after the restart', async () => {
    await node.run('converge', one('1'))
    await node.output(
      'sed',
      '-i',
      's/[^ ]* done$/0123456789abcdef restart/',
      '/var/lib/bramble/services/one.service',
    )
    expect((await node.run('check', one('1'))).differing).toEqual([])
  })

  it('is reloaded, not restarted, for what it takes up by a reload', async () => {
    const reload = 'ExecReload=/bin/cp /etc/one.conf /run/one.read\n'
    const with_ = (config: string) => {
      const [itself, conf] = one(config, reload) as [Resource, Resource]
      return [
        itself,
        conf,
        service({ name: 'one', restartOn: [addressOf(itself)], reloadOn: [addressOf(conf)] }),
      ]
    }
    await node.run('converge', with_('1'))
    const before = await node.invocation('one')
    const plan = await node.run('check', with_('2'))
    expect(reasons(plan)).toContain('update configuration has read another as wanted')
    await node.run('converge', with_('2'))
    expect(await node.output('cat', '/run/one.read')).toBe('2')
    expect(await node.invocation('one')).toBe(before)
    expect((await node.run('check', with_('2'))).differing).toEqual([])
  })

  it('that was there before is restarted with what it reads, and taken back to what it read', async () => {
    await madeByHand()
    const before = await node.invocation('two')
    const conf = file({ path: '/etc/two.conf', content: 'ours' })
    const wanted = [conf, service({ name: 'two', enabled: 'yes', restartOn: [addressOf(conf)] })]
    const first = await node.run('converge', wanted)
    expect(first.failed).toEqual(new Map())
    expect(await node.invocation('two')).not.toBe(before)
    expect(await node.output('cat', '/run/two.read')).toBe('ours')
    expect((await forget(node)).failed).toEqual(new Map())
    expect(await node.output('cat', '/run/two.read')).toBe('by hand')
    expect(await node.output('systemctl', 'is-active', 'two')).toBe('active')
    expect((await node.exec('systemctl', 'is-enabled', 'two')).stdout.toString().trim()).toBe('disabled')
  })

  it('that was there before and reads nothing of ours is left alone', async () => {
    await madeByHand()
    const before = await node.invocation('two')
    const wanted = [service({ name: 'two', enabled: 'no' })]
    expect((await node.run('converge', wanted)).changed).toEqual([])
    expect(await node.invocation('two')).toBe(before)
  })

  it('is stopped and masked', async () => {
    await madeByHand()
    const wanted = [service({ name: 'two', enabled: 'masked', state: 'stopped' })]
    // systemd masks only what has no unit file in /etc.
    await node.output(
      'sh',
      '-c',
      'mkdir -p /run/systemd/system; mv /etc/systemd/system/two.service /run/systemd/system/; systemctl daemon-reload',
    )
    expect((await node.run('converge', wanted)).failed).toEqual(new Map())
    expect(await node.output('systemctl', 'show', '-P', 'LoadState', 'two')).toBe('masked')
    expect((await node.run('check', wanted)).differing).toEqual([])
    expect((await forget(node)).failed).toEqual(new Map())
    // It ran when it was masked, so it runs again.
    expect(await node.output('systemctl', 'is-active', 'two')).toBe('active')
    await node.output('systemctl', 'stop', 'two')
    await node.output('rm', '/run/systemd/system/two.service')
  })

  it('that dies is a failure with its journal, and what needs it is skipped', async () => {
    const content = `[Service]\nExecStart=/bin/sleep infinity\nExecStartPost=/bin/sh -c 'echo why I die; exit 7'\n`
    const itself = unit({ name: 'one', content })
    const dying = service({ name: 'one', enabled: 'leave', restartOn: [addressOf(itself)] })
    const after = file({ path: '/etc/after', content: 'x', needs: ['service:one.service'] })
    const result = await node.run('converge', [itself, dying, after])
    const failure = result.failed.get('service:one.service')
    expect(failure?.message).toBe(
      'one.service did not start: failed (Result: exit-code), code=exited, status=7',
    )
    expect(failure?.output).toContain('why I die')
    expect([...result.skipped.keys()]).toEqual(['file:/etc/after'])
    expect((await node.run('check', [itself, dying])).differing).toEqual(['service:one.service'])
  })

  it('that starts and then dies again and again is a failure', async () => {
    const content =
      '[Service]\nExecStart=/bin/sh -c "echo looping; sleep 0.1; exit 3"\nRestart=always\nRestartSec=1\n'
    const itself = unit({ name: 'one', content })
    const looping = service({ name: 'one', restartOn: [addressOf(itself)] })
    const result = await node.run('converge', [itself, looping])
    expect(result.failed.get('service:one.service')?.message).toBe(
      'one.service did not stay up: failed (Result: exit-code), code=exited, status=3',
    )
    expect(result.failed.get('service:one.service')?.output).toContain('looping')
  })

  it('takes up a unit file that somebody else has changed', async () => {
    await madeByHand()
    await node.write('/etc/systemd/system/two.service', notingUnit('two', 'Environment=A=b\n'))
    const wanted = [service({ name: 'two', enabled: 'no' })]
    expect(reasons(await node.run('check', wanted))).toEqual(['update unit file not read read'])
    await node.run('converge', wanted)
    expect(await node.output('systemctl', 'show', '-P', 'Environment', 'two')).toBe('A=b')
    expect((await node.run('check', wanted)).differing).toEqual([])
  })

  it('runs with a drop-in that came after its unit, and without it when it leaves', async () => {
    await node.run('converge', one('1'))
    const [itself, conf] = one('1') as [Resource, Resource]
    const folder = directory({ path: '/etc/systemd/system/one.service.d' })
    const dropIn = file({ path: `${folder.name}/x.conf`, content: '[Service]\nEnvironment=A=b\n' })
    const restartOn = [itself, conf, dropIn].map(addressOf)
    const result = await node.run('converge', [
      itself,
      conf,
      folder,
      dropIn,
      service({ name: 'one', restartOn }),
    ])
    expect(result.failed).toEqual(new Map())
    expect(await node.output('systemctl', 'show', '-P', 'Environment', 'one')).toBe('A=b')
    expect((await node.run('converge', one('1'), ['directory'])).failed).toEqual(new Map())
    expect(await node.output('systemctl', 'show', '-P', 'Environment', 'one')).toBe('')
  })

  it('that must not be restarted asks for a reboot, and is as wanted after it', async () => {
    const careful = (config: string) => {
      const [itself, conf] = one(config) as [Resource, Resource]
      const inputs = [addressOf(itself), addressOf(conf)]
      return [itself, conf, service({ name: 'one', restartOn: inputs, onlyAfterBoot: true })]
    }
    await node.run('converge', careful('1'))
    const before = await node.invocation('one')
    expect(reasons(await node.run('check', careful('2')))).toContain(
      'update configuration started with another as wanted after a reboot',
    )
    for (const _ of [1, 2]) {
      const run = await node.run('converge', careful('2'))
      expect(run.failed).toEqual(new Map())
      expect(run.lines.at(-1)?.fields[3]).toBe('reboot')
      expect(await node.invocation('one')).toBe(before)
    }
    await node.reboot()
    expect((await node.run('check', careful('2'))).differing).toEqual([])
    expect(await node.output('cat', '/run/one.read')).toBe('2')
    const last = await node.run('converge', careful('2'))
    expect(last.lines.at(-1)?.fields[3]).toBe('')
  })

  it('runs with the old file again when a trial is undone, and is due at the next apply', async () => {
    await node.run('converge', one('1'))
    const [itself, conf] = one('2') as [Resource, Resource]
    const trial: Resource[] = [itself, { ...conf, trial: true }]
    trial.push({ ...service({ name: 'one', restartOn: trial.map(addressOf) }), trial: true })
    const result = await node.run('converge', trial)
    expect(result.failed.get('service:one.service')?.message).toContain('undone')
    expect(await node.output('cat', '/run/one.read')).toBe('1')
    expect((await node.run('check', trial)).differing).toEqual(['file:/etc/one.conf', 'service:one.service'])
  })

  it('whose unit would start what is not there is not put in place', async () => {
    const itself = unit({ name: 'one', content: '[Service]\nExecStart=/nowhere/at/all\n' })
    const result = await node.run('converge', [
      itself,
      service({ name: 'one', restartOn: [addressOf(itself)] }),
    ])
    const failure = result.failed.get('file:/etc/systemd/system/one.service')
    expect(failure?.message).toBe('systemd-analyze refuses the new content; nothing was changed')
    expect(failure?.output).toContain('Command /nowhere/at/all is not executable')
    expect([...result.skipped.keys()]).toEqual(['service:one.service'])
    expect((await node.exec('test', '-e', '/etc/systemd/system/one.service')).code).toBe(1)
  })

  it('costs as many processes to check among 40 as among 4', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => service({ name: `many-${index}` }))
    expect(await node.processes(many(40))).toBe(await node.processes(many(4)))
  })

  it('and six other kinds together cost nine processes to check', async () => {
    const made = Array.from({ length: 20 }, (_, index) => [
      directory({ path: `/srv/folder-${index}` }),
      file({ path: `/srv/file-${index}`, content: `${index}` }),
      link({ path: `/srv/link-${index}`, target: `${index}` }),
      command({ name: `touch ${index}`, run: ['touch', `srv/${index}`], creates: `/srv/${index}` }),
    ]).flat()
    const there = ['dbus', 'systemd', 'sudo'].map((name) => debianPackage({ name }))
    const wanted = [...made, ...there, service({ name: 'dbus', enabled: 'leave' }), reboot({})]
    expect((await node.run('converge', wanted)).failed).toEqual(new Map())
    // Three of the program itself, one for folders, two for files, one for links, dpkg-query and systemctl.
    expect(await node.processes(wanted)).toBe(9)
    await node.run('converge', [], ['directory', 'file', 'link', 'command'])
  })
})

/** The unit, its configuration and its service. */
function one(config: string, extra = ''): Resource[] {
  const itself = unit({ name: 'one', content: notingUnit('one', extra) })
  const conf = file({ path: '/etc/one.conf', content: config })
  return [itself, conf, service({ name: 'one', restartOn: [addressOf(itself), addressOf(conf)] })]
}

function filesOf(name: string): string[] {
  return [`file:/etc/systemd/system/${name}.service`, `file:/etc/${name}.conf`]
}

/** A service that somebody made and started by hand. */
async function madeByHand(): Promise<void> {
  await node.write('/etc/systemd/system/two.service', notingUnit('two'))
  await node.write('/etc/two.conf', 'by hand')
  await node.output('systemctl', 'daemon-reload')
  await node.output('systemctl', 'start', 'two')
}
