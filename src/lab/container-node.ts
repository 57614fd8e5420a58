/** A node in namespaces: systemd-nspawn on an overlay, with the kernel of this computer. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../support/run.ts'
import { joinedFolders, readTrees } from './control-group.ts'
import { ROOT_ENVIRONMENT, type NodeKind } from './node-kind.ts'
import { parseStat, readRunning } from './running-process.ts'
import { step } from './step.ts'
import { besideLab } from './store.ts'

/** The first process of a node as this computer numbers it; none while it is off or only just starts. */
function firstProcess(folder: string): number | undefined {
  const boot = readRunning(join(folder, 'boot'))
  if (!boot) return undefined
  try {
    const children = readFileSync(`/proc/${boot.pid}/task/${boot.pid}/children`, 'utf8').trim().split(' ')
    return children.map(Number).find((pid) => pid > 0 && isFirst(pid))
  } catch {
    return undefined
  }
}

/** Whether systemd-nspawn's child has become the node's first process: it then has number 1 in a namespace below ours. */
function isFirst(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat.start !== undefined && /^NSpid:\t\d+(\t\d+)*\t1$/m.test(status)
}

/** Booted by `container-boot.sh`. */
export const container: NodeKind = {
  bootSeconds: 300,
  overheadBytes: 0,
  firstProcess,

  async makeDisk(folder, name, { base }, etc) {
    for (const part of ['upper/etc', 'work', 'root']) await mkdir(join(folder, part), { recursive: true })
    // Container engines keep overlays of their own in /var/lib, and an overlay on an overlay fails.
    await step('cp', ['-a', join(base, 'var/lib'), join(folder, 'var-lib')], { node: name })
    for (const [file, text] of Object.entries(etc)) await writeFile(join(folder, 'upper/etc', file), text)
  },

  async hasBooted(folder) {
    const pid = firstProcess(folder)
    return pid !== undefined && !existsSync(`/proc/${pid}/root/run/nologin`)
  },

  /** In its control groups and namespaces. */
  async exec(folder, argv, options) {
    const pid = firstProcess(folder)
    if (pid === undefined) return undefined
    const own = joinedFolders(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), readTrees())
    // Not beside the first process: with version 2, systemd ends all that is there when one of them lacks memory (OOMPolicy=).
    const groups = own.map((group) => group.replace(/\/init\.scope$/, '/bramble-lab.exec'))
    const words = [besideLab('container-exec.sh'), String(pid), ...groups, '--', ...ROOT_ENVIRONMENT, ...argv]
    return run('sh', words, options)
  },
}
