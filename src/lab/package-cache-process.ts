/** Starts a lab's package cache beside its nodes, and says how the nodes reach it. */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { heard } from '../support/heard.ts'
import { groupFolders, makeGroup } from './control-group.ts'
import { readAptProxy } from './debian-mirror.ts'
import { LabFailure, lastLines } from './lab-error.ts'
import { readRunning } from './running-process.ts'
import { besideLab, labFolder, PACKAGE_FOLDER, runnerGroup } from './store.ts'
import { until } from './until.ts'

const PORT = 3142

/** Apt's settings for a node of this network (apt.conf(5)). */
export function aptConf(network: string): string {
  return `Acquire::http::Proxy "http://${network}.1:${PORT}";\n`
}

/** Starts the cache, unless it runs; it listens on the lab's bridge alone and ends with the lab. */
export async function ensurePackageCache(key: string, network: string): Promise<void> {
  const record = join(labFolder(key), 'package-cache')
  if (readRunning(record)) return
  const log = `${record}.log`
  makeGroup(runnerGroup(key))
  await mkdir(PACKAGE_FOLDER, { recursive: true })
  const output = openSync(log, 'a')
  const child = heard(
    spawn(
      process.execPath,
      [
        ...programArguments(),
        `${network}.1`,
        String(PORT),
        PACKAGE_FOLDER,
        record,
        (await readAptProxy()) ?? '',
        ...groupFolders(runnerGroup(key)),
      ],
      { cwd: '/', detached: true, stdio: ['ignore', output, output], env: { PATH: process.env['PATH'] } },
    ),
  )
  closeSync(output)
  child.unref()
  if (await until(() => readRunning(record), 60)) return
  throw new LabFailure(
    `the lab's package cache did not start\n${lastLines(await readFile(log, 'utf8'))}\nlog: ${log}`,
  )
}

/** The sources need a loader; the built package does not. */
function programArguments(): string[] {
  if (!import.meta.url.endsWith('.ts')) return [besideLab('package-cache-main.js')]
  return ['--import', import.meta.resolve('jiti/register'), besideLab('package-cache-main.ts')]
}
