/** Starts nodes anew that have to be, members of a consensus group one at a time, and finishes what waited for it. */
import { limit } from '../support/limit.ts'
import { reasonOf } from '../support/reason.ts'
import { combined, convergeNode, inTurn, type NodeResults } from './converge.ts'
import type { NodeResult, Rollout } from './work.ts'

const REBOOT_PATIENCE_SECONDS = 300

/** Reboots every node whose result asks for it; afterwards the node is looked at and converged once more. */
export async function rebootNodes(rollout: Rollout, results: NodeResults): Promise<void> {
  const due = [...results].filter(([, result]) => result.reboot && !result.failure)
  const groupsOf = (node: string) => rollout.groups.filter((group) => group.members.includes(node))
  const within = limit(rollout.concurrency)
  const free = due.filter(([node]) => groupsOf(node).length === 0)
  await Promise.all(
    free.map(([node, result]) =>
      within(async () => results.set(node, combined(result, await rebootNode(rollout, node)))),
    ),
  )
  for (const [node, result] of due.filter(([name]) => groupsOf(name).length > 0)) {
    const groups = groupsOf(node)
    const after = await inTurn(rollout, node, groups, () => rebootNode(rollout, node))
    results.set(node, combined(result, after))
    if (after.failure) return
  }
}

async function rebootNode(rollout: Rollout, node: string): Promise<NodeResult> {
  rollout.emit({ type: 'phase-started', node, phase: 'reboot' })
  const nothing = { unchanged: 0, changed: 0, failed: 0, skipped: 0 }
  try {
    await rollout.delivery.reboot(node, REBOOT_PATIENCE_SECONDS)
  } catch (error) {
    const message = reasonOf(error)
    return {
      summary: nothing,
      failure: { message, fix: `look at ${node}'s power and screen, then run bramble apply again` },
      reboot: false,
    }
  }
  const seen = await rollout.delivery.observe(node)
  if (!seen.reached) return { summary: nothing, failure: seen, reboot: false }
  if (seen.pending.length === 0) return { summary: nothing, reboot: false }
  const result = await convergeNode(rollout, node)
  if (!result.reboot) return result
  return {
    ...result,
    reboot: false,
    failure: {
      message: 'it asks for another restart right after one',
      fix: `bramble plan --node ${node} says why`,
    },
  }
}
