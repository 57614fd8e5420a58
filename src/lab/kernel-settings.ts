/** Settings of this computer's kernel that labs need; what they were before is kept, and put back with the last lab. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { STATE_FOLDER } from './store.ts'

/** The least that will do, by path below `/proc/sys`. */
const LEAST = {
  'net/ipv4/ip_forward': 1,
  /** All nodes count as one user, and the kernel's 128 are used up by about twenty of them (inotify(7)). */
  'fs/inotify/max_user_instances': 8192,
} as const

/** A setting that labs need. */
export type KernelSetting = keyof typeof LEAST

/** Raises a setting to what will do, unless it is there. */
export async function ensureSetting(setting: KernelSetting): Promise<void> {
  const before = await readFile(join('/proc/sys', setting), 'utf8')
  if (Number(before) >= LEAST[setting]) return
  await mkdir(STATE_FOLDER, { recursive: true })
  if (!existsSync(fileOf(setting))) await writeFile(fileOf(setting), before)
  await writeFile(join('/proc/sys', setting), `${LEAST[setting]}\n`)
}

/** Puts back what was changed. */
export async function putSettingsBack(): Promise<void> {
  for (const setting of Object.keys(LEAST) as KernelSetting[]) {
    if (!existsSync(fileOf(setting))) continue
    await writeFile(join('/proc/sys', setting), await readFile(fileOf(setting)))
    await rm(fileOf(setting))
  }
}

function fileOf(setting: KernelSetting): string {
  return join(STATE_FOLDER, `${setting.replaceAll('/', '.')}-before`)
}
