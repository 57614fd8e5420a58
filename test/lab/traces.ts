/** Looks for anything on this computer that belongs to a lab, the way its user would find it. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { groupFolders, LAB_GROUP } from '../../src/lab/control-group.ts'
import { startOf } from '../../src/lab/running-process.ts'
import { labKey, STATE_FOLDER } from '../../src/lab/store.ts'
import type { LabIdentity } from '../../src/lab/lab.ts'
import { until } from '../../src/lab/until.ts'
import { run } from '../../src/support/run.ts'

/** Everything that can be found of a lab: processes, mounts in any namespace, links, firewall tables, groups, files. */
export async function tracesOf(id: LabIdentity): Promise<string[]> {
  const key = labKey(id)
  const firewall = await run('nft', ['list', 'tables'])
  return [
    ...processes().flatMap((pid) => tracesInProcess(pid, key)),
    ...readdirSync('/sys/class/net')
      .filter((link) => link.includes(key))
      .map((link) => `link ${link}`),
    ...firewall.stdout
      .toString()
      .split('\n')
      .filter((table) => table.includes(key)),
    ...groupFolders(`${LAB_GROUP}/${key}`)
      .filter((folder) => existsSync(folder))
      .map((folder) => `group ${folder}`),
    ...(existsSync(join(STATE_FOLDER, key)) ? [`folder ${join(STATE_FOLDER, key)}`] : []),
  ]
}

function tracesInProcess(pid: string, key: string): string[] {
  const look = (file: string) => read(`/proc/${pid}/${file}`).includes(key)
  return ['cmdline', 'cgroup', 'mountinfo'].filter(look).map((file) => `${file} of process ${pid}`)
}

/** The namespaces of a process, as `net:[4026531840]`. */
export function namespacesOf(pid: number | string): string[] {
  return ['net', 'mnt', 'pid', 'uts', 'ipc', 'cgroup'].map((kind) => target(`/proc/${pid}/ns/${kind}`))
}

/**
 * Those of the namespaces that some process is still in that started before `uptimeSeconds`, the age of this computer
 * when they were to end: the kernel gives their numbers to new ones.
 */
export function liveNamespaces(namespaces: readonly string[], uptimeSeconds: number): string[] {
  const old = processes().filter((pid) => Number(startOf(Number(pid)) ?? Infinity) < uptimeSeconds * 100)
  const live = new Set(old.flatMap((pid) => namespacesOf(pid)))
  return namespaces.filter((namespace) => live.has(namespace))
}

function processes(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
}

/** Processes come and go while we look. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function target(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}

/** Waits until there is no trace of a lab. */
export async function expectNothingLeft(identity: LabIdentity): Promise<void> {
  // A killed process is listed for the moment that its parent takes to notice.
  await until(async () => ((await tracesOf(identity)).length === 0 ? true : undefined), 5)
  expect(await tracesOf(identity)).toEqual([])
}
