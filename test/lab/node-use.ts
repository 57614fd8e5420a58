/** What a node has used of the computer, and what became of it when it wanted more. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupFolders } from '../../src/lab/control-group.ts'
import type { LabIdentity } from '../../src/lab/lab.ts'
import { labKey, nodeGroup } from '../../src/lab/store.ts'
import { run } from '../../src/support/run.ts'

/** Kills at the limit of a node itself, by the kernel's log (`dump_oom_victim` in Linux's mm/oom_kill.c). */
export async function memoryKills(id: LabIdentity, node: string): Promise<number> {
  const { stdout } = await run('dmesg', [])
  return stdout.toString().split(`,oom_memcg=/${nodeGroup(labKey(id), node)},`).length - 1
}

/** Seconds of processor time since the node was made, with either version of control groups. */
export function processorSeconds(id: LabIdentity, node: string): number {
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  const counts = groupFolders(nodeGroup(labKey(id), node)).flatMap((group) => [
    Number(/^usage_usec (\d+)$/m.exec(read(join(group, 'cpu.stat')))?.[1] ?? 0) / 1e6,
    Number(read(join(group, 'cpuacct.usage'))) / 1e9,
  ])
  return Math.max(...counts)
}
