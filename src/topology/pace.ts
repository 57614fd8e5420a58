/** How many nodes may be away for the same step at once. */

/** Of the nodes with a role: as many as there are, one, or so many. */
export type Pace = 'together' | 'one at a time' | { readonly batch: number }

/** The number that a pace stands for. */
export function mostAtOnce(pace: Pace): number {
  if (pace === 'together') return Infinity
  return pace === 'one at a time' ? 1 : Math.max(1, pace.batch)
}
