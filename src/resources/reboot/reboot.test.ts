/** The kind `reboot` reports what is due and changes nothing; so it has a suite of its own beside the contract's parts. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { processesOf } from '../../../test/contract/process-count.ts'
import { programOf, runProgram, type ProgramRun, type ShellName } from '../../../test/contract/program-run.ts'
import { makeRoot, removeRoot, snapshot, type Tree } from '../../../test/contract/scratch-root.ts'
import { command } from '../command/command.ts'
import { file } from '../file/file.ts'
import type { Resource } from '../kind.ts'
import { reboot } from './reboot.ts'

const roots: string[] = []
afterEach(async () => {
  await Promise.all(roots.splice(0).map(removeRoot))
})

async function rootWith(given: Tree): Promise<string> {
  const root = await makeRoot(given)
  roots.push(root)
  return root
}

/** A node that runs this kernel with these words. */
function running(kernel: string, commandLine: string, installed: readonly string[] = []): Tree {
  return {
    '/proc/sys/kernel/osrelease': `${kernel}\n`,
    '/proc/sys/kernel/random/boot_id': 'boot-1\n',
    '/proc/cmdline': `${commandLine}\n`,
    ...Object.fromEntries(
      [kernel, ...installed].map((one) => [`/lib/modules/${one}/kernel`, { folder: true }] as const),
    ),
  }
}

/** Whether the last line of a program asks for a reboot. */
const asks = ({ lines }: ProgramRun): boolean => lines.at(-1)?.fields[3] === 'reboot'

const reasons = ({ lines }: ProgramRun): string[] =>
  lines.filter(({ type }) => type === 'differs').map(({ fields }) => fields.slice(2).join(' | '))

const SITUATIONS: readonly [title: string, given: Tree, resource: Resource, reason: string | undefined][] = [
  ['nothing is due on a node without a reason', running('6.1.0-34-amd64', 'quiet'), reboot({}), undefined],
  [
    'a package asked for it',
    { ...running('6.1.0-34-amd64', ''), '/run/reboot-required': '' },
    reboot({}),
    'reason | /run/reboot-required is there | it is not',
  ],
  [
    'a package asked for it and the role does not care',
    { ...running('6.1.0-34-amd64', ''), '/run/reboot-required': '' },
    reboot({ whenRequired: false }),
    undefined,
  ],
  [
    'a newer Debian kernel is installed',
    running('6.1.0-9-amd64', '', ['6.1.0-34-amd64', '6.1.0-10-amd64']),
    reboot({}),
    'kernel | 6.1.0-9-amd64 | 6.1.0-34-amd64',
  ],
  [
    'a newer Raspberry Pi kernel is installed beside those of other boards',
    running('6.12.25+rpt-rpi-v8', '', ['6.12.34+rpt-rpi-v8', '6.12.40+rpt-rpi-2712', '6.6.51+rpt-rpi-v8']),
    reboot({}),
    'kernel | 6.12.25+rpt-rpi-v8 | 6.12.34+rpt-rpi-v8',
  ],
  [
    'the modules of the running kernel are gone, and it is the newest that there was',
    {
      ...Object.fromEntries(
        Object.entries(running('6.1.0-34-amd64', '')).filter(([path]) => !path.startsWith('/lib/modules')),
      ),
      '/lib/modules/6.1.0-9-amd64/kernel': { folder: true },
    },
    reboot({}),
    'modules | those of 6.1.0-34-amd64, which runs, are gone | those of the kernel that runs',
  ],
  [
    'only older kernels are installed',
    running('6.1.0-34-amd64', '', ['6.1.0-9-amd64']),
    reboot({}),
    undefined,
  ],
  [
    'a newer kernel is installed and the role does not care',
    running('6.1.0-9-amd64', '', ['6.1.0-34-amd64']),
    reboot({ whenKernelIsOlder: false }),
    undefined,
  ],
  [
    'the kernel was started without a word, but with one that begins like it',
    running('6.1.0-34-amd64', 'quiet cgroup_enable=memory2 root=/dev/sda1'),
    reboot({ commandLine: ['quiet', 'cgroup_enable=memory'] }),
    'command line | without cgroup_enable=memory | with cgroup_enable=memory',
  ],
  [
    'the kernel was started with all words',
    running('6.1.0-34-amd64', 'quiet cgroup_enable=memory'),
    reboot({ commandLine: ['cgroup_enable=memory'] }),
    undefined,
  ],
  [
    'a container lacks a word of its kernel',
    { ...running('6.1.0-9-amd64', '', ['6.1.0-34-amd64']), '/run/systemd/container': 'systemd-nspawn\n' },
    reboot({ commandLine: ['cgroup_enable=memory'] }),
    undefined,
  ],
]

describeAsRoot.each(['dash', 'busybox', 'bash --posix'] as const)(
  'the kind reboot under %s',
  (shell: ShellName) => {
    it.each(SITUATIONS)('%s', async (_, given, resource, reason) => {
      const root = await rootWith(given)
      const program = await programOf([resource])
      const before = await snapshot(root, true)
      const plan = await runProgram(root, program, 'check', { shell })
      expect(reasons(plan)).toEqual(reason === undefined ? [] : [reason])
      expect(await snapshot(root, true)).toEqual(before)
      const converged = await runProgram(root, program, 'converge', { shell })
      expect(converged).toMatchObject({ code: 0, stderr: '', changed: [], failed: new Map() })
      expect(asks(converged)).toBe(reason !== undefined)
      expect(asks(plan)).toBe(false)
    })

    it('is still due for the whole of the boot in which it was reported', async () => {
      const root = await rootWith(running('6.1.0-34-amd64', 'quiet'))
      const program = await programOf([reboot({ commandLine: ['psi=1'] })])
      for (const _ of [1, 2]) expect(asks(await runProgram(root, program, 'converge', { shell }))).toBe(true)
    })

    it('fails instead of asking for ever when another kernel was promised and the old one runs again', async () => {
      const root = await rootWith(running('6.1.0-9-amd64', '', ['6.1.0-34-amd64']))
      const other = file({ path: '/etc/other', content: 'other' })
      const program = await programOf([other, reboot({})])
      expect(asks(await runProgram(root, program, 'converge', { shell }))).toBe(true)
      await writeFile(join(root, 'proc/sys/kernel/random/boot_id'), 'boot-2\n')
      expect(reasons(await runProgram(root, program, 'check', { shell }))).toEqual([
        'kernel | 6.1.0-9-amd64, also after it was started anew for 6.1.0-34-amd64 | 6.1.0-34-amd64',
      ])
      const result = await runProgram(root, program, 'converge', { shell })
      expect(asks(result)).toBe(false)
      expect(result.failed.get('reboot:node')?.message).toMatch(
        /^the node was started anew for the kernel 6\.1\.0-34-amd64 and still runs 6\.1\.0-9-amd64/,
      )
    })

    it('fails instead of asking for ever when the word is missing after a reboot', async () => {
      const root = await rootWith(running('6.1.0-34-amd64', 'quiet'))
      // A node on which nothing is ours keeps no books.
      const other = file({ path: '/etc/other', content: 'other' })
      const program = await programOf([other, reboot({ commandLine: ['psi=1'] })])
      await runProgram(root, program, 'converge', { shell })
      await writeFile(join(root, 'proc/sys/kernel/random/boot_id'), 'boot-2\n')
      const result = await runProgram(root, program, 'converge', { shell })
      expect(asks(result)).toBe(false)
      expect(result.failed.get('reboot:node')?.message).toBe(
        'the node was started anew and its kernel still lacks: psi=1',
      )
      expect(asks(await runProgram(root, program, 'converge', { shell })), 'a next apply tries again').toBe(
        true,
      )
    })
  },
)

describeAsRoot('the kind reboot', () => {
  it('asks for none when a change that it waits for has failed', async () => {
    const root = await rootWith({ ...running('6.1.0-34-amd64', 'quiet'), '/run/reboot-required': '' })
    const broken = command({ name: 'break', run: ['false'], creates: '/srv/never' })
    const result = await runProgram(
      root,
      await programOf([broken, reboot({ needs: ['command:break'] })]),
      'converge',
    )
    expect(asks(result)).toBe(false)
  })

  it('asks when the reason came up in the same run', async () => {
    const root = await rootWith(running('6.1.0-34-amd64', 'quiet'))
    const update = file({ path: '/run/reboot-required', content: '' })
    expect(asks(await runProgram(root, await programOf([reboot({}), update]), 'converge'))).toBe(true)
  })

  it('forgets what it asked for once the kernel has the words', async () => {
    const root = await rootWith(running('6.1.0-34-amd64', 'quiet'))
    const other = file({ path: '/etc/other', content: 'other' })
    const program = await programOf([other, reboot({ commandLine: ['psi=1'] })])
    await runProgram(root, program, 'converge')
    await writeFile(join(root, 'proc/cmdline'), 'psi=1\n')
    await runProgram(root, program, 'converge')
    await writeFile(join(root, 'proc/cmdline'), 'quiet\n')
    await writeFile(join(root, 'proc/sys/kernel/random/boot_id'), 'boot-2\n')
    expect(asks(await runProgram(root, program, 'converge'))).toBe(true)
  })

  it('leaves nothing behind but its own books', async () => {
    const root = await rootWith({ '/run/reboot-required': '' })
    const before = await snapshot(root, false, /^\/var\/lib\/bramble/)
    await runProgram(root, await programOf([reboot({})]), 'converge')
    await rm(join(root, 'run/reboot-required'))
    const after = await snapshot(root, false, /^\/var\/lib\/bramble/)
    expect(Object.keys(after)).toEqual(Object.keys(before).filter((path) => path !== '/run/reboot-required'))
  })

  it('starts as many processes for 500 resources as for 50', async () => {
    const root = await rootWith(running('6.1.0-34-amd64', 'quiet', ['6.1.0-9-amd64']))
    const many = (count: number): Resource[] =>
      Array.from({ length: count }, (_, index) =>
        reboot({ name: `reason ${index}`, commandLine: [`word=${index}`] }),
      )
    expect(await processesOf(root, await programOf(many(500)))).toBe(
      await processesOf(root, await programOf(many(50))),
    )
  })

  it('refuses a word that would be two', () => {
    expect(() => reboot({ commandLine: ['two words'] })).toThrow(
      'must be one word of the kernel command line',
    )
  })
})
