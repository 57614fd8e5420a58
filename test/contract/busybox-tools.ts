/** A folder of programs in which there is nothing but busybox, as on a small distribution. */
import { chmodSync, copyFileSync, symlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { run } from '../../src/support/run.ts'
import { temporaryFolder } from './temporary.ts'

const folders = new Map<string, Promise<string>>()

async function make(tools: readonly string[]): Promise<string> {
  const folder = temporaryFolder('busybox')
  chmodSync(folder, 0o755)
  const applets = await run('busybox', ['--list'])
  if (applets.code !== 0) throw new Error('busybox is not installed')
  copyFileSync('/usr/bin/busybox', join(folder, 'busybox'))
  const real = await Promise.all(tools.map((tool) => run('sh', ['-c', 'command -v "$1"', 'sh', tool])))
  for (const [index, tool] of tools.entries()) {
    const path = real[index]?.stdout.toString().trim()
    if (!path) throw new Error(`${tool} is not installed`)
    copyFileSync(path, join(folder, tool))
  }
  for (const applet of applets.stdout.toString().split('\n')) {
    if (applet !== '' && applet !== 'busybox' && !tools.includes(applet))
      symlinkSync('busybox', join(folder, applet))
  }
  return folder
}

/** The folder with busybox's applets and real copies of `tools`; made once. */
export function busyboxFolder(tools: readonly string[]): Promise<string> {
  const key = [...tools].sort().join(' ')
  const made = folders.get(key) ?? make(tools)
  folders.set(key, made)
  return made
}

// Registered with every test file that imports this.
afterAll(async () => {
  for (const folder of folders.values()) await rm(await folder, { recursive: true })
  folders.clear()
})
