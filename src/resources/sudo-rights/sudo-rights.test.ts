/** The kind `sudo-rights` keeps the contract of kinds; a real sudo says what its files come to. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { withOwnSystem, type OwnSystem } from '../../../test/contract/own-namespaces.ts'
import { programOf } from '../../../test/contract/program-run.ts'
import { file } from '../file/file.ts'
import { sudoRights } from './sudo-rights.ts'

const PATH = '/etc/sudoers.d/50-bramble'
const rights = sudoRights({ path: PATH, users: ['ada'] })

describeKind({
  kind: 'sudo-rights',
  cases: [
    {
      title: 'changes nothing, in another root least of all',
      given: { [PATH]: 'text' },
      resources: [rights],
      expected: { [PATH]: 'text' },
      unchanged: [`sudo-rights:${PATH}`],
    },
  ],
  many: (count) =>
    Array.from({ length: count }, (_, index) =>
      sudoRights({ path: `/etc/sudoers.d/${index}`, users: ['ada'] }),
    ),
})

const reason =
  process.getuid?.() !== 0 ? 'not root' : existsSync('/usr/bin/cvtsudoers') ? undefined : 'no sudo'
if (reason !== undefined) console.warn(`sudo-rights.test.ts is skipped in part: ${reason}`)

const ours = file({ path: PATH, content: 'ada ALL=(ALL:ALL) NOPASSWD: ALL\n', mode: '440' })

/** A file of somebody else. */
async function foreign(system: OwnSystem, path: string, text: string): Promise<void> {
  await system.run('sh', '-c', 'printf "%s\n" "$2" >>"$1"; chmod 440 "$1"', 'sh', path, text)
}

/** What a look says of the rights, and how an apply ends. */
async function seen(system: OwnSystem): Promise<{ said: string[]; failed: string[] }> {
  const program = await programOf([ours, rights])
  const plan = await system.apply(program, 'check')
  const said = plan.lines
    .filter(({ type }) => type === 'differs')
    .map(({ fields }) => fields.slice(2).join(' | '))
  const done = await system.apply(program)
  return { said, failed: [...done.failed.values()].map(({ message }) => message) }
}

/** Whether a real sudo lets ada become root without asking. */
async function may(system: OwnSystem): Promise<boolean> {
  const { code } = await system.run('setpriv', '--reuid', 'ada', '--clear-groups', 'sudo', '-n', '/bin/true')
  return code === 0
}

async function withAda(use: (system: OwnSystem) => Promise<void>): Promise<void> {
  await withOwnSystem(async (system) => {
    await system.run('useradd', '-M', '-G', 'games', 'ada')
    await system.apply(await programOf([ours, rights]))
    await use(system)
  })
}

describe.skipIf(reason !== undefined)('rights of a real sudo', () => {
  it('that are in force differ in nothing, whatever says the same or speaks of others', async () => {
    await withAda(async (system) => {
      await foreign(system, '/etc/sudoers.d/90-site', '%games ALL=(ALL) NOPASSWD: ALL')
      await foreign(system, '/etc/sudoers.d/91-others', 'daemon ALL=(ALL) !ALL')
      await foreign(system, '/etc/sudoers.d/92-some', 'ada ALL=(daemon) PASSWD: ALL')
      await foreign(system, '/etc/sudoers.d/93-elsewhere', 'ada elsewhere = (ALL) PASSWD: ALL')
      expect(await seen(system)).toEqual({ said: [], failed: [] })
      expect(await may(system)).toBe(true)
    })
  })

  it.each([
    [
      'a later file for the user',
      '/etc/sudoers.d/90-site',
      'ada ALL=(ALL) PASSWD: ALL',
      /ada asks for a password/,
    ],
    ['one for a group', '/etc/sudoers.d/90-site', '%games ALL=(ALL) ALL', /%games asks for a password/],
    [
      'one with an alias',
      '/etc/sudoers.d/90-site',
      'User_Alias STAFF = daemon, ada\nSTAFF ALL=(ALL) !ALL',
      /daemon,ada forbids everything/,
    ],
    ['the end of sudoers', '/etc/sudoers', 'ALL ALL=(ALL:ALL) ALL', /ALL asks for a password/],
    [
      'one that keeps a command back',
      '/etc/sudoers.d/90-site',
      'ada ALL=(ALL) NOPASSWD: ALL, !/bin/true',
      /allows ALL,!\/bin\/true/,
    ],
  ])('that lose against %s are told with what is read after ours', async (_, path, text, why) => {
    await withAda(async (system) => {
      expect(await may(system)).toBe(true)
      await foreign(system, path, text)
      expect(await may(system)).toBe(false)
      const { said, failed } = await seen(system)
      expect(said).toEqual([expect.stringMatching(why)])
      expect(said[0]).toContain(path)
      expect(failed).toEqual([expect.stringMatching(why)])
      expect((await system.read(path)).endsWith(text.split('\n').at(-1) ?? '')).toBe(true)
    })
  })

  it('are told by the file and line that sudo cannot read', async () => {
    await withAda(async (system) => {
      await foreign(system, '/etc/sudoers.d/70-broken', 'this is no rule')
      const { said, failed } = await seen(system)
      expect(said).toEqual([
        expect.stringMatching(/^visudo -c \| \/etc\/sudoers\.d\/70-broken:1.*syntax error/),
      ])
      expect(failed).toEqual([expect.stringContaining('mend or remove that file')])
    })
  })

  it('that nothing gives any more are told', async () => {
    await withAda(async (system) => {
      await system.run('sed', '-i', '/includedir/d', '/etc/sudoers')
      const { said } = await seen(system)
      expect(said).toEqual([expect.stringContaining('no rule gives it any rights')])
    })
  })
})
