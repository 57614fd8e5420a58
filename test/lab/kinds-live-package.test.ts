/** What only a live system shows of the kind package: what apt installs, keeps and removes. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { directory } from '../../src/resources/directory/directory.ts'
import { debianPackage } from '../../src/resources/package/package.ts'
import { file } from '../../src/resources/file/file.ts'
import { LiveNode, reasons, cannotHaveNodes } from './live-node.ts'
import { offerPackages } from './package-repository.ts'
import { forget, tidyPackages, TINY_PACKAGES, versionOf } from './tiny-packages.ts'

const skipped = await cannotHaveNodes()

let node: LiveNode

describe.skipIf(skipped)('a package on a live node', () => {
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

  it('is installed with what it depends on, and then is as wanted', async () => {
    const wanted = [debianPackage({ name: 'tiny' }), debianPackage({ name: 'tiny-other' })]
    expect(reasons(await node.run('check', wanted))).toEqual(['create', 'create'])
    const first = await node.run('converge', wanted)
    expect(first.failed).toEqual(new Map())
    expect(await versionOf(node, 'tiny')).toBe('1.2-1')
    expect(await versionOf(node, 'tiny-library')).toBe('3')
    expect((await node.run('check', wanted)).differing).toEqual([])
    expect((await node.run('converge', wanted)).changed).toEqual([])
    expect(await node.output('apt-mark', 'showmanual', 'tiny', 'tiny-library')).toBe('tiny')
  })

  it('has the wanted version, newer or older than what is there', async () => {
    for (const [wanted, is] of [
      ['1.0-1', '1.0-1'],
      ['1.2*', '1.2-1'],
      ['1.0*', '1.0-1'],
    ] as const) {
      const result = await node.run('converge', [debianPackage({ name: 'tiny', version: wanted })])
      expect(result.failed).toEqual(new Map())
      expect(await versionOf(node, 'tiny')).toBe(is)
      expect((await node.run('check', [debianPackage({ name: 'tiny', version: wanted })])).differing).toEqual(
        [],
      )
    }
    const plan = await node.run('check', [debianPackage({ name: 'tiny', version: '1.2-1' })])
    expect(reasons(plan)).toEqual(['update version 1.0-1 1.2-1'])
  })

  it('keeps its version while it is held, and is let go when the hold leaves', async () => {
    await node.run('converge', [debianPackage({ name: 'tiny', version: '1.0-1', hold: true })])
    expect(await node.output('apt-mark', 'showhold')).toBe('tiny')
    await node.output('apt-get', '-q', '-y', 'upgrade')
    expect(await versionOf(node, 'tiny')).toBe('1.0-1')
    const free = [debianPackage({ name: 'tiny', version: '1.2-1' })]
    expect(reasons(await node.run('check', free))).toEqual([
      'update version 1.0-1 1.2-1',
      'update hold held free',
    ])
    expect((await node.run('converge', free)).failed).toEqual(new Map())
    expect(await versionOf(node, 'tiny')).toBe('1.2-1')
    expect(await node.output('apt-mark', 'showhold')).toBe('')
    await node.output('apt-mark', 'hold', 'tiny')
    expect((await node.run('check', free)).differing, 'a hold of somebody else is left alone').toEqual([])
  })

  it('gets another version although it is held, and stays held', async () => {
    for (const wanted of ['1.0-1', '1.2-1']) {
      const held = [debianPackage({ name: 'tiny', version: wanted, hold: true })]
      expect((await node.run('converge', held)).failed).toEqual(new Map())
      expect(await versionOf(node, 'tiny')).toBe(wanted)
      expect(await node.output('apt-mark', 'showhold')).toBe('tiny')
    }
    expect((await forget(node)).failed).toEqual(new Map())
    await node.output('apt-get', '-q', '-y', 'install', 'tiny=1.0-1')
    await node.output('apt-mark', 'hold', 'tiny')
    const newer = [debianPackage({ name: 'tiny', version: '1.2-1' })]
    expect((await node.run('converge', newer)).failed).toEqual(new Map())
    expect(await versionOf(node, 'tiny')).toBe('1.2-1')
    expect(await node.output('apt-mark', 'showhold'), 'the hold of somebody else').toBe('tiny')
    expect((await forget(node)).failed).toEqual(new Map())
    expect(await versionOf(node, 'tiny')).toBe('1.0-1')
    expect(await node.output('apt-mark', 'showhold'), 'put back').toBe('tiny')
  })

  it('that does not exist, or cannot be had, fails alone', async () => {
    const names = ['nowhere.at+all', 'tiny', 'tiny-needy']
    const wanted = names.map((name) => debianPackage({ name }))
    wanted.push(debianPackage({ name: 'tiny-other', version: '9' }))
    const dependent = file({ path: '/etc/dependent', content: 'x', needs: ['package:nowhere.at+all'] })
    const result = await node.run('converge', [...wanted, dependent])
    expect(result.changed).toEqual(['package:tiny'])
    expect(Object.fromEntries([...result.failed].map(([name, { message }]) => [name, message]))).toEqual({
      'package:nowhere.at+all': 'apt: Unable to locate package nowhere.at+all',
      'package:tiny-needy': 'apt: tiny-needy : Depends: nowhere-to-be-had but it is not installable',
      'package:tiny-other': "apt: Version '9' for 'tiny-other' was not found",
    })
    expect([...result.skipped]).toEqual([['file:/etc/dependent', 'package:nowhere.at+all']])
  })

  it('keeps settings that were changed by hand when it gets another version', async () => {
    await node.run('converge', [debianPackage({ name: 'tiny', version: '1.0-1' })])
    await node.write('/etc/tiny.conf', 'by hand\n')
    await node.run('converge', [debianPackage({ name: 'tiny', version: '1.2-1' })])
    expect(await node.output('cat', '/etc/tiny.conf')).toBe('by hand')
  })

  it('leaves with what came along, but not with what something else needs', async () => {
    await node.run('converge', [debianPackage({ name: 'tiny' })])
    expect((await forget(node)).removed).toEqual(['package:tiny'])
    expect([await versionOf(node, 'tiny'), await versionOf(node, 'tiny-library')]).toEqual(['', ''])
    await node.run('converge', [debianPackage({ name: 'tiny' })])
    await node.output('apt-get', '-q', '-y', 'install', 'tiny-other')
    await forget(node)
    expect([await versionOf(node, 'tiny'), await versionOf(node, 'tiny-library')]).toEqual(['', '3'])
  })

  it('leaves with what came along and is merely suggested by something else, but not with what that recommends', async () => {
    for (const [other, left] of [
      ['tiny-hint', ''],
      ['tiny-fond', '3'],
    ] as const) {
      await node.run('converge', [debianPackage({ name: 'tiny' })])
      await node.output('apt-get', '-q', '-y', 'install', other)
      expect((await forget(node)).removed).toEqual(['package:tiny'])
      expect([await versionOf(node, 'tiny'), await versionOf(node, 'tiny-library')]).toEqual(['', left])
    }
  })

  it('that is needed by something else by now stays, and goes when that goes', async () => {
    await node.run('converge', [debianPackage({ name: 'tiny-library' })])
    await node.run('converge', [debianPackage({ name: 'tiny-library' }), debianPackage({ name: 'tiny' })])
    const kept = await node.run('converge', [debianPackage({ name: 'tiny' })])
    expect(kept).toMatchObject({ removed: ['package:tiny-library'], failed: new Map() })
    expect(await versionOf(node, 'tiny-library')).toBe('3')
    await forget(node)
    expect(await versionOf(node, 'tiny-library')).toBe('')
  })

  it('that was there before is never removed with one of ours', async () => {
    await node.output('apt-get', '-q', '-y', 'install', 'tiny-library')
    await node.output('apt-mark', 'auto', 'tiny-library')
    await node.run('converge', [debianPackage({ name: 'tiny' })])
    await forget(node)
    expect([await versionOf(node, 'tiny'), await versionOf(node, 'tiny-library')]).toEqual(['', '3'])
  })

  it('that is wanted to be absent goes, and comes back in its version when the wish leaves', async () => {
    await node.output('apt-get', '-q', '-y', 'install', 'tiny=1.0-1')
    const wanted = [debianPackage({ name: 'tiny', state: 'absent' })]
    expect(reasons(await node.run('check', wanted))).toEqual(['remove'])
    expect((await node.run('converge', wanted)).failed).toEqual(new Map())
    expect(await versionOf(node, 'tiny')).toBe('')
    expect((await node.run('check', wanted)).differing).toEqual([])
    expect((await forget(node)).failed).toEqual(new Map())
    expect(await versionOf(node, 'tiny')).toBe('1.0-1')
  })

  it('has its program as it was shipped, also when somebody altered it and set the old times', async () => {
    const program = '/usr/share/tiny-tool'
    const tool = debianPackage({ name: 'tiny-tool', hold: true, program })
    expect((await node.run('converge', [tool])).failed).toEqual(new Map())
    await node.output(
      'sh',
      '-c',
      `touch -r ${program} /run/times; echo altered >${program}; touch -r /run/times ${program}`,
    )
    expect(reasons(await node.run('check', [tool]))).toEqual([
      `update ${program} altered as its package has it`,
    ])
    expect((await node.run('converge', [tool])).failed).toEqual(new Map())
    expect(await node.output('cat', program)).toBe('shipped')
    expect(reasons(await node.run('check', [tool]))).toEqual([])
    await forget(node)
  })

  it('is not installed at the price of one that nobody asked to remove', async () => {
    await node.output('apt-get', '-q', '-y', 'install', 'tiny-other')
    const enemy = debianPackage({ name: 'tiny-enemy' })
    // Who is in the same transaction is neither blamed nor held up.
    const refused = await node.run('converge', [debianPackage({ name: 'tiny' }), enemy])
    expect([...refused.failed].map(([address, { message }]) => [address, message])).toEqual([
      [
        'package:tiny-enemy',
        'tiny-enemy would remove tiny-other, which nobody asked for; to agree write `{ name: tiny-other, absent: true }` under packages of base',
      ],
    ])
    expect(await versionOf(node, 'tiny')).not.toBe('')
    expect(await versionOf(node, 'tiny-other')).toBe('1')
    const agreed = await node.run('converge', [enemy, debianPackage({ name: 'tiny-other', state: 'absent' })])
    expect(agreed.failed).toEqual(new Map())
    expect([await versionOf(node, 'tiny-other'), await versionOf(node, 'tiny-enemy')]).toEqual(['', '1'])
  })

  it('that is to be absent is blamed itself for what would go with it, and not who comes in the same transaction', async () => {
    await node.output('apt-get', '-q', '-y', 'install', 'tiny-other')
    const tool = debianPackage({ name: 'tiny-tool' })
    const wanted = [tool, debianPackage({ name: 'tiny-library', state: 'absent' })]
    const refused = await node.run('converge', wanted)
    expect([...refused.failed].map(([address, { message }]) => [address, message])).toEqual([
      [
        'package:tiny-library',
        'the removal of tiny-library would remove tiny-other, which nobody asked for; to agree write `{ name: tiny-other, absent: true }` under packages of base',
      ],
    ])
    expect(refused.changed).toEqual(['package:tiny-tool'])
    expect([await versionOf(node, 'tiny-library'), await versionOf(node, 'tiny-other')]).toEqual(['3', '1'])
    const agreed = await node.run('converge', [
      ...wanted,
      debianPackage({ name: 'tiny-other', state: 'absent' }),
    ])
    expect(agreed.failed).toEqual(new Map())
    expect([await versionOf(node, 'tiny-library'), await versionOf(node, 'tiny-other')]).toEqual(['', ''])
  })

  it('that would take another away is blamed for that alone beside one that is to be absent', async () => {
    await node.output('apt-get', '-q', '-y', 'install', 'tiny-other', 'tiny-tool')
    const refused = await node.run('converge', [
      debianPackage({ name: 'tiny-enemy' }),
      debianPackage({ name: 'tiny' }),
      debianPackage({ name: 'tiny-tool', state: 'absent' }),
    ])
    expect([...refused.failed.keys()]).toEqual(['package:tiny-enemy'])
    const there = ['tiny', 'tiny-other', 'tiny-tool'].map((name) => versionOf(node, name))
    expect(await Promise.all(there)).toEqual(['1.2-1', '1', ''])
  })

  it('costs as many processes to check among 500 as among 50', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => debianPackage({ name: `many-${index}` }))
    expect(await node.processes(many(500))).toBe(await node.processes(many(50)))
  })

  /** Path, mode, owner, time, number of names and inode of what somebody keeps in the folder. */
  const theirs = (): Promise<string> =>
    node.output(
      'sh',
      '-c',
      "cd /var/lib/tiny-state && stat -c '%n %a %u %g %Y %h %i' mine deep/er && cat mine deep/er",
    )

  const keepSomething = `mkdir -p /var/lib/tiny-state/deep && cd /var/lib/tiny-state &&
    echo mine >mine && chmod 604 mine && echo deep >deep/er && chown 1000:1000 deep/er &&
    touch -d @981173106 mine deep/er && ln mine /var/lib/second-mine`
  const engine =
    'install -o daemon -m 600 /dev/null /var/lib/tiny-state/log && install -d -o daemon /var/lib/tiny-state/raft'

  it('leaves what somebody put into its folder, although its own script takes the folder', async () => {
    await node.run('converge', [debianPackage({ name: 'tiny-state' })])
    await node.output('sh', '-c', `${keepSomething} && ${engine}`)
    const before = await theirs()
    expect((await forget(node)).failed).toEqual(new Map())
    expect(await versionOf(node, 'tiny-state')).toBe('')
    expect(await theirs()).toBe(before)
    expect(await node.output('sh', '-c', 'cd /var/lib/tiny-state && find . ! -type d | sort')).toBe(
      './deep/er\n./mine',
    )
    expect(await node.output('sh', '-c', 'ls -A /var/lib | grep bramble | grep -vx bramble-lab; true')).toBe(
      '',
    )
  })

  it('gives back a folder that was there before it, with its mode, its owner and all that was in it', async () => {
    await node.output('sh', '-c', keepSomething)
    await node.output('sh', '-c', 'install -o daemon -m 600 /dev/null /var/lib/tiny-state/old-log')
    const folder = (): Promise<string> => node.output('stat', '-c', '%a %u %g', '/var/lib/tiny-state')
    const [before, was] = [await theirs(), await folder()]
    const state = directory({
      path: '/var/lib/tiny-state',
      mode: '700',
      owner: 'daemon',
      group: 'daemon',
      purge: ['log', 'raft', 'old-log'],
      needs: ['package:tiny-state'],
    })
    const wanted = [debianPackage({ name: 'tiny-state' }), state]
    expect((await node.run('converge', wanted)).failed).toEqual(new Map())
    expect((await node.run('check', wanted)).differing).toEqual([])
    await node.output('sh', '-c', engine)
    expect((await forget(node)).failed).toEqual(new Map())
    expect([await theirs(), await folder()]).toEqual([before, was])
    expect(await node.output('sh', '-c', 'cd /var/lib/tiny-state && find . ! -type d | sort')).toBe(
      './deep/er\n./mine\n./old-log',
    )
  })
})
