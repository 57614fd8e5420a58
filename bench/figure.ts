/** Measured figures: samples, their median, and what they should be. */

/** Something that was measured several times. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly samples: readonly number[]
  /** The figure is met when its median is at most this ... */
  readonly atMost?: number
  /** ... or at least this ... */
  readonly atLeast?: number
  /** ... or, where nothing may ever go wrong, every sample is. */
  readonly each?: boolean
}

/** The middle of the samples; of an even number of them the mean of the two in the middle. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const low = sorted[Math.floor((sorted.length - 1) / 2)]
  const high = sorted[Math.floor(sorted.length / 2)]
  if (low === undefined || high === undefined) throw new Error('there is no median of nothing')
  return (low + high) / 2
}

/** Whether a figure is as it should be; undefined for one that has no target. */
export function isMet({ samples, atMost, atLeast, each }: Figure): boolean | undefined {
  if (atMost !== undefined) return (each ? Math.max(...samples) : median(samples)) <= atMost
  if (atLeast !== undefined) return (each ? Math.min(...samples) : median(samples)) >= atLeast
  return undefined
}

function targetOf({ atMost, atLeast }: Figure): string {
  if (atMost !== undefined) return `<= ${shortNumber(atMost)}`
  return atLeast === undefined ? '' : `>= ${shortNumber(atLeast)}`
}

/** Three significant digits below a thousand, whole numbers above. */
export function shortNumber(value: number): string {
  return Math.abs(value) >= 1000 || Number.isInteger(value) ? value.toFixed(0) : String(+value.toPrecision(3))
}

const HEAD = ['figure', 'median', 'from', 'to', 'n', 'target', '']

/** The figures as a table, one line each. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { samples, unit } = figure
    const met = isMet(figure)
    return [
      figure.name,
      `${shortNumber(median(samples))} ${unit}`.trim(),
      shortNumber(Math.min(...samples)),
      shortNumber(Math.max(...samples)),
      String(samples.length),
      targetOf(figure),
      met === undefined ? '' : met ? 'met' : 'MISSED',
    ]
  })
  return alignedTable([HEAD, ...rows])
}

/** Lines whose columns stand below one another. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map((row) => `${line(row)}\n`).join('')
}
