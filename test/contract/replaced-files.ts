/** Runs every kind that writes files under strace, and follows every file that is replaced. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authorizedKey } from '../../src/resources/authorized-key/authorized-key.ts'
import { bootCommandLine } from '../../src/resources/boot-command-line/boot-command-line.ts'
import { file } from '../../src/resources/file/file.ts'
import { hostname } from '../../src/resources/hostname/hostname.ts'
import { hosts } from '../../src/resources/hosts/hosts.ts'
import { kernelModule } from '../../src/resources/kernel-module/kernel-module.ts'
import type { Resource } from '../../src/resources/kind.ts'
import { link } from '../../src/resources/link/link.ts'
import { locale } from '../../src/resources/locale/locale.ts'
import { mount } from '../../src/resources/mount/mount.ts'
import { sysctl } from '../../src/resources/sysctl/sysctl.ts'
import { timezone } from '../../src/resources/timezone/timezone.ts'
import { programOf, runProgram, type ShellName } from './program-run.ts'
import { makeRoot, removeRoot, type Tree } from './scratch-root.ts'
import { replacements, type Replacement } from './replacements.ts'
import { FILE_CALLS, readCalls, STRACE } from './system-calls.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILV5MoHhCy1DW7/21X6+3DxncJgcdsVSh2SyAvwhVrnd ada@laptop'

/** What is there: for every kind something that it must replace. */
const GIVEN: Tree = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nada:x:1500:1600::/home/ada:/bin/sh\n',
  '/home/ada/.ssh': { folder: true, mode: '700', owner: [1500, 1600] },
  '/home/ada/.ssh/authorized_keys': { text: '# none\n', mode: '600', owner: [1500, 1600] },
  '/etc/hosts': '127.0.0.1 localhost\n',
  '/etc/hostname': 'raspberrypi\n',
  '/etc/fstab': '# fstab\n',
  '/etc/default/locale': 'LANG=C\n',
  '/usr/share/zoneinfo/Europe/Lisbon': 'TZif lisbon',
  '/usr/share/zoneinfo/Etc/UTC': 'TZif utc',
  '/etc/localtime': { link: '/usr/share/zoneinfo/Etc/UTC' },
  '/etc/sysctl.d': { folder: true },
  '/etc/modules-load.d': { folder: true },
  '/boot/firmware/cmdline.txt': { text: 'quiet\n', mode: '755' },
  '/srv/old': 'old\n',
  '/srv/now': { link: 'old' },
}

/** One of every kind that writes files. */
const WANTED: readonly Resource[] = [
  hostname({ hostname: 'hammond' }),
  timezone({ zone: 'Europe/Lisbon' }),
  locale({ lang: 'C.UTF-8' }),
  authorizedKey({ user: 'ada', key: KEY }),
  kernelModule({ name: 'overlay' }),
  sysctl({ key: 'net.ipv4.ip_forward', value: 1 }),
  file({ path: '/srv/old', content: 'new\n' }),
  file({ path: '/srv/fresh', content: 'fresh\n' }),
  link({ path: '/srv/now', target: 'fresh' }),
  hosts({ entries: [{ address: '192.0.2.1', names: ['hammond'] }] }),
  mount({ path: '/srv/data', source: 'LABEL=data', type: 'ext4' }),
  bootCommandLine({ key: 'cgroup_enable', value: 'memory' }),
]

/** Applies, and then takes everything away again; gives every replacement of both. */
export async function tracedReplacements(shell: ShellName): Promise<readonly Replacement[]> {
  const root = await makeRoot(GIVEN)
  const folder = await mkdtemp(join(tmpdir(), 'bramble-trace-'))
  try {
    const kinds = [...new Set(WANTED.map(({ kind }) => kind))]
    const found: Replacement[] = []
    for (const program of [await programOf(WANTED), await programOf([], kinds)]) {
      const trace = join(folder, 'trace')
      const wrapper = [...STRACE, FILE_CALLS, '-o', trace]
      const done = await runProgram(root, program, 'converge', { shell, wrapper, tools: ['strace'] })
      if (done.code !== 0 || done.failed.size > 0)
        throw new Error(`the program failed: ${done.stderr} ${JSON.stringify([...done.failed])}`)
      found.push(...replacements(root, readCalls(await readFile(trace, 'utf8'))))
    }
    return found
  } finally {
    await rm(folder, { recursive: true })
    await removeRoot(root)
  }
}
