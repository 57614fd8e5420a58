/** Starts nodes anew that have to be, members of a consensus group one at a time, and finishes what waited for it. */
import { EMPTY_SUMMARY } from '../events/event.ts'
import { limit } from '../support/limit.ts'
import { reasonOf } from '../support/reason.ts'
import { combined, convergeNode, type NodeResults } from './converge.ts'
import { inTurn } from './in-turn.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

const REBOOT_PATIENCE_SECONDS = 300

/** Reboots every node whose result asks for it; afterwards the node is looked at and converged once more. */
export async function rebootNodes(run: UnderWay, results: NodeResults): Promise<void> {
  const due = [...results].filter(([, result]) => result.reboot && isThrough(result))
  const groupsOf = (node: string) => run.groups.filter((group) => group.members.includes(node))
  const within = limit(run.concurrency)
  const free = due.filter(([node]) => groupsOf(node).length === 0)
  await Promise.all(
    free.map(([node, result]) =>
      within(async () => results.set(node, combined(result, await rebootNode(run, node)))),
    ),
  )
  const stuck = new Map<string, string>()
  for (const [node, result] of due.filter(([name]) => groupsOf(name).length > 0)) {
    const groups = groupsOf(node)
    const because = groups.flatMap(({ name }) => stuck.get(name) ?? [])[0]
    const after =
      because === undefined
        ? await inTurn(run, node, groups, () => rebootNode(run, node))
        : notRebooted(`it was not, because of ${because}`)
    results.set(node, combined(result, after))
    if (!isThrough(after)) for (const { name } of groups) stuck.set(name, because ?? node)
  }
  await run.giveLocks()
}

/** Changed, and not in force before a restart that did not come. */
function notRebooted(why: string): NodeResult {
  const failure = {
    message: `it has to be started anew, and ${why}`,
    fix: 'mend the first failure, then run bramble apply again',
  }
  return { summary: EMPTY_SUMMARY, failure, ending: 'skipped', reboot: false }
}

async function rebootNode(run: UnderWay, node: string): Promise<NodeResult> {
  if (run.isStopped()) return notRebooted('the run was interrupted before that')
  run.emit({ type: 'phase-started', node, phase: 'reboot' })
  try {
    await run.timed(node, () => run.delivery.reboot(node, REBOOT_PATIENCE_SECONDS))
  } catch (error) {
    const fix = `look at ${node}'s power and screen, then run bramble apply again`
    return failed({ message: reasonOf(error), fix })
  }
  const seen = await run.timed(node, () => run.delivery.observe(node))
  if (!seen.reached) return failed(seen)
  if (seen.pending.length === 0) return { summary: EMPTY_SUMMARY, reboot: false, since: new Date() }
  const result = await convergeNode(run, node)
  if (!result.reboot) return result
  return {
    ...result,
    ...failed({
      message: 'it asks for another restart right after one',
      fix: `bramble plan --node ${node} says why`,
    }),
    summary: result.summary,
  }
}

function failed(failure: NonNullable<NodeResult['failure']>): NodeResult {
  return { summary: EMPTY_SUMMARY, failure, reboot: false }
}
