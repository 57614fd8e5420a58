/** Control groups of the lab, on computers with version 1, version 2 or both: a group in every tree, limits, kill, removal. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LabFailure } from './lab-error.ts'
import { until } from './until.ts'

/** One mounted tree of control groups (cgroups(7)). */
export interface ControlGroupTree {
  readonly folder: string
  readonly version: 1 | 2
  /** Controllers of a version 1 tree, `name=systemd` included; empty for version 2. */
  readonly controllers: readonly string[]
}

/** The group below which everything of every lab is. */
export const LAB_GROUP = 'bramble-lab'

/** The trees out of the text of `/proc/self/mounts`, each once. */
export function parseTrees(mounts: string): ControlGroupTree[] {
  const trees = new Map<string, ControlGroupTree>()
  for (const line of mounts.split('\n')) {
    const [, folder, type, options] = line.split(' ')
    if (folder === undefined || options === undefined) continue
    if (type === 'cgroup2') trees.set('2', { folder, version: 2, controllers: [] })
    if (type !== 'cgroup') continue
    const controllers = options.split(',').filter(isController)
    trees.set(controllers.join(','), { folder, version: 1, controllers })
  }
  return [...trees.values()]
}

const CONTROLLERS = new Set(
  'cpuset cpu cpuacct blkio memory devices freezer net_cls perf_event net_prio hugetlb pids rdma misc'.split(
    ' ',
  ),
)

function isController(option: string): boolean {
  return CONTROLLERS.has(option) || option.startsWith('name=')
}

/** The trees of this computer. */
export function readTrees(): ControlGroupTree[] {
  return parseTrees(readFileSync('/proc/self/mounts', 'utf8'))
}

/** The folders of a group, one in each tree. */
export function groupFolders(group: string, trees: readonly ControlGroupTree[] = readTrees()): string[] {
  return trees.map((tree) => join(tree.folder, group))
}

/** What a group may have of the computer. */
export interface GroupLimits {
  /** Hard limit; without it, any limit is lifted. */
  readonly memoryBytes?: number
  /** Its weight against the groups beside it while the processor is short; 100 is the kernel's own default. */
  readonly speedPercent?: number
}

/** Makes a group in every tree and sets its limits. */
export function makeGroup(group: string, { memoryBytes, speedPercent = 100 }: GroupLimits = {}): void {
  const trees = readTrees()
  for (const tree of trees) {
    makeInTree(tree, group)
    weigh(tree, group, speedPercent)
  }
  const limited = trees.map((tree) => limitMemory(tree, group, memoryBytes))
  if (memoryBytes !== undefined && !limited.includes(true)) {
    throw new LabFailure(
      `the kernel gives no memory limits (controller "memory" is not there for ${group})\n` +
        '  type: bramble lab up --share-memory, or start the computer with cgroup_enable=memory',
    )
  }
}

function makeInTree(tree: ControlGroupTree, group: string): void {
  let folder = tree.folder
  for (const part of group.split('/')) {
    if (tree.version === 2) passControllersOn(folder)
    folder = join(folder, part)
    mkdirSync(folder, { recursive: true })
    if (tree.controllers.includes('cpuset')) inheritCpuset(folder)
  }
}

/** A version 2 group limits only what the group above passes on. */
function passControllersOn(folder: string): void {
  for (const controller of readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(' ')) {
    if (controller !== '') tryWrite(join(folder, 'cgroup.subtree_control'), `+${controller}`)
  }
}

/** A new version 1 cpuset has no CPUs, and nobody may join it so. */
function inheritCpuset(folder: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (readFileSync(join(folder, file), 'utf8').trim() !== '') continue
    writeFileSync(join(folder, file), readFileSync(join(dirname(folder), file)))
  }
}

/** Version 1 counts 1024 as the default and takes 2 or more, version 2 counts 100 and takes 1 or more. */
function weigh(tree: ControlGroupTree, group: string, speedPercent: number): void {
  const folder = join(tree.folder, group)
  if (tree.version === 2) tryWrite(join(folder, 'cpu.weight'), Math.max(1, speedPercent).toString())
  if (!tree.controllers.includes('cpu')) return
  tryWrite(join(folder, 'cpu.shares'), Math.max(2, Math.round(speedPercent * 10.24)).toString())
}

function limitMemory(tree: ControlGroupTree, group: string, memoryBytes: number | undefined): boolean {
  const folder = join(tree.folder, group)
  if (tree.version === 2) {
    const done = tryWrite(join(folder, 'memory.max'), memoryBytes?.toString() ?? 'max')
    tryWrite(join(folder, 'memory.swap.max'), memoryBytes === undefined ? 'max' : '0')
    return done
  }
  if (!tree.controllers.includes('memory')) return false
  tryWrite(join(folder, 'memory.use_hierarchy'), '1')
  // The limit with swap may never be below the one without.
  tryWrite(join(folder, 'memory.memsw.limit_in_bytes'), '-1')
  const done = tryWrite(join(folder, 'memory.limit_in_bytes'), memoryBytes?.toString() ?? '-1')
  if (memoryBytes !== undefined) {
    tryWrite(join(folder, 'memory.memsw.limit_in_bytes'), memoryBytes.toString())
  }
  return done
}

function tryWrite(file: string, text: string): boolean {
  try {
    if (!existsSync(file)) return false
    writeFileSync(file, text)
    return true
  } catch {
    return false
  }
}

/** Every process in a group and below, in any tree. */
export function groupProcesses(group: string): number[] {
  const found = new Set<number>()
  for (const folder of groupFolders(group).flatMap(withSubfolders)) {
    try {
      for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n')) {
        if (pid !== '' && pid !== '0') found.add(Number(pid))
      }
    } catch {
      // The group went away while we looked.
    }
  }
  return [...found]
}

/** Ends every process of a group at once, as if the plug were pulled; returns when none is left. */
export async function killGroup(group: string): Promise<void> {
  const done = await until(() => {
    for (const folder of groupFolders(group)) tryWrite(join(folder, 'cgroup.kill'), '1')
    const left = groupProcesses(group)
    for (const pid of left) killNumber(pid)
    return left.length === 0 ? true : undefined
  }, 30)
  if (!done) {
    throw new LabFailure(
      `processes do not end: ${groupProcesses(group).join(' ')} (control group ${group}); they wait for the kernel`,
    )
  }
}

function killNumber(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

/** Removes a group and those below it from every tree; all its processes must have ended. */
export async function removeGroup(group: string): Promise<void> {
  const left = () => groupFolders(group).flatMap(withSubfolders)
  await until(() => {
    for (const folder of left().reverse()) {
      try {
        rmdirSync(folder)
      } catch {
        // Busy for as long as the kernel tidies up its last process.
      }
    }
    return left().length === 0 ? true : undefined
  }, 30)
  if (left().length > 0) throw new LabFailure(`control groups stay busy: ${left().join(' ')}`)
}

function withSubfolders(folder: string): string[] {
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return [folder, ...below.flatMap((entry) => withSubfolders(join(folder, entry.name)))]
  } catch {
    return []
  }
}

/** The folders of the groups that a process is in, from the text of `/proc/PID/cgroup` as this computer sees it. */
export function joinedFolders(text: string, trees: readonly ControlGroupTree[]): string[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
      const tree = trees.find((candidate) =>
        controllers === '' ? candidate.version === 2 : candidate.controllers.join(',') === controllers,
      )
      return tree === undefined || path === undefined ? [] : [join(tree.folder, path)]
    })
}
