/** Whether a node that others wait for is well after its step, by its own gates. */
import { askGate, passGate } from './gates.ts'
import { missingOn } from './offers.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

/**
 * Takes the step, and waits until the node is as well as it was before: a gate that was shut before does not hold up the others, because what mends
 * a cluster must not need it to be well. Where others stand on the node all of its gates count, but for those that hang on what is made after
 * the nodes, or on an offer that has not come.
 */
export async function wellAgain(
  run: UnderWay,
  node: string,
  { isStoodOn, step }: { readonly isStoodOn: boolean; readonly step: () => Promise<NodeResult> },
): Promise<NodeResult> {
  const own = run.gates.filter((gate) => gate.node === node)
  const isWaiting = missingOn(run, node).length > 0
  const passed = await Promise.all(own.map((gate) => isPassed(run, gate)))
  let result = await step()
  const seen = await run.looks.get(node)
  const changed = seen?.reached === true ? seen.pending : []
  for (const [index, gate] of own.entries()) {
    if (!isThrough(result)) return result
    const isEarly = isWaiting || run.unsettled.has(gate.engine)
    if (passed[index] !== true && (isEarly || !isStoodOn)) continue
    const before = result
    result = await run.timed(node, () => passGate(run, gate, { changed, result: before }))
  }
  return result
}

/** What the gates of a node say now, when all are passed; undefined when one is not, or it has none. */
export async function wellBy(run: UnderWay, node: string): Promise<string | undefined> {
  const own = run.gates.filter((gate) => gate.node === node)
  const passed = await Promise.all(own.map((gate) => isPassed(run, gate)))
  return own.length > 0 && passed.every(Boolean) ? own.map(({ name }) => name).join(', ') : undefined
}

async function isPassed(run: UnderWay, gate: UnderWay['gates'][number]): Promise<boolean> {
  return (await askGate(run, gate)).passed
}
