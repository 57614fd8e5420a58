/** Follows every file that a program replaces through its system calls: are its bytes on the disk before anybody can see them? */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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
import { descriptor, FILE_CALLS, quoted, readCalls, STRACE, type SystemCall } from './system-calls.ts'

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

/** What became of one path. */
export interface Replacement {
  /** On the node. */
  readonly path: string
  readonly how: 'renamed' | 'written in place'
  /** What is not as promised; left out when all is. */
  readonly broken?: string
}

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

/** Below the root, and not in memory: what is in /run is gone after a power cut anyway. */
function isOnDisk(root: string, path: string): boolean {
  return path.startsWith(`${root}/`) && !path.startsWith(`${root}/run/`)
}

function replacements(root: string, calls: readonly SystemCall[]): Replacement[] {
  return calls.flatMap((call, at): Replacement[] => {
    if (call.name.startsWith('rename')) {
      const [source = '', target = ''] = quoted(call)
      if (!isOnDisk(root, target)) return []
      const broken = brokenRename(calls, at, source, target)
      return [{ path: target.slice(root.length), how: 'renamed', ...(broken && { broken }) }]
    }
    const [path = ''] = call.name.startsWith('open') ? quoted(call) : []
    const writes = /O_WRONLY|O_RDWR/.test(call.words) && isOnDisk(root, path) && !path.endsWith('.bramble')
    if (!writes) return []
    const broken = brokenInPlace(calls, at, path, call)
    return [{ path: path.slice(root.length), how: 'written in place', ...(broken && { broken }) }]
  })
}

const FLUSHES = new Set(['fsync', 'fdatasync'])

function isFlushOf(path: string, call: SystemCall): boolean {
  return FLUSHES.has(call.name) && descriptor(call) === path.replace(/\/$/, '')
}

/** Whether a call changes the bytes behind a path: opens it for writing, or writes to it. */
function writesTo(path: string, call: SystemCall): boolean {
  if (call.name.startsWith('open')) return quoted(call)[0] === path && /O_WRONLY|O_RDWR/.test(call.words)
  return /^(write|copy_file_range|sendfile)$/.test(call.name) && call.words.includes(`<${path}>`)
}

/** The event that tells that this is done. */
function isTold({ name, words }: SystemCall): boolean {
  return name === 'write' && /"@\\t(changed|removed|finished)/.test(words)
}

function brokenRename(
  calls: readonly SystemCall[],
  at: number,
  source: string,
  target: string,
): string | undefined {
  if (dirname(source) !== dirname(target)) return `it comes from another folder: ${source}`
  const before = calls.slice(0, at)
  const isLink = before.some((call) => call.name.startsWith('symlink') && quoted(call)[1] === source)
  const written = before.findLastIndex((call) => writesTo(source, call))
  if (!isLink && written < 0) return 'nothing was written to its source'
  if (!isLink && !before.slice(written).some((call) => isFlushOf(source, call)))
    return 'its bytes were not flushed before the rename'
  const after = calls.slice(at + 1)
  const told = after.findIndex(isTold)
  const flushed = after.findIndex((call) => isFlushOf(dirname(target), call))
  if (flushed < 0) return 'its folder was not flushed after the rename'
  return told >= 0 && told < flushed ? 'it was told before its folder was flushed' : undefined
}

/** Nothing but the manifest may be written in place, at its end, and its line must be safe before anything is changed. */
function brokenInPlace(
  calls: readonly SystemCall[],
  at: number,
  path: string,
  call: SystemCall,
): string | undefined {
  if (!path.endsWith('/var/lib/bramble/owned') || !call.words.includes('O_APPEND'))
    return 'it is not replaced'
  const after = calls.slice(at + 1)
  const flushed = after.findIndex((each) => isFlushOf(path, each))
  const changed = after.findIndex(({ name, words }) => name === 'write' && /"@\\tconverging/.test(words))
  return flushed >= 0 && (changed < 0 || flushed < changed)
    ? undefined
    : 'its line was not flushed before the change'
}
