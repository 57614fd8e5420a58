/** The kind `mount` keeps the contract of kinds, and really mounts file systems. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { withOwnSystem } from '../../../test/contract/own-namespaces.ts'
import { programOf, type ProgramRun } from '../../../test/contract/program-run.ts'
import { mount } from './mount.ts'

const ROOT = 'PARTUUID=1234-02  /  ext4  defaults,noatime  0  1\n'
const given = { '/etc/fstab': `# fstab\n${ROOT}` } as const
/** As fstab has a backslash. */
const WANTED = String.raw`x-systemd.wanted-by=local-fs.target,x-systemd.wanted-by=dev-disk-by\134x2dlabel-data.device`
const data = mount({ path: '/srv/data', source: 'LABEL=data', type: 'ext4', options: ['noatime'] })

describeKind({
  kind: 'mount',
  cases: [
    {
      title: 'adds a line and makes the folder',
      given,
      resources: [data],
      expected: {
        '/etc/fstab': `# fstab\n${ROOT}LABEL=data /srv/data ext4 noatime,nofail,${WANTED} 0 0\n`,
        '/srv/data': { folder: true },
      },
    },
    {
      title: 'makes the folders above it, through which everybody comes',
      given: { '/etc/fstab': ROOT, '/srv/kept': { folder: true } },
      resources: [mount({ path: '/srv/kept/a/b/data', source: 'LABEL=data', type: 'ext4' })],
      expected: {
        '/srv/kept/a': { folder: true, mode: '755' },
        '/srv/kept/a/b': { folder: true, mode: '755' },
        '/srv/kept/a/b/data': { folder: true, mode: '0' },
      },
    },
    {
      title: 'changes the line of a folder and keeps its place',
      given: {
        '/etc/fstab': `LABEL=old /srv/data ext4 defaults 0 2\n${ROOT}`,
        '/srv/data': { folder: true },
      },
      resources: [mount({ path: '/srv/data', source: 'tmpfs', type: 'tmpfs', nofail: false })],
      expected: { '/etc/fstab': `tmpfs /srv/data tmpfs defaults 0 0\n${ROOT}` },
    },
    {
      title: 'leaves a line alone that says the same with other blanks',
      given: {
        '/etc/fstab': `LABEL=data\t/srv/data  ext4\tnoatime,nofail,${WANTED}`,
        '/srv/data': { folder: true },
      },
      resources: [data],
      expected: {},
      unchanged: ['mount:/srv/data'],
    },
    {
      title: 'takes out the line of what is wanted to be absent',
      given: { '/etc/fstab': `${ROOT}LABEL=data /srv/data ext4 defaults 0 2\n` },
      resources: [mount({ path: '/srv/data', state: 'absent' })],
      expected: { '/etc/fstab': ROOT },
    },
  ],
  hostile: {
    given,
    resources: (value) => [mount({ path: '/srv/data', source: `//server/${value}`, type: 'cifs' })],
    read: async (root) => {
      const [, , line = ''] = (await readFile(join(root, 'etc/fstab'), 'utf8')).split('\n')
      const source = line.split(' ')[0] ?? ''
      return source
        .replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
        .slice('//server/'.length)
    },
    refuses: ['two\nlines\n', '\ttab and  two spaces '],
  },
  absent: {
    given: { ...given, '/srv/data': { folder: true } },
    present: [data],
    absent: [mount({ path: '/srv/data', state: 'absent' })],
  },
  failing: {
    given: { '/srv/data': 'no folder\n' },
    resources: [data],
    message: /^$/,
  },
  many: (count) =>
    Array.from({ length: count }, (_, index) =>
      mount({ path: `/srv/disk-${index}`, source: `LABEL=disk-${index}` }),
    ),
})

describe('on a running system', () => {
  const wanted = (options: string[]) =>
    programOf([mount({ path: '/mnt/my data', source: 'tmpfs', type: 'tmpfs', options })])
  const address = 'mount:/mnt/my data'
  const told = ({ lines }: ProgramRun): string =>
    lines.flatMap(({ type, fields }) => (type === 'notice' ? fields : [])).join()

  it('a file system is mounted, remounted with other options, and unmounted when it is removed', async () => {
    await withOwnSystem(async ({ apply, read, run }) => {
      const live = async () =>
        (await run('findmnt', '-n', '-o', 'FSTYPE,OPTIONS', '/mnt/my data')).stdout.toString()
      const fstab = await read('/etc/fstab')
      const first = await wanted(['size=1m'])
      expect((await apply(first)).failed).toEqual(new Map())
      expect(await live()).toMatch(/^tmpfs +rw,relatime,size=1024k/)
      expect((await apply(first, 'check')).differing).toEqual([])
      expect((await apply(await wanted(['size=1m', 'noatime', 'nosuid']))).changed).toEqual([address])
      expect(await live()).toMatch(/^tmpfs +rw,nosuid,noatime,/)
      expect((await apply(await programOf([], ['mount']))).removed).toEqual([address])
      expect(await live()).toBe('')
      expect(await read('/etc/fstab')).toBe(fstab)
      expect((await run('test', '-e', '/mnt/my data')).code).toBe(1)
    })
  })

  it('what somebody has unmounted is mounted again', async () => {
    await withOwnSystem(async ({ apply, run }) => {
      const program = await wanted([])
      await apply(program)
      await run('umount', '/mnt/my data')
      expect((await apply(program)).changed).toEqual([address])
      expect((await run('mountpoint', '-q', '/mnt/my data')).code).toBe(0)
    })
  })

  it('a file system that is in use is not taken away, and the failure says so', async () => {
    await withOwnSystem(async ({ apply, run }) => {
      await apply(await wanted([]))
      await run('mkdir', '/mnt/my data/inside')
      await run('mount', '-t', 'tmpfs', 'tmpfs', '/mnt/my data/inside')
      const result = await apply(await programOf([], ['mount']))
      expect(result.failed.get(address)?.message).toMatch(/^\/mnt\/my data is in use/)
    })
  })

  it('another file system in that place is left alone, and the failure says so', async () => {
    await withOwnSystem(async ({ apply, run }) => {
      await run('mkdir', '/mnt/my data')
      await run('mount', '-t', 'ramfs', 'ramfs', '/mnt/my data')
      const result = await apply(await wanted([]))
      expect(result.failed.get(address)?.message).toMatch(
        /^something else is mounted at \/mnt\/my data \(ramfs\)/,
      )
    })
  })

  it('what lies beneath is told with its size, and left alone', async () => {
    await withOwnSystem(async ({ apply, read, run }) => {
      const program = await wanted([])
      await run('mkdir', '/mnt/my data')
      await run('sh', '-c', 'echo old >"/mnt/my data/left"')
      const said = '1 file (4 bytes) in /mnt/my data, beneath what is to be mounted there and is not'
      expect(told(await apply(program, 'check'))).toContain(said)
      await apply(program)
      expect(told(await apply(program, 'check'))).toBe('')
      await run('umount', '/mnt/my data')
      expect(told(await apply(program, 'check'))).toContain(said)
      expect(await read('/mnt/my data/left')).toBe('old')
    })
  })

  it('the folder that was made for it holds nobody who writes as long as nothing is mounted', async () => {
    await withOwnSystem(async ({ apply, run }) => {
      await apply(await wanted([]))
      await run('umount', '/mnt/my data')
      expect((await run('stat', '-c', '%a', '/mnt/my data')).stdout.toString().trim()).toBe('0')
    })
  })

  it('a disk that is not there is a failure, so that nothing is made beneath', async () => {
    await withOwnSystem(async ({ apply }) => {
      const missing = mount({ path: '/mnt/my data', source: '/dev/nothing-is-here', type: 'ext4' })
      const result = await apply(await programOf([missing]))
      expect(result.failed.get(address)?.message).toMatch(/^\/dev\/nothing-is-here is not there/)
    })
  })
})
