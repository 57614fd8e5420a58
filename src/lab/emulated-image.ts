/** What emulated nodes boot: a kernel, a small initrd, and a disk that their own disks begin as. */
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { step } from './step.ts'
import { besideLab } from './store.ts'

/** What such a node needs beside what every node has: Debian's kernel, its devices and disks, and what runs programs in it without a network. */
export const EMULATED_PACKAGES = [
  'e2fsprogs',
  'linux-image-amd64',
  'qemu-guest-agent',
  'udev',
  'zstd',
] as const

/** Size of each disk of a node; only what is written to it takes room. */
export const DISK_GIGABYTES = 8

/** The disk in a base of emulated nodes. */
export function emulatedDisk(base: string): string {
  return join(base, 'disk')
}

/** Makes such a base in `folder` out of the Debian in `root`, which goes. */
export async function makeEmulatedImage(root: string, folder: string): Promise<void> {
  const draft = `${folder}.image`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft)
  await step('sh', [besideLab('emulated-image.sh'), root, draft, String(DISK_GIGABYTES)])
  await rm(root, { recursive: true })
  await rename(draft, folder)
}
