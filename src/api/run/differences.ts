/** From what a node says to the events of a plan: reasons, and both texts of a file for the line diff. */
import type { Program } from '../../compile/compile.ts'
import type { NodeDifference, Orphan } from '../../delivery/push/contract.ts'
import { visible } from '../../delivery/visible.ts'
import type { Difference, EventBody } from '../../events/event.ts'
import { effectOf } from './effects.ts'

/** Longer contents are named, not shown. */
const SHOWN_BYTES = 64 * 1024

/** What may be told of the content that a resource is to have. */
type Wanted =
  | { readonly text: string }
  | { readonly hidden: 'secret' | 'too long' | 'no text'; readonly wantedBytes?: number }

function wantedContent(program: Program, id: string): Wanted {
  const [content] = program.resources.get(id)?.resource.contents ?? []
  if (!content || content.sensitive) return { hidden: 'secret' }
  const wantedBytes = content.bytes instanceof Uint8Array ? content.bytes.length : content.bytes.size
  if (!(content.bytes instanceof Uint8Array) || wantedBytes > SHOWN_BYTES)
    return { hidden: 'too long', wantedBytes }
  try {
    return { text: visible(new TextDecoder('utf-8', { fatal: true }).decode(content.bytes)) }
  } catch {
    return { hidden: 'no text', wantedBytes }
  }
}

/** Field by field; what the node hides is the content, or a secret. */
function withTexts(program: Program, { id, differences, currentText: is }: NodeDifference): Difference[] {
  // What is no file at all has no text that could be compared.
  const isOther = differences.some(({ field }) => field === 'type')
  return differences.map((difference): Difference => {
    if (difference.is !== undefined) return difference
    const { field } = difference
    const wanted = wantedContent(program, id)
    if ('hidden' in wanted) return { field, ...wanted }
    if (is !== undefined || isOther) return { field, ...(is !== undefined && { is }), wanted: wanted.text }
    return { field, hidden: 'too long', wantedBytes: Buffer.byteLength(wanted.text) }
  })
}

/** A new file shows its text; of other kinds, and of what is secret, the address says enough. */
function newContent(program: Program, id: string): Difference[] {
  const [content] = program.resources.get(id)?.resource.contents ?? []
  if (!content) return []
  const wanted = wantedContent(program, id)
  return [{ field: 'content', ...('text' in wanted ? { wanted: wanted.text } : wanted) }]
}

/** The event that tells of a resource that is not as wanted. */
export function differenceEvent(program: Program, seen: NodeDifference): EventBody {
  const { node } = program
  const { address, action } = seen
  const differences = action === 'create' ? newContent(program, seen.id) : withTexts(program, seen)
  const effect = effectOf(address, action, seen.differences)
  return {
    type: 'resource-differs',
    node,
    address,
    action,
    reason: reasonOf(seen),
    differences,
    ...(effect && { effect }),
  }
}

function reasonOf({ action, differences }: NodeDifference): string {
  if (action === 'create') return 'it is not there'
  if (action === 'remove') return 'it is to be absent'
  const fields = [...new Set(differences.map(({ field }) => field))]
  return `${fields.join(', ')} ${fields.length === 1 ? 'is' : 'are'} not as wanted`
}

/** The event that tells of something that Bramble made and that is no longer wanted. */
export function orphanEvent(node: string, { kind, name, putsBack, what }: Orphan): EventBody {
  return {
    type: 'resource-differs',
    node,
    address: `${node}/${kind}:${name}`,
    action: 'remove',
    reason: putsBack
      ? `it is no longer in the cluster file; what was there before is put back${what === undefined ? '' : `: ${what}`}`
      : 'it is no longer in the cluster file',
    differences: [],
    ...(putsBack && { putsBack }),
  }
}
