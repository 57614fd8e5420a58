/** Looks whether this computer can have a lab at all. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs that a lab runs, and the Debian package of each. */
const PROGRAMS: Record<string, string> = {
  'systemd-nspawn': 'systemd-container',
  mmdebstrap: 'mmdebstrap',
  ip: 'iproute2',
  nft: 'nftables',
  flock: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  unshare: 'util-linux',
}
/** What emulated nodes take beside that. */
const EMULATOR: Record<string, string> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  mke2fs: 'e2fsprogs',
}
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** What {@link missing} needs to know of a computer. */
export interface Computer {
  readonly platform: string
  readonly isRoot: boolean
  readonly has: (program: string) => boolean
  readonly hasKeyring: boolean
  /** In Node's words. */
  readonly architecture: string
}

/** What a lab is to be able to do. */
export interface LabNeeds {
  /** Emulated nodes. */
  readonly emulated?: boolean
}

/** What a computer lacks for a lab, each with what to type; nothing when all is there. */
export function missing(computer: Computer, { emulated = false }: LabNeeds = {}): string[] {
  if (computer.platform !== 'linux') {
    return [`a lab needs Linux, this is ${computer.platform}: run it in a virtual machine with Debian`]
  }
  if (emulated && computer.architecture !== 'x64') {
    return [
      `emulated nodes need a computer with amd64, this one has ${computer.architecture}: leave --emulate out`,
    ]
  }
  const packages = Object.entries({ ...PROGRAMS, ...(emulated && EMULATOR) })
    .filter(([program]) => !computer.has(program))
    .map(([, name]) => name)
  if (!computer.hasKeyring) packages.push('debian-archive-keyring')
  return [
    ...(computer.isRoot ? [] : ['a lab needs root, for namespaces and mounts: type sudo bramble lab up']),
    ...[...new Set(packages)].map((name) => `${name} is not installed: type sudo apt-get install ${name}`),
  ]
}

/** What is missing on this computer, each with what to type; nothing when all is there. */
export async function labPreflight(needs?: LabNeeds): Promise<string[]> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  const computer: Computer = {
    platform: process.platform,
    isRoot: process.geteuid?.() === 0,
    has: (program) => folders.some((folder) => existsSync(join(folder, program))),
    hasKeyring: existsSync(KEYRING),
    architecture: process.arch,
  }
  return missing(computer, needs)
}
