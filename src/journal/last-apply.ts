/** How the applies of the past stand: whether the last word about a node is that its apply failed, or never came to its end. */
import { isWell } from '../events/event.ts'
import { runIds } from './journal-folder.ts'
import { readRecord, type RunRecord } from './read-journal.ts'

/** The newest apply that is not made good by a later one. */
export interface OpenApply {
  readonly run: string
  /** What was typed: `apply`, or `destroy` or `reset`, which are applies that take everything away. */
  readonly command: string
  readonly state: 'failed' | 'unfinished' | 'running'
  /** Nodes of which it is the last word; empty where it failed in something that belongs to no node. */
  readonly nodes: readonly string[]
}

/** What changes nodes, as it is typed. */
const APPLIES: ReadonlySet<string> = new Set(['apply', 'destroy', 'reset'])

/** Undefined when every node's last apply ended well, or there was none. Throws what the file system says. */
export function openApply(folder: string, lab: boolean, nodes: readonly string[]): OpenApply | undefined {
  const done = new Set<string>()
  for (const run of runIds(folder).toReversed()) {
    const record = readRecord(folder, run)
    // A run that nobody agreed to has said nothing.
    if (!record || !isApplyOf(record, lab) || record.finished?.outcome === 'declined') continue
    const concerned = (record.started?.nodes ?? nodes).filter((node) => nodes.includes(node))
    const state = stateOf(record)
    if (state !== 'well') {
      const open = openNodes(record, concerned).filter((node) => !done.has(node))
      // What failed in the cluster as a whole is made good by an apply of all nodes only.
      const isOfNodes = failedNodes(record).length > 0 || state !== 'failed'
      if (open.length > 0 || !isOfNodes)
        return { run, command: commandOf(record) ?? 'apply', state, nodes: isOfNodes ? open : [] }
    } else for (const node of concerned) done.add(node)
    if (nodes.every((node) => done.has(node))) return undefined
  }
  return undefined
}

function isApplyOf(record: RunRecord, lab: boolean): boolean {
  // A run that never got to its start has told nothing of any node.
  return record.started?.lab === lab && APPLIES.has(commandOf(record) ?? '')
}

function commandOf({ head, started }: RunRecord): string | undefined {
  return head?.command ?? started?.command
}

function stateOf({ state, finished }: RunRecord): OpenApply['state'] | 'well' {
  if (state !== 'finished' || !finished) return state === 'running' ? 'running' : 'unfinished'
  if (isWell(finished.outcome)) return 'well'
  return finished.outcome === 'failed' ? 'failed' : 'unfinished'
}

function failedNodes({ finished }: RunRecord): readonly string[] {
  return [...(finished?.failedNodes ?? []), ...(finished?.unfinishedNodes ?? [])]
}

function openNodes(record: RunRecord, concerned: readonly string[]): readonly string[] {
  const failed = failedNodes(record)
  return failed.length > 0 ? concerned.filter((node) => failed.includes(node)) : concerned
}
