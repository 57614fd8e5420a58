/** Boards that are lost, while their owner keeps what lies beside the cluster file. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterUnderTest } from './cluster-under-test.ts'

/** What the owner of boards has beside the cluster file; a twin keeps it where `lab down` takes it. */
const KEPT = ['identity.txt', 'secrets', 'cluster.lock']

/** Takes all virtual nodes of a cluster away; its secrets, its identity and its lock stay. */
export async function throwAway(cluster: ClusterUnderTest): Promise<void> {
  const twin = join(cluster.folder, '.bramble/lab')
  const aside = mkdtempSync(join(tmpdir(), 'bramble-aside-'))
  try {
    for (const name of KEPT) cpSync(join(twin, name), join(aside, name), { recursive: true })
    const { code, text, errors } = await cluster.bramble('lab', 'down')
    if (code !== 0) throw new Error(errors + text)
    mkdirSync(twin, { recursive: true })
    for (const name of KEPT) cpSync(join(aside, name), join(twin, name), { recursive: true })
  } finally {
    rmSync(aside, { recursive: true })
  }
}
