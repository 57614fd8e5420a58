/** A plan that is kept to be applied later: what it started from, and what it showed. */
import { z } from 'zod'
import type { Event } from '../../events/event.ts'

/** Something that differs, as its event has it. */
export interface PlannedDifference {
  readonly node: string
  readonly address: string
}

/** Kept as it is, with the order of its keys: it is compared as text. */
const differenceSchema = z.custom<PlannedDifference>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'address' in value &&
    typeof value.address === 'string' &&
    'node' in value &&
    typeof value.node === 'string',
)

/** The shape of a plan file. */
export const plannedRunSchema = z.object({
  plan: z.literal(1),
  /** Version of Bramble that made it. */
  bramble: z.string(),
  cluster: z.string(),
  made: z.object({ at: z.string(), by: z.string() }),
  lab: z.boolean(),
  set: z.array(z.string()),
  /** The words that chose nodes, and the nodes that they chose. */
  scope: z.object({ nodes: z.array(z.string()).optional(), roles: z.array(z.string()).optional() }),
  nodes: z.array(z.string()),
  /** By what it is called in a sentence, the digest of everything that the plan was made from. */
  inputs: z.record(z.string(), z.string()),
  /** What the nodes and engines showed, by address. */
  differences: z.array(differenceSchema),
})

/** The document of a plan file. */
export type PlannedRun = z.output<typeof plannedRunSchema>

/** What a look has shown, as far as an apply is held to it. */
export interface Shown {
  readonly differences: PlannedDifference[]
  /** Nodes that answered and of which everything could be looked at. */
  readonly seen: ReadonlySet<string>
}

/** What the events of a look have shown; the same whenever the same differs. */
export function shownBy(events: readonly Event[]): Shown {
  const seen = new Set<string>()
  const differences: PlannedDifference[] = []
  for (const event of events) if (event.type === 'node-connected') seen.add(event.node)
  for (const event of events) {
    if (event.type === 'resource-unseen') seen.delete(event.node)
    if (event.type !== 'resource-differs') continue
    const { v: _v, at: _at, run: _run, type: _type, ...difference } = event
    differences.push(difference)
  }
  // Nodes answer in any order.
  return { differences: differences.toSorted((a, b) => (a.address < b.address ? -1 : 1)), seen }
}
