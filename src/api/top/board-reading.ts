/** What a board says of how it is, read from the lines of `top.sh`, and how bad that is. */

import { boardHealth, HOT } from '../../hardware/board-health.ts'

/** What may be asked of a board, in the order of the table. */
export const MEASURES = ['memory', 'load', 'heat', 'throttled', 'disk', 'wear', 'uptime'] as const

/** One of them. */
export type Measure = (typeof MEASURES)[number]

/** How one board is. What it does not tell is left out, and is named in `unknown`. */
export interface BoardReading {
  readonly node: string
  readonly reached: boolean
  /** Why not. */
  readonly detail?: string
  readonly fix?: string
  readonly memory?: {
    readonly totalBytes: number
    readonly usedBytes: number
    readonly swapUsedBytes: number
  }
  /** Of the last 1, 5 and 15 minutes, and on how many processors. */
  readonly load?: { readonly averages: readonly number[]; readonly processors: number }
  /** Degrees Celsius, of the hottest place. */
  readonly heat?: number
  /** Reasons, now and at any time since the boot. */
  readonly throttled?: { readonly now: readonly string[]; readonly sinceBoot: readonly string[] }
  /** The file system that is fullest, as a share of what its users may use. */
  readonly disk?: {
    readonly path: string
    readonly usedShare: number
    readonly freeBytes: number
    readonly readOnly: boolean
  }
  /** How much of the life of its flash memory is over, at most: 0.3 is 20 to 30 %. */
  readonly wear?: number
  /** Errors that the file systems on its disks have counted. */
  readonly cardErrors?: number
  readonly uptimeSeconds?: number
  readonly unknown: readonly Measure[]
  /** 0 all is well, 1 worth a look, 2 bad; by measure, and of all of them the worst. Not known counts as nothing. */
  readonly severity: number
  readonly severities: Readonly<Partial<Record<Measure, number>>>
}

/** Where it is worth a look, and where it is bad. A Pi slows down at 80 °C (Raspberry Pi documentation, "Frequency management"). */
const LIMITS = {
  memory: [0.85, 0.95],
  load: [1.5, 4],
  heat: [70, HOT],
  disk: [0.85, 0.95],
  wear: [0.7, 0.9],
} as const

/** Reads what the node printed. */
export function readBoard(node: string, lines: readonly string[]): BoardReading {
  const values = new Map<string, string[][]>()
  for (const line of lines) {
    const [key = '', ...rest] = line.trim().split(/\s+/)
    values.set(key, [...(values.get(key) ?? []), rest])
  }
  const number = (key: string): number | undefined => numberOf(values.get(key)?.[0]?.[0])
  const uptime = number('uptime')
  const told = Object.fromEntries([...values].map(([key, all]) => [key, all[0]?.join(' ')]))
  const { isReadOnly, ...rest } = boardHealth(told)
  const read = {
    ...withMemory(number),
    ...withLoad(values.get('load')?.[0] ?? [], number('cpus')),
    ...withDisk(values.get('disk') ?? [], isReadOnly === true),
    ...rest,
    ...(uptime !== undefined && { uptimeSeconds: Math.floor(uptime) }),
  }
  const unknown = MEASURES.filter((measure) => !((measure === 'uptime' ? 'uptimeSeconds' : measure) in read))
  const severities = severitiesOf(read)
  return {
    node,
    reached: true,
    ...read,
    unknown,
    severities,
    severity: Math.max(0, ...Object.values(severities)),
  }
}

type Read = Omit<BoardReading, 'node' | 'reached' | 'unknown' | 'severity' | 'severities'>

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || !/^-?\d+(\.\d+)?$/.test(text) ? undefined : Number(text)
}

function withMemory(number: (key: string) => number | undefined): Read {
  const [total, available] = [number('MemTotal'), number('MemAvailable')]
  if (total === undefined || available === undefined || total === 0) return {}
  const swapUsed = (number('SwapTotal') ?? 0) - (number('SwapFree') ?? 0)
  return {
    memory: {
      totalBytes: total * 1024,
      usedBytes: (total - available) * 1024,
      swapUsedBytes: swapUsed * 1024,
    },
  }
}

function withLoad(words: readonly string[], processors: number | undefined): Read {
  const averages = words.flatMap((word) => numberOf(word) ?? [])
  return averages.length < 3 || processors === undefined || processors < 1
    ? {}
    : { load: { averages, processors } }
}

function withDisk(lines: readonly (readonly string[])[], readOnly: boolean): Read {
  const disks = lines.flatMap(([, usedText, freeText, ...path]) => {
    const [used, free] = [numberOf(usedText), numberOf(freeText)]
    if (used === undefined || free === undefined || used + free <= 0) return []
    // What is kept for root is nobody else's (df(1) of coreutils counts so).
    return [{ path: path.join(' '), usedShare: used / (used + free), freeBytes: free * 1024, readOnly }]
  })
  const [fullest] = disks.toSorted((one, other) => other.usedShare - one.usedShare)
  return fullest === undefined ? {} : { disk: fullest }
}

function severitiesOf({
  memory,
  load,
  heat,
  throttled,
  disk,
  wear,
  cardErrors = 0,
}: Read): Partial<Record<Measure, number>> {
  const by = (measure: keyof typeof LIMITS, value: number): number => {
    const [look, bad] = LIMITS[measure]
    return value >= bad ? 2 : value >= look ? 1 : 0
  }
  return {
    ...(memory && { memory: by('memory', memory.usedBytes / memory.totalBytes) }),
    ...(load && { load: by('load', (load.averages[1] ?? 0) / load.processors) }),
    ...(heat !== undefined && { heat: by('heat', heat) }),
    ...(throttled && { throttled: throttled.now.length > 0 ? 2 : throttled.sinceBoot.length > 0 ? 1 : 0 }),
    ...(disk && { disk: disk.readOnly || cardErrors > 0 ? 2 : by('disk', disk.usedShare) }),
    ...(wear !== undefined && { wear: by('wear', wear) }),
  }
}

/** Worst first: who is not reached, then by what is bad, by how much of it, and by what is used most. */
export function worstFirst(boards: readonly BoardReading[]): BoardReading[] {
  const weight = ({ reached, severity, severities, memory, disk }: BoardReading): number[] => [
    reached ? 0 : 1,
    severity,
    Object.values(severities).reduce((sum, each) => sum + each, 0),
    Math.max(memory ? memory.usedBytes / memory.totalBytes : 0, disk?.usedShare ?? 0),
  ]
  return boards.toSorted((one, other) => {
    const [mine, theirs] = [weight(one), weight(other)]
    const at = mine.findIndex((value, index) => value !== theirs[index])
    return at < 0 ? 0 : (theirs[at] ?? 0) - (mine[at] ?? 0)
  })
}
