/** The kind `sshd-config` keeps the contract of kinds; a real sshd says what is in force, and ssh-audit what it offers. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HOSTILE_VALUES } from '../../../test/contract/hostile-values.ts'
import { describeKind } from '../../../test/contract/kind.ts'
import { withOwnSystem, type OwnSystem } from '../../../test/contract/own-namespaces.ts'
import { entryAt } from '../../../test/contract/scratch-root.ts'
import { programOf } from '../../../test/contract/program-run.ts'
import { baseOptions } from '../../roles/base/options.ts'
import { sshSettings } from '../../roles/base/ssh-server.ts'
import { isSshdKeyword } from './keywords.ts'
import { sshdConfig } from './sshd-config.ts'

const PATH = '/etc/ssh/sshd_config.d/10-bramble.conf'
const folder = { '/etc/ssh/sshd_config.d': { folder: true as const } }
const settings = [
  { keyword: 'MaxAuthTries', value: '3' },
  { keyword: 'PasswordAuthentication', value: 'no', always: true },
  { keyword: 'MACs', value: '-*-sha1,umac-64*' },
]
const wanted = sshdConfig({ path: PATH, user: 'root', settings })
const TEXT =
  'MaxAuthTries 3\nPasswordAuthentication no\nMACs -*-sha1,umac-64*\nMatch all\n  PasswordAuthentication no\n'

describeKind({
  kind: 'sshd-config',
  cases: [
    { title: 'writes the settings', given: folder, resources: [wanted], expected: { [PATH]: TEXT } },
    {
      title: 'replaces what is there',
      given: { [PATH]: 'X11Forwarding yes\n' },
      resources: [wanted],
      expected: { [PATH]: TEXT },
    },
  ],
  hostile: {
    given: folder,
    resources: (value) => [
      sshdConfig({ path: PATH, user: 'root', settings: [{ keyword: 'Banner', value }] }),
    ],
    read: async (root) => {
      const text = (await entryAt(root, PATH, '')) as string
      return text.slice('Banner '.length, -1)
    },
    apart: true,
    refuses: HOSTILE_VALUES.filter((value) => /\p{Cc}/u.test(value)),
  },
  many: (count) =>
    Array.from({ length: count }, (_, index) =>
      sshdConfig({ path: `/etc/ssh/sshd_config.d/${index}.conf`, user: 'root', settings }),
    ),
  manyGiven: folder,
})

const reason = process.getuid?.() !== 0 ? 'not root' : !existsSync('/usr/sbin/sshd') ? 'no sshd' : undefined
if (reason !== undefined) console.warn(`sshd-config.test.ts is skipped in part: ${reason}`)

describe.skipIf(reason !== undefined)('settings of a real sshd', () => {
  it('are told by keywords that are all known', async () => {
    await withOwnSystem(async (system) => {
      await system.run('mkdir', '-p', '/run/sshd')
      const { stdout } = await system.run('/usr/sbin/sshd', '-T')
      const keywords = [...stdout.toString().matchAll(/^[a-z0-9]+/gm)].map(([keyword]) => keyword)
      expect(keywords.length).toBeGreaterThan(50)
      expect(keywords.filter((keyword) => !isSshdKeyword(keyword))).toEqual([])
    })
  })

  const cases = [
    [
      'a drop-in that sorts before ours',
      'echo MaxAuthTries 9 >/etc/ssh/sshd_config.d/00-first.conf',
      '00-first.conf:1',
    ],
    [
      'an sshd_config that includes nothing',
      'sed -i "/^Include/d; 1iMaxAuthTries 9" /etc/ssh/sshd_config',
      'sshd_config:1',
    ],
  ] as const
  for (const [what, shell, place] of cases) {
    it(`win over ${what}: told with its place, mended, and put back`, async () => {
      await withOwnSystem(async (system) => {
        await system.run('mkdir', '-p', '/run/sshd')
        expect(await inForce(system, 'maxauthtries')).toBe('6')
        const program = await programOf([wanted])
        expect((await system.apply(program)).failed).toEqual(new Map())
        expect(await inForce(system, 'maxauthtries')).toBe('3')
        expect((await system.apply(program, 'check')).differing).toEqual([])
        await system.run('sh', '-c', shell)
        const before = (
          await system.run('stat', '-c', '%s %Y %a %U %h', '/etc/ssh/sshd_config')
        ).stdout.toString()
        expect(await inForce(system, 'maxauthtries')).toBe('9')
        const plan = await system.apply(program, 'check')
        const fields = plan.lines.filter(({ type }) => type === 'differs').map((line) => line.fields.slice(2))
        expect(fields).toContainEqual([
          'maxauthtries',
          expect.stringMatching(new RegExp(`^9 \\(.*${place.replaceAll('.', '\\.')}`)) as string,
          '3',
        ])
        expect((await system.apply(program)).failed).toEqual(new Map())
        expect(await inForce(system, 'passwordauthentication')).toBe('no')
        expect(await inForce(system, 'maxauthtries')).toBe('3')
        expect((await system.apply(program, 'check')).differing).toEqual([])
        await system.run('rm', '-f', '/var/lib/bramble/services/ssh.service.stale')
        expect((await system.apply(await programOf([], ['sshd-config']))).failed).toEqual(new Map())
        expect(
          (await system.run('stat', '-c', '%s %Y %a %U %h', '/etc/ssh/sshd_config')).stdout.toString(),
        ).toBe(before)
        expect(await inForce(system, 'maxauthtries')).toBe('9')
      })
    }, 60_000)
  }

  it('win over a Match block for somebody else', async () => {
    await withOwnSystem(async (system) => {
      await system.run('mkdir', '-p', '/run/sshd')
      await system.run(
        'sh',
        '-c',
        'printf "Match User daemon\\n  PasswordAuthentication yes\\n" >>/etc/ssh/sshd_config',
      )
      expect(await inForce(system, 'passwordauthentication', 'daemon')).toBe('yes')
      await system.apply(await programOf([wanted]))
      expect(await inForce(system, 'passwordauthentication', 'daemon')).toBe('no')
    })
  })

  it('that lose against a Match block for the user whom we log in as fail with its place', async () => {
    await withOwnSystem(async (system) => {
      await system.run('mkdir', '-p', '/run/sshd')
      const match =
        'printf "Match User root\\n  MaxAuthTries 9\\n  PasswordAuthentication yes\\n" >>/etc/ssh/sshd_config'
      await system.run('sh', '-c', match)
      const done = await system.apply(await programOf([wanted]))
      expect([...done.failed.values()][0]?.message).toMatch(
        /^sshd -T says maxauthtries 9, wanted is 3: look at \/etc\/ssh\/sshd_config:\d+$/,
      )
      expect(await inForce(system, 'passwordauthentication')).toBe('no')
    })
  })

  it('that lose against the options of the command line fail with their place', async () => {
    await withOwnSystem(async (system) => {
      await system.run('mkdir', '-p', '/run/sshd')
      await system.run('sh', '-c', 'echo \'SSHD_OPTS="-o MaxAuthTries=9"\' >/etc/default/ssh')
      const done = await system.apply(await programOf([wanted]))
      expect([...done.failed.values()][0]?.message).toBe(
        'sshd -T says maxauthtries 9, wanted is 3: look at /etc/default/ssh:1',
      )
      expect((await system.apply(await programOf([wanted]), 'check')).differing).not.toEqual([])
    })
  })

  it('that sshd does not take leave everything as it was', async () => {
    await withOwnSystem(async (system) => {
      await system.run('mkdir', '-p', '/run/sshd')
      const bad = sshdConfig({
        path: PATH,
        user: 'root',
        settings: [{ keyword: 'MaxAuthTries', value: 'many' }],
      })
      const done = await system.apply(await programOf([bad]))
      expect([...done.failed.values()][0]?.message).toMatch(
        /refuses the settings: .*MaxAuthTries.*nothing was changed/,
      )
      expect((await system.run('test', '-e', PATH)).code).toBe(1)
    })
  })

  it('of the role base offer nothing that ssh-audit fails or warns of', async () => {
    if (!existsSync('/usr/bin/ssh-audit'))
      throw new Error('ssh-audit is not installed: apt-get install ssh-audit')
    await withOwnSystem(async (system) => {
      await system.run('mkdir', '-p', '/run/sshd')
      await system.run('ip', 'link', 'set', 'lo', 'up')
      const bare = await audit(system)
      expect(bare).toMatch(/^\(fail\)|\[fail\]/m)
      const own = sshdConfig({
        path: PATH,
        user: 'root',
        settings: sshSettings(baseOptions.parse({}).ssh, 'root'),
      })
      expect((await system.apply(await programOf([own]))).failed).toEqual(new Map())
      const hardened = await audit(system)
      expect(hardened).toContain('(kex)')
      const bad = hardened.split('\n').filter((line) => /\[(fail|warn)\]/.test(line))
      // ssh-audit of Debian 12 is older than these names.
      expect(bad.filter((line) => !/^\(kex\) (sntrup761|mlkem768|kex-strict-s)/.test(line))).toEqual([])
      expect(bad.filter((line) => line.includes('[fail]'))).toEqual([])
    })
  }, 60_000)
})

async function inForce(system: OwnSystem, keyword: string, user = 'root'): Promise<string> {
  const spec = `user=${user},host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22`
  const { stdout } = await system.run('/usr/sbin/sshd', '-T', '-C', spec)
  return new RegExp(`^${keyword} (.*)$`, 'm').exec(stdout.toString())?.[1] ?? ''
}

/** What ssh-audit says of an sshd with the configuration that is there. */
async function audit(system: OwnSystem): Promise<string> {
  const script =
    '/usr/sbin/sshd -D -e -p 2222 -o PidFile=none 2>/run/sshd.log & pid=$!; ' +
    'until ss -ltn | grep -q :2222; do kill -0 $pid || exit 1; done; ' +
    'ssh-audit -n -p 2222 127.0.0.1; kill $pid'
  return (await system.run('sh', '-c', script)).stdout.toString()
}
