/** Looks which processes the kernel had to kill because a whole node had no memory left. */
import type { LabIdentity } from '../../src/lab/lab.ts'
import { labKey, nodeGroup } from '../../src/lab/store.ts'
import { run } from '../../src/support/run.ts'

/** Kills at the limit of a node itself, by the kernel's log (`dump_oom_victim` in Linux's mm/oom_kill.c). */
export async function memoryKills(id: LabIdentity, node: string): Promise<number> {
  const { stdout } = await run('dmesg', [])
  return stdout.toString().split(`,oom_memcg=/${nodeGroup(labKey(id), node)},`).length - 1
}
