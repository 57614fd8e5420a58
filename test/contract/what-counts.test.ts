/** Our files are as we wrote them, and something else counts: it is told in a look, and mended, or refused with its place. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { authorizedKey } from '../../src/resources/authorized-key/authorized-key.ts'
import { file } from '../../src/resources/file/file.ts'
import { hosts } from '../../src/resources/hosts/hosts.ts'
import { kernelModule } from '../../src/resources/kernel-module/kernel-module.ts'
import type { Resource } from '../../src/resources/kind.ts'
import { mount } from '../../src/resources/mount/mount.ts'
import { run } from '../../src/support/run.ts'
import { withOwnSystem, type OwnSystem } from './own-namespaces.ts'
import { programOf, runProgram } from './program-run.ts'
import { makeRoot, removeRoot } from './scratch-root.ts'

const KEY = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString('base64')} ada@laptop`

/** What is wanted, what somebody does, what a look says of it, and what an apply answers; nothing where it mends it. */
interface Sight {
  readonly title: string
  readonly wanted: Resource
  readonly before?: string
  readonly done: string
  readonly said: RegExp
  readonly answer?: RegExp
}

const key = authorizedKey({ user: 'ada', key: KEY })
const withAda = 'useradd -m -d /var/lib/ada -s /bin/sh ada; mkdir -p /run/sshd'
const loaded = readdirSync('/sys/module')[0] ?? 'overlay'

const SIGHTS: readonly Sight[] = [
  {
    title: 'a second line in fstab for our mount',
    wanted: mount({ path: '/mnt/scratch', source: 'tmpfs', type: 'tmpfs' }),
    done: 'echo "tmpfs /mnt/scratch tmpfs ro 0 0" >>/etc/fstab',
    said: /^fstab \| more than one line/,
  },
  {
    title: 'a module of ours that is blacklisted',
    wanted: kernelModule({ name: loaded }),
    done: `mkdir -p /etc/modprobe.d; printf "# why\\nblacklist ${loaded.replaceAll('_', '-')}\\n" >/etc/modprobe.d/local.conf`,
    said: /^at boot \| blacklisted \(\/etc\/modprobe\.d\/local\.conf:2\)/,
    answer: /is blacklisted \(\/etc\/modprobe\.d\/local\.conf:2\)/,
  },
  {
    title: 'a module of ours that is installed as nothing',
    wanted: kernelModule({ name: loaded }),
    done: `mkdir -p /etc/modprobe.d; echo "install ${loaded} /bin/true" >/etc/modprobe.d/local.conf`,
    said: /^at boot \| blacklisted \(\/etc\/modprobe\.d\/local\.conf:1\)/,
    answer: /is blacklisted/,
  },
  {
    title: 'names that are asked of DNS before /etc/hosts',
    wanted: hosts({ entries: [{ address: '192.0.2.10', names: ['hammond'] }] }),
    before: 'echo "hosts: files dns" >/etc/nsswitch.conf',
    done: 'echo "hosts: mymachines dns [NOTFOUND=return] files" >/etc/nsswitch.conf',
    said: /^\/etc\/nsswitch\.conf \| hosts: dns/,
    answer: /put files in front/,
  },
  {
    title: 'names that are not looked for in /etc/hosts',
    wanted: hosts({ entries: [{ address: '192.0.2.10', names: ['hammond'] }] }),
    before: 'echo "hosts: files resolve dns" >/etc/nsswitch.conf',
    done: 'echo "hosts: mdns4_minimal dns" >/etc/nsswitch.conf',
    said: /^\/etc\/nsswitch\.conf \| hosts: mdns4_minimal dns, no files/,
    answer: /put files in front/,
  },
  {
    title: 'an account that has expired',
    wanted: key,
    before: withAda,
    done: 'usermod -e 2001-01-01 ada',
    said: /^account \| the account has expired/,
    answer: /ada cannot log in: the account has expired.*chage -E -1/,
  },
  {
    title: 'a password that has expired',
    wanted: key,
    before: withAda,
    done: 'chage -d 2001-01-01 -M 30 ada',
    said: /^account \| the password has expired/,
    answer: /chage -E -1 -M -1 ada/,
  },
  {
    title: 'a password that has to be changed at the next login',
    wanted: key,
    before: withAda,
    done: 'chage -d 0 ada',
    said: /^account \| the password has to be changed first/,
    answer: /chage -d -1 ada/,
  },
  {
    title: 'keys that the SSH server looks for elsewhere',
    wanted: key,
    before: withAda,
    done: 'echo "AuthorizedKeysFile /etc/ssh/keys/%u" >/etc/ssh/sshd_config.d/10-elsewhere.conf',
    said: /^AuthorizedKeysFile \| \/etc\/ssh\/keys\/%u \(\/etc\/ssh\/sshd_config\.d\/10-elsewhere\.conf\)/,
    answer: /the SSH server reads \/etc\/ssh\/keys\/%u/,
  },
  {
    title: 'a home folder that others may write to',
    wanted: key,
    before: withAda,
    done: 'chmod 777 /var/lib/ada',
    said: /^home \| 777 owner \d+/,
    answer: /so the SSH server takes no key of ada; type chmod go-w/,
  },
]

const HARMLESS: readonly (readonly [title: string, wanted: Resource, before: string])[] = [
  [
    'another order with systemd-resolved',
    hosts({ entries: [{ address: '192.0.2.10', names: ['hammond'] }] }),
    'echo "hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns # as shipped" >/etc/nsswitch.conf',
  ],
  [
    'a place that is ours in other words',
    key,
    `${withAda}; echo "AuthorizedKeysFile /etc/ssh/keys/%u %h/.ssh/authorized_keys" >/etc/ssh/sshd_config.d/10-also.conf`,
  ],
  ['an account that ends later', key, `${withAda}; usermod -e 2199-01-01 ada; chage -M 99999 ada`],
  [
    'a module that goes by another name',
    kernelModule({ name: loaded }),
    `mkdir -p /etc/modprobe.d; echo "blacklist ${loaded}_too" >/etc/modprobe.d/local.conf`,
  ],
]

async function look(system: OwnSystem, wanted: Resource): Promise<string[]> {
  const { lines } = await system.apply(await programOf([wanted]), 'check')
  return lines.filter(({ type }) => type === 'differs').map(({ fields }) => fields.slice(2).join(' | '))
}

const reason = process.getuid?.() === 0 ? undefined : 'not root'
if (reason !== undefined) console.warn(`what-counts.test.ts is skipped: ${reason}`)

describe.skipIf(reason !== undefined)('what counts', () => {
  it.each(SIGHTS)('is not $title', async ({ wanted, before, done, said, answer }) => {
    await withOwnSystem(async (system) => {
      if (before !== undefined) await system.run('sh', '-c', before)
      expect((await system.apply(await programOf([wanted]))).failed).toEqual(new Map())
      expect(await look(system, wanted)).toEqual([])
      await system.run('sh', '-c', done)
      expect(await look(system, wanted)).toEqual([expect.stringMatching(said)])
      const { failed } = await system.apply(await programOf([wanted]))
      const answers = [...failed.values()].map(({ message }) => message)
      expect(answers).toEqual(answer === undefined ? [] : [expect.stringMatching(answer)])
      if (answer === undefined) expect(await look(system, wanted)).toEqual([])
    })
  })

  it.each(HARMLESS)('may be %s', async (_, wanted, before) => {
    await withOwnSystem(async (system) => {
      await system.run('sh', '-c', before)
      expect((await system.apply(await programOf([wanted]))).failed).toEqual(new Map())
      expect(await look(system, wanted)).toEqual([])
    })
  })
})

/** Files here can be held fast: root, chattr(1), and a file system that knows it. */
async function canHold(root: string): Promise<boolean> {
  if (reason !== undefined || !existsSync('/usr/bin/chattr')) return false
  const { code } = await run('chattr', ['+i', join(root, 'try')])
  await run('chattr', ['-i', join(root, 'try')])
  return code === 0
}

describe('a path that an attribute holds fast', () => {
  const motd = file({ path: '/etc/motd', content: 'new\n' })

  it.each([
    ['the file', 'etc/motd', [motd]],
    ['its folder', 'etc', [motd]],
    [
      'the file, with another mode alone',
      'etc/motd',
      [file({ path: '/etc/motd', content: 'old\n', mode: '600' })],
    ],
    ['a file that is to go', 'etc/motd', [file({ path: '/etc/motd', state: 'absent' })]],
  ] as const)('is named with the way out: %s', async (_, held, wanted) => {
    const root = await makeRoot({ '/etc/motd': 'old\n', '/try': '' })
    try {
      if (!(await canHold(root))) {
        console.warn('what-counts.test.ts: no attributes on this file system, one test passes over them')
        return
      }
      await run('chattr', ['+i', join(root, held)])
      const { failed } = await runProgram(root, await programOf([...wanted]), 'converge')
      expect([...failed.values()].map(({ message }) => message)).toEqual([
        expect.stringMatching(new RegExp(`^/${held} is held fast .*chattr -i -a /${held}, then apply again`)),
      ])
    } finally {
      await run('chattr', ['-i', join(root, held)])
      await removeRoot(root)
    }
  })
})
