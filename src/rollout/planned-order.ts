/** In which order an apply would change nodes: what a plan shows, by the same decisions. */
import type { QuorumGroup } from '../engines/contract.ts'
import type { Lane } from '../events/event.ts'
import { splitByGuard } from './converge.ts'
import { nextInTurn } from './guard.ts'
import { waves, type PendingNode } from './turns.ts'
import type { UnderWay } from './under-way.ts'

/** The lanes, which all begin at once. Asks the groups that would be interrupted who leads them. */
export async function plannedOrder(run: UnderWay, pending: readonly PendingNode[]): Promise<Lane[]> {
  const { guarded, free } = await splitByGuard(run, pending)
  const groups = [...new Set(guarded.flatMap((node) => node.groups))]
  const turns = await inTurns(run, guarded, groups)
  return [
    ...waves(free).map(({ canary, rest }): Lane => ({
      guard: canary === undefined ? 'free' : 'canary',
      steps: [...(canary === undefined ? [] : [[canary]]), ...(rest.length > 0 ? [rest] : [])],
    })),
    ...(turns.length > 0 ? [{ guard: groups.map(({ name }) => name).join(' and '), steps: turns }] : []),
  ]
}

async function inTurns(
  { delivery }: UnderWay,
  guarded: readonly { readonly name: string }[],
  groups: readonly QuorumGroup[],
): Promise<string[][]> {
  const states = await Promise.all(groups.map((group) => group.observe(delivery.link)))
  const waiting = guarded.map(({ name }) => name)
  const order: string[][] = []
  for (let next = nextInTurn(waiting, states); next !== undefined; next = nextInTurn(waiting, states)) {
    order.push([next])
    waiting.splice(waiting.indexOf(next), 1)
  }
  return order
}
