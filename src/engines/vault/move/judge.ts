/** What is next for a move, from what the nodes have: it may have been cut off anywhere, and nobody remembers but they. */
import { placeWords, type Place } from './configs.ts'
import type { MoveState, NodeLook } from './on-node.ts'

/** From where to where. */
export interface Ways {
  readonly from: Place
  readonly to: Place
}

/** What is next. */
export type Next =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly reason: string }
  /** All was copied and compared, and no server of before has run since: what is missing is the change of the servers. */
  | { readonly kind: 'finish'; readonly worker: string }
  /** The copy is made, from the beginning. `again` where one was cut off; `isRunning`: the old servers run. */
  | {
      readonly kind: 'copy'
      readonly isRunning: boolean
      readonly again?: MoveState & { readonly node: string }
    }

const refused = (reason: string): Next => ({ kind: 'refused', reason })

/** Judges. */
export function nextOf(looks: readonly NodeLook[], ways: Ways): Next {
  const marked = looks.flatMap(({ node, state }) => (state === undefined ? [] : [{ node, ...state }]))
  const [again] = marked
  const strange = otherMove(marked, ways)
  if (strange !== undefined) return refused(strange)
  const switched = looks.filter(({ storage }) => storage === ways.to.kind)
  if (again === undefined && switched.length > 0) return alreadyThere(switched, ways)
  const isRunning = looks.some(({ servers }) => servers.length > 0)
  // An apply of somebody has turned them on again.
  const mayHaveRun = isRunning || looks.some(({ isEnabled }) => isEnabled)
  if (again?.phase === 'copied' && (switched.length > 0 || !mayHaveRun))
    return { kind: 'finish', worker: again.node }
  if (switched.length > 0)
    return refused(
      `${namesOf(switched)} would begin with half of the data: nothing is done before somebody has looked at it`,
    )
  const inTheWay = ways.to.kind === 'raft' ? looks.filter(({ hasRaft }) => hasRaft) : []
  if (inTheWay.length > 0)
    return refused(
      `both hold data: ${namesOf(inTheWay)} has one in ${placeWords(ways.to)} already; move it away when nobody needs it`,
    )
  return { kind: 'copy', isRunning, ...(again && { again }) }
}

/** What was begun is to be ended before something else is. */
function otherMove(
  [first, second]: readonly (MoveState & { readonly node: string })[],
  { from, to }: Ways,
): string | undefined {
  if (first === undefined) return undefined
  if (second !== undefined)
    return `two moves were begun, on ${first.node} and on ${second.node}: one of them is somebody else's`
  return first.from === placeWords(from) && first.to === placeWords(to)
    ? undefined
    : `a move from ${first.from} to ${first.to} was begun on ${first.node}, and is to be ended first: type it again as it was`
}

function alreadyThere(switched: readonly NodeLook[], { from, to }: Ways): Next {
  if (from.kind !== 'file') return { kind: 'nothing' }
  return refused(
    `Vault runs on ${namesOf(switched)} already, with its data in ${placeWords(to)}: two Vaults cannot become one`,
  )
}

function namesOf(looks: readonly NodeLook[]): string {
  return looks.map(({ node }) => node).join(', ')
}
