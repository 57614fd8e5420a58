/** What a virtual node can be: a container in namespaces of this computer, or an emulated machine with a kernel of its own. */
import type { RunOptions, RunResult } from '../support/run.ts'
import type { StoredNode } from './store.ts'

export type KindName = 'container' | 'emulated'

/** One way of being a node. All else (folder, groups, runner, cable, waiting) is the same for all. */
export interface NodeKind {
  /** Against hanging: boots on a slow computer with much else to do stay well below this. */
  readonly bootSeconds: number
  /** What the kind itself takes beside the memory of its node, in bytes. */
  readonly overheadBytes: number
  /** Puts a disk into the folder of a node in the making; `etc` are files of `/etc` that it starts with, by name. */
  readonly makeDisk: (
    folder: string,
    name: string,
    node: StoredNode,
    etc: Readonly<Record<string, string>>,
  ) => Promise<void>
  /** Whether a node that is on no longer says that it is still booting (pam_nologin(8)). */
  readonly hasBooted: (folder: string) => Promise<boolean>
  /** The node's first process as this computer numbers it, where this computer sees it. */
  readonly firstProcess: (folder: string) => number | undefined
  /** Runs a program as root inside; `undefined` when the node is off. */
  readonly exec: (
    folder: string,
    argv: readonly string[],
    options: RunOptions,
  ) => Promise<RunResult | undefined>
}

/** What a program as root finds in its environment, however it was started. */
export const ROOT_ENVIRONMENT = [
  'HOME=/root',
  'LANG=C.UTF-8',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
] as const
