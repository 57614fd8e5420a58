/** What goes wrong with apt and dpkg on a live system, and what the kind package makes of it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { debianPackage } from '../../src/resources/package/package.ts'
import { file } from '../../src/resources/file/file.ts'
import { addressOf } from '../../src/resources/kind.ts'
import { service } from '../../src/resources/service/service.ts'
import { LiveNode, reasons, cannotHaveNodes } from './live-node.ts'
import { offerPackages, withdrawPackages } from './package-repository.ts'
import { forget, tidyPackages, TINY_PACKAGES, versionOf } from './tiny-packages.ts'

const skipped = await cannotHaveNodes()

let node: LiveNode

describe.skipIf(skipped)('a package on a live node with apt in trouble', () => {
  beforeAll(async () => {
    node = await LiveNode.up()
    await offerPackages(node, TINY_PACKAGES)
  })
  afterEach(async () => {
    await tidyPackages(node)
  })
  afterAll(async () => {
    await node.down()
  })

  it('that cannot be configured is a failure with what it said', async () => {
    const result = await node.run('converge', [debianPackage({ name: 'tiny-broken' })])
    const failure = result.failed.get('package:tiny-broken')
    expect(failure?.message).toMatch(
      /^apt: package tiny-broken \(--configure\): .*returned error exit status 9$/,
    )
    expect(failure?.output).toContain('cannot configure this')
    const plan = await node.run('check', [debianPackage({ name: 'tiny-broken' })])
    expect(reasons(plan)).toEqual(['update status half-configured installed'])
  })

  it('is installed after a dpkg that was cut off has been finished', async () => {
    await node.output(
      'sh',
      '-c',
      'dpkg --unpack /srv/repository/tiny-library_*.deb /srv/repository/tiny-other_*.deb',
    )
    expect((await node.run('converge', [debianPackage({ name: 'tiny' })])).failed).toEqual(new Map())
    expect(await node.output('dpkg', '--audit')).toBe('')
    expect([await versionOf(node, 'tiny'), await versionOf(node, 'tiny-other')]).toEqual(['1.2-1', '1'])
  })

  it('waits for whoever has the package database locked, and says who it is when that takes too long', async () => {
    const slow = node.exec('apt-get', '-q', '-y', 'install', 'tiny-slow')
    await node.output('sh', '-c', 'until test -e /run/slow; do sleep 0.1; done')
    const impatient = await node.run('converge', [debianPackage({ name: 'tiny', lockTimeoutSeconds: 1 })])
    const patient = node.run('converge', [debianPackage({ name: 'tiny', lockTimeoutSeconds: 60 })])
    await node.output('sh', '-c', 'sleep 2; touch /run/go')
    expect((await patient).failed).toEqual(new Map())
    expect((await slow).code).toBe(0)
    expect(impatient.failed.get('package:tiny')?.message).toMatch(
      /^the package database was locked for 1 seconds by process \d+ \(apt-get -q -y install tiny-slow\)$/,
    )
    expect(await versionOf(node, 'tiny')).toBe('1.2-1')
  })

  it('is looked for once more when the lists are older than the mirror', async () => {
    await node.run('converge', [debianPackage({ name: 'tiny-library' })])
    await offerPackages(node, [
      { name: 'tiny-new', version: '1' },
      { name: 'tiny', version: '1.3-1', depends: 'tiny-library' },
    ])
    await withdrawPackages(node, 'tiny_1.2-1_all.deb', 'tiny_1.0-1_all.deb')
    const wanted = ['tiny-library', 'tiny'].map((name) => debianPackage({ name }))
    const fetched = await node.run('converge', wanted)
    expect(fetched.failed).toEqual(new Map())
    expect(await versionOf(node, 'tiny')).toBe('1.3-1')
    expect((await node.run('converge', [...wanted, debianPackage({ name: 'tiny-new' })])).failed).toEqual(
      new Map(),
    )
    await offerPackages(node, [
      { name: 'tiny', version: '1.0-1', depends: 'tiny-library', files: { '/etc/tiny.conf': 'shipped\n' } },
      {
        name: 'tiny',
        version: '1.2-1',
        depends: 'tiny-library',
        files: { '/etc/tiny.conf': 'shipped anew\n' },
      },
    ])
    await withdrawPackages(node, 'tiny_1.3-1_all.deb')
    await node.output('apt-get', '-q', 'update')
  })

  it('is installed without fetching lists that are as the sources say', async () => {
    await node.run('converge', [debianPackage({ name: 'tiny-library' })])
    const lists = () => node.output('sh', '-c', 'stat -c "%n %y" /var/lib/apt/lists/*')
    const before = await lists()
    await node.run('converge', [debianPackage({ name: 'tiny-library' }), debianPackage({ name: 'tiny' })])
    expect(await lists()).toBe(before)
  })

  it('comes from a source that works although another is broken, which is named when it matters', async () => {
    await node.write(
      '/etc/apt/sources.list.d/gone.sources',
      'Types: deb\nURIs: file:/srv/gone\nSuites: ./\nTrusted: yes\n',
    )
    expect((await node.run('converge', [debianPackage({ name: 'tiny' })])).failed).toEqual(new Map())
    const result = await node.run('converge', [
      debianPackage({ name: 'tiny' }),
      debianPackage({ name: 'gone' }),
    ])
    await node.output('rm', '/etc/apt/sources.list.d/gone.sources')
    expect(result.failed.get('package:gone')?.message).toMatch(
      /^apt: Unable to locate package gone; apt cannot read a source of \/etc\/apt\/sources\.list\.d\/gone\.sources: .*file:\/srv\/gone/,
    )
  })

  it('says which source cannot be understood at all', async () => {
    await node.write('/etc/apt/sources.list.d/odd.list', 'nonsense http://example.net/debian trixie main\n')
    const result = await node.run('converge', [debianPackage({ name: 'tiny' })])
    await node.output('rm', '/etc/apt/sources.list.d/odd.list')
    expect(result.failed.get('package:tiny')?.message).toMatch(
      /nonsense.*\/etc\/apt\/sources\.list\.d\/odd\.list/,
    )
  })

  it('says that the disk is full', async () => {
    await node.output('sh', '-c', 'mkdir -p /mnt/full && mount -t tmpfs -o size=64k full /mnt/full')
    const result = await node.run('converge', [debianPackage({ name: 'tiny-large' })])
    await node.output('umount', '/mnt/full')
    expect(result.failed.get('package:tiny-large')?.message).toMatch(
      /^apt: the disk is full: .*\/mnt\/full has \d+ KiB and \d+ files left/,
    )
  })

  it('does not start a service that waits for its settings, but one that nobody manages', async () => {
    const conf = file({ path: '/etc/tiny-daemon.conf', content: 'ours' })
    const daemon = service({ name: 'tiny-daemon', enabled: 'leave', restartOn: [addressOf(conf)] })
    const count = await starts('tiny-daemon')
    const packages = ['tiny-daemon', 'tiny-stranger'].map((name) => debianPackage({ name }))
    expect((await node.run('converge', [...packages, conf, daemon])).failed).toEqual(new Map())
    expect(await starts('tiny-daemon')).toBe(count + 1)
    expect(await node.output('cat', '/run/tiny-daemon.read')).toBe('ours')
    expect(await node.output('cat', '/run/tiny-stranger.read')).toBe('shipped')
    expect((await node.exec('test', '-e', '/usr/sbin/policy-rc.d')).code).toBe(1)
  })

  it('makes its service due for a restart when it gets another version', async () => {
    const conf = file({ path: '/etc/tiny-daemon.conf', content: 'ours' })
    const daemon = service({ name: 'tiny-daemon', restartOn: [addressOf(conf)] })
    const wanted = (version: string) => [debianPackage({ name: 'tiny-daemon', version }), conf, daemon]
    await node.run('converge', wanted('1'))
    const before = await node.invocation('tiny-daemon')
    const count = await starts('tiny-daemon')
    expect((await node.run('converge', wanted('2'))).failed).toEqual(new Map())
    expect(await node.invocation('tiny-daemon')).not.toBe(before)
    expect(await starts('tiny-daemon'), 'the package itself did not restart it').toBe(count + 1)
    expect((await node.run('check', wanted('2'))).differing).toEqual([])
  })

  it("puts somebody else's policy-rc.d back", async () => {
    await node.write('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', '755')
    const stranger = debianPackage({ name: 'tiny-stranger' })
    expect((await node.run('converge', [stranger])).failed).toEqual(new Map())
    expect(await node.output('cat', '/usr/sbin/policy-rc.d')).toBe('#!/bin/sh\nexit 101')
    expect((await node.exec('systemctl', 'is-active', 'tiny-stranger')).code, 'and was asked').not.toBe(0)
  })

  it('is finished by the next apply when one was killed in the middle of apt', async () => {
    const wanted = [debianPackage({ name: 'tiny-slow' }), debianPackage({ name: 'tiny' })]
    const { path } = await node.bring(wanted)
    const cut = node.exec('setsid', 'sh', path, 'converge', '5')
    await node.output('sh', '-c', 'until test -e /run/slow; do sleep 0.1; done')
    await node.output('sh', '-c', `pkill -KILL -s $(pgrep -o -f ${path}); true`)
    await cut
    expect((await node.exec('test', '-e', '/usr/sbin/policy-rc.d')).code, 'left behind').toBe(0)
    await node.output('touch', '/run/go')
    const next = await node.run('converge', wanted)
    expect(next.failed).toEqual(new Map())
    expect([await versionOf(node, 'tiny-slow'), await versionOf(node, 'tiny')]).toEqual(['1', '1.2-1'])
    expect((await node.exec('test', '-e', '/usr/sbin/policy-rc.d')).code).toBe(1)
    expect((await node.run('check', wanted)).differing).toEqual([])
  })

  it.each([
    ['has only settings left', 'dpkg --remove tiny'],
    ['is gone and has left what came along', 'dpkg --purge tiny'],
    ['and what came along have settings left', 'dpkg --remove tiny tiny-library'],
    [
      'is gone, and apt has forgotten that the rest came by itself',
      "apt-mark manual tiny-library && printf 'tiny-library purge' | dpkg --set-selections && dpkg --purge tiny",
    ],
    [
      'is still there, and apt has forgotten that the rest came by itself',
      "apt-mark manual tiny-library && printf 'tiny deinstall\\ntiny-library purge\\n' | dpkg --set-selections",
    ],
  ])('that was half removed when its removal was killed leaves with all of it: it %s', async (_, done) => {
    await node.run('converge', [debianPackage({ name: 'tiny' })])
    await node.output('sh', '-c', done)
    expect((await forget(node)).failed).toEqual(new Map())
    const left = await node.exec('dpkg-query', '-W', '-f', '${Package} ${db:Status-Abbrev}\n', 'tiny*')
    expect(
      left.stdout
        .toString()
        .split('\n')
        .filter((line) => / [^u]/.test(line)),
    ).toEqual([])
    expect((await node.exec('test', '-e', '/etc/tiny.conf')).code).toBe(1)
    expect((await node.exec('test', '-e', '/var/lib/bramble/owned')).code).toBe(1)
  })

  it('makes the next apply tidy up a policy-rc.d even when nothing is left to install', async () => {
    await node.run('converge', [debianPackage({ name: 'tiny' })])
    const marker = '# Made by bramble, for the time of one apt transaction'
    await node.write('/usr/sbin/policy-rc.d', `#!/bin/sh\n${marker}\nexit 101\n`, '755')
    // Whatever apt was doing for others: triggers, say.
    await node.output('sh', '-c', 'dpkg --unpack /srv/repository/tiny-other_*.deb')
    // The first of them speaks for it, and was there before us.
    const wanted = [debianPackage({ name: 'dash' }), debianPackage({ name: 'tiny' })]
    expect(reasons(await node.run('check', wanted))).toEqual([
      'update policy-rc.d left by a run that was cut off as it was',
    ])
    expect((await node.run('converge', wanted)).failed).toEqual(new Map())
    expect((await node.exec('test', '-e', '/usr/sbin/policy-rc.d')).code).toBe(1)
    expect(await node.output('dpkg', '--audit')).toBe('')
    expect(await node.output('cut', '-f', '2-3', '/var/lib/bramble/owned')).toBe('package\ttiny')
  })
})

/** How often a unit was started since the node was booted. */
async function starts(unit: string): Promise<number> {
  const { stdout } = await node.exec(
    'journalctl',
    '--quiet',
    '--output=cat',
    `--unit=${unit}`,
    '--grep=^Started ',
  )
  return stdout.toString().split('\n').filter(Boolean).length
}
