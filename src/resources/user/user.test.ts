/** The kind `user` keeps the contract of kinds. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import {
  makeRoot,
  removeRoot,
  snapshot,
  type Snapshot,
  type Tree,
} from '../../../test/contract/scratch-root.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { user } from './user.ts'

const HASH = '$6$bramble$tNl8Cjs9WFbxMgf6Ks2tEyPkP0CqVcTvkmWkPUDAg'
const PASSWD = 'root:x:0:0:root:/root:/bin/bash\n'
const ADA = 'ada:x:1500:1500:Ada:/home/ada:/bin/sh\n'
const given = {
  '/etc/passwd': `${PASSWD}${ADA}`,
  '/etc/group': 'root:x:0:\naudio:x:29:ada\nvideo:x:44:\nada:x:1500:\n',
  '/etc/shadow': { text: 'root:*:19000::::::\nada:*:19000::::::\n', mode: '640' },
  '/etc/login.defs': 'USERGROUPS_ENAB yes\nUID_MIN 1000\nSYS_UID_MIN 100\nSYS_UID_MAX 999\nHOME_MODE 0700\n',
  '/etc/skel/.profile': 'umask 027\n',
  '/home/ada': { folder: true, mode: '700', owner: [1500, 1500] },
  '/bin/sh': { text: '', mode: '755' },
  '/bin/bash': { text: '', mode: '755' },
} as const

describeKind({
  kind: 'user',
  tools: ['useradd', 'usermod', 'userdel', 'groupadd', 'chpasswd'],
  // The shadow suite keeps a copy of each file that it changes, and a lock; setting a hash notes the day in shadow,
  // and the files are written anew with modes of its own.
  // useradd, usermod and their like write these anew.
  rewritten: /^\/etc\/(group|gshadow|passwd|shadow|subgid|subuid)$/,
  remains: /^\/etc(\/(group-|passwd-|shadow-?|\.pwd\.lock))?$/,
  cases: [
    {
      title: 'makes a user with a group of the same name, a home folder and no password',
      given,
      resources: [user({ name: 'grace', uid: 2000, groups: ['video'], comment: 'Grace  $(id) *' })],
      expected: {
        '/etc/passwd': `${PASSWD}${ADA}grace:x:2000:2000:Grace  $(id) *:/home/grace:/bin/bash\n`,
        '/etc/group': 'root:x:0:\naudio:x:29:ada\nvideo:x:44:grace\nada:x:1500:\ngrace:!:2000:\n',
        '/home/grace': { folder: true, mode: '700', owner: [2000, 2000] },
        '/home/grace/.profile': { text: 'umask 027\n', owner: [2000, 2000] },
      },
    },
    {
      title: 'uses a group of the same name that is there already',
      given: { ...given, '/etc/group': `${given['/etc/group']}grace:x:2100:\n` },
      resources: [user({ name: 'grace', uid: 2000 })],
      expected: { '/etc/passwd': `${PASSWD}${ADA}grace:x:2000:2100::/home/grace:/bin/bash\n` },
    },
    {
      title: 'makes a system user without a home folder and shell',
      given,
      resources: [user({ name: 'consul', uid: 500, group: 'audio', system: true })],
      expected: {
        '/etc/passwd': `${PASSWD}${ADA}consul:x:500:29::/nonexistent:/usr/sbin/nologin\n`,
        '/nonexistent': null,
      },
    },
    {
      title: 'changes what is not as wanted and keeps further groups',
      given,
      resources: [user({ name: 'ada', groups: ['video'], shell: '/bin/bash', comment: 'Countess' })],
      expected: {
        '/etc/passwd': `${PASSWD}ada:x:1500:1500:Countess:/home/ada:/bin/bash\n`,
        '/etc/group': 'root:x:0:\naudio:x:29:ada\nvideo:x:44:ada\nada:x:1500:\n',
      },
    },
    {
      title: 'takes a user out of groups that are not listed when membership is exact',
      given,
      resources: [user({ name: 'ada', groups: ['video'], membership: 'exact' })],
      expected: { '/etc/group': 'root:x:0:\naudio:x:29:\nvideo:x:44:ada\nada:x:1500:\n' },
    },
    {
      title: 'makes a home folder that is missing',
      given: { ...given, '/home/ada': null, '/home': { folder: true } },
      resources: [user({ name: 'ada' })],
      expected: { '/home/ada/.profile': { text: 'umask 027\n', owner: [1500, 1500] } },
    },
    {
      title: 'leaves a user alone who is as wanted',
      given,
      resources: [user({ name: 'ada', uid: 1500, group: 'ada', home: '/home/ada', shell: '/bin/sh' })],
      expected: { '/etc/passwd': given['/etc/passwd'] },
      unchanged: ['user:ada'],
    },
    {
      title: 'sets the hash of a password',
      given,
      resources: [user({ name: 'ada', password: HASH })],
      expected: {},
    },
    {
      title: 'removes a user who is wanted to be absent and keeps the home folder',
      given,
      resources: [user({ name: 'ada', state: 'absent' })],
      expected: { '/etc/passwd': PASSWD, '/home/ada': { folder: true, owner: [1500, 1500] } },
    },
  ],
  hostile: {
    given,
    resources: (value) => [user({ name: 'grace', comment: value })],
    read: async (root) => (await readFile(join(root, 'etc/passwd'), 'utf8')).split('\n')[2]?.split(':')[4],
    refuses: ['two\nlines\n', '\ttab and  two spaces ', '" & | < > ( ) { } ! ~ %s %% = , :'],
  },
  failing: {
    given,
    resources: [user({ name: 'grace', uid: 1500 })],
    message: /^$/,
  },
  many: (count) =>
    Array.from({ length: count }, (_, index) => user({ name: `user-${index}`, uid: 3000 + index })),
  manyGiven: given,
})

describe('a password', () => {
  it('reaches the node as a secret content and shows in no program and no event', async () => {
    const root = await makeRoot(given)
    const program = await programOf([user({ name: 'ada', password: HASH })])
    const check = await runProgram(root, program, 'check')
    const result = await runProgram(root, program, 'converge')
    const shadow = await readFile(join(root, 'etc/shadow'), 'utf8')
    await removeRoot(root)
    expect(shadow.split('\n')[1]?.split(':')[1]).toBe(HASH)
    expect(program.text + JSON.stringify([check.lines, result.lines])).not.toContain(HASH)
    expect([...program.contents.values()].map(({ sensitive }) => sensitive)).toEqual([true])
  })

  it('is refused when it is not a hash', () => {
    expect(() => user({ name: 'ada', password: 'swordfish' })).toThrow(/hash/)
  })
})

describe('a removal that was cut off is finished by the next one', () => {
  const grace = [user({ name: 'grace', uid: 2000, groups: ['video'] })]

  /** The root after the user was made, what a cut left, and the removal. */
  async function removedAfter(start: Tree, cut: (root: string) => Promise<void>): Promise<Snapshot> {
    const root = await makeRoot(start)
    await runProgram(root, await programOf(grace), 'converge')
    await cut(root)
    const { failed } = await runProgram(root, await programOf([], ['user']), 'converge')
    const after = await snapshot(root, false)
    await removeRoot(root)
    expect(failed).toEqual(new Map())
    return after
  }

  async function withoutGrace(root: string, file: string): Promise<void> {
    const path = join(root, 'etc', file)
    const lines = (await readFile(path, 'utf8')).split('\n')
    await writeFile(path, lines.filter((line) => !line.startsWith('grace:')).join('\n'))
  }

  it('also when only the home folder was gone', async () => {
    const after = await removedAfter(given, async (root) => rm(join(root, 'home/grace'), { recursive: true }))
    expect(after['/home/grace']).toBeUndefined()
    expect(after['/var/lib/bramble']).toBeUndefined()
  })

  it('also when the home folder was not yet in its place, and what was copied not on the disk', async () => {
    const after = await removedAfter(given, async (root) => {
      await rm(join(root, 'home/grace'), { recursive: true })
      await mkdir(join(root, 'home/.grace.bramble'))
      await writeFile(join(root, 'home/.grace.bramble/.profile'), '')
    })
    expect(Object.keys(after).filter((path) => path.includes('grace'))).toEqual([])
  })

  it('also when userdel was cut off between the files that it writes', async () => {
    const start = { ...given, '/etc/subuid': 'ada:100000:65536\n', '/etc/subgid': 'ada:100000:65536\n' }
    const before = await removedAfter(start, () => Promise.resolve())
    const after = await removedAfter(start, async (root) => {
      await rm(join(root, 'home/grace'), { recursive: true })
      for (const file of ['passwd', 'shadow']) await withoutGrace(root, file)
    })
    for (const file of ['passwd', 'shadow', 'group', 'subuid', 'subgid'])
      expect(after[`/etc/${file}`]).toBe(before[`/etc/${file}`])
  })

  it('also when the account was gone, and with it the group of its name that was there before', async () => {
    const start = { ...given, '/etc/group': `${given['/etc/group']}grace:x:2100:\n` }
    const before = await removedAfter(start, () => Promise.resolve())
    const after = await removedAfter(start, async (root) => {
      // userdel(8) takes both, and is the last that was done.
      await rm(join(root, 'home/grace'), { recursive: true })
      for (const file of ['passwd', 'group', 'shadow']) await withoutGrace(root, file)
    })
    expect(after['/etc/group']).toBe(before['/etc/group'])
    expect(after['/home/grace']).toBeUndefined()
  })
})

it('makes a home folder anew whose making was cut off before its files were on the disk', async () => {
  const cut = { '/home/.ada.bramble': { folder: true }, '/home/.ada.bramble/.profile': '' } as const
  const root = await makeRoot({ ...given, '/home/ada': null, '/home': { folder: true }, ...cut })
  const { failed } = await runProgram(root, await programOf([user({ name: 'ada' })]), 'converge')
  const after = await snapshot(root, false)
  const profile = await readFile(join(root, 'home/ada/.profile'), 'utf8')
  await removeRoot(root)
  expect(failed).toEqual(new Map())
  expect(profile).toBe('umask 027\n')
  expect(after['/home/.ada.bramble']).toBeUndefined()
})

it('lets the owner of a new home folder through the folders that had to be made above it', async () => {
  const root = await makeRoot(given)
  const people = [
    user({ name: 'grace', uid: 2000, home: '/srv/people/grace' }),
    user({ name: 'hedy', uid: 2001, home: '/hedy' }),
  ]
  const { failed } = await runProgram(root, await programOf(people), 'converge')
  const after = await snapshot(root, false)
  await removeRoot(root)
  expect(failed).toEqual(new Map())
  expect(after['/srv/people']).toBe('folder 755 0:0 ')
  expect(after['/srv/people/grace']).toBe('folder 700 2000:2000 ')
  expect(after['/hedy']).toBe('folder 700 2001:2001 ')
})

describe('an account whose making was cut off', () => {
  const grace = [user({ name: 'grace', uid: 2000, groups: ['video'] })]
  const start = {
    ...given,
    '/etc/subuid': 'ada:100000:65536\n',
    '/etc/subgid': 'ada:100000:65536\n',
    '/etc/group': `${given['/etc/group']}grace:x:2100:\n`,
  }

  it.each([
    ['has no subordinate ids', ['subuid', 'subgid'], []],
    ['is in no group, and has no home', ['subuid', 'subgid'], ['group']],
  ])('is made anew: it %s', async (_, lost, changed) => {
    const root = await makeRoot(start)
    const program = await programOf(grace)
    await runProgram(root, program, 'converge')
    const whole = await snapshot(root, false)
    for (const file of lost) await writeFile(join(root, 'etc', file), 'ada:100000:65536\n')
    for (const file of changed) await writeFile(join(root, 'etc', file), start['/etc/group'])
    if (changed.length > 0) await rm(join(root, 'home/grace'), { recursive: true })
    await mkdir(join(root, 'var/lib/bramble/users'), { recursive: true })
    await writeFile(join(root, 'var/lib/bramble/users/grace'), '')
    expect((await runProgram(root, program, 'check')).differing).toEqual(['user:grace'])
    expect((await runProgram(root, program, 'converge')).failed).toEqual(new Map())
    const after = await snapshot(root, false)
    await removeRoot(root)
    for (const path of ['/etc/passwd', '/etc/group', '/etc/subuid', '/etc/subgid', '/home/grace/.profile'])
      expect(after[path]).toBe(whole[path])
    expect(after['/var/lib/bramble/users/grace']).toBeUndefined()
  })
})
