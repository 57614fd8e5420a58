/** From what a node says to the events of a plan: reasons, and both texts of a file for the line diff. */
import type { Program } from '../compile/compile.ts'
import type { NodeDifference, Orphan } from '../delivery/push/contract.ts'
import { visible } from '../delivery/visible.ts'
import type { Difference, EventBody } from '../events/event.ts'

/** Longer contents are named, not shown. */
const SHOWN_BYTES = 64 * 1024

/** The text that a resource is to have: undefined for what is secret, long or no text. */
function wantedText(program: Program, id: string): string | undefined {
  const [content] = program.resources.get(id)?.resource.contents ?? []
  if (!content || content.sensitive || !(content.bytes instanceof Uint8Array)) return undefined
  if (content.bytes.length > SHOWN_BYTES) return undefined
  try {
    return visible(new TextDecoder('utf-8', { fatal: true }).decode(content.bytes))
  } catch {
    return undefined
  }
}

function withTexts(program: Program, { id, differences, currentText }: NodeDifference): Difference[] {
  return differences.map((difference) => {
    if (difference.field !== 'content' || difference.is !== undefined) return difference
    const wanted = wantedText(program, id)
    if (wanted === undefined) return difference
    return { field: 'content', wanted, ...(currentText !== undefined && { is: currentText }) }
  })
}

/** The event that tells of a resource that is not as wanted. */
export function differenceEvent(program: Program, seen: NodeDifference): EventBody {
  const { node } = program
  const wanted = seen.action === 'create' ? wantedText(program, seen.id) : undefined
  const differences = wanted === undefined ? withTexts(program, seen) : [{ field: 'content', wanted }]
  const fields = [...new Set(seen.differences.map(({ field }) => field))]
  const reason = {
    create: 'it is not there',
    remove: 'it is to be absent',
    update: `${fields.join(', ')} ${fields.length === 1 ? 'is' : 'are'} not as wanted`,
  }[seen.action]
  return { type: 'resource-differs', node, address: seen.address, action: seen.action, reason, differences }
}

/** The event that tells of something that Bramble made and that is no longer wanted. */
export function orphanEvent(node: string, { kind, name }: Orphan): EventBody {
  return {
    type: 'resource-differs',
    node,
    address: `${node}/${kind}:${name}`,
    action: 'remove',
    reason: 'it is no longer in the cluster file',
    differences: [],
  }
}
