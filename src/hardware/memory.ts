/** Reads and writes amounts of memory as people write them: `512MiB`, `1GiB`. */

const KIB = 1024

/** Bytes of a unit. `GB` on the box of a board means GiB, so both are the same here. */
const UNIT_BYTES: Readonly<Record<string, number>> = { K: KIB, M: KIB ** 2, G: KIB ** 3, T: KIB ** 4 }

/** Bytes of `512MiB`, `1GiB`, `1.5 GiB`, `4GB` or `1G` (all powers of 1024); undefined for anything else. */
export function parseMemory(text: string): number | undefined {
  const parts = /^(\d{1,6}(?:\.\d{1,3})?) ?([KMGT])(?:i?B)?$/.exec(text)
  const unit = UNIT_BYTES[parts?.[2] ?? '']
  return unit === undefined ? undefined : Math.round(Number(parts?.[1]) * unit)
}

/** The shortest exact way to write bytes: `1GiB`, `512MiB`, `1.5GiB`; other amounts are rounded to two decimals. */
export function formatMemory(bytes: number): string {
  for (const unit of ['T', 'G', 'M'] as const) {
    const size = bytes / (UNIT_BYTES[unit] ?? 1)
    if (size >= 1) return `${Number(size.toFixed(2))}${unit}iB`
  }
  return `${Number((bytes / KIB).toFixed(2))}KiB`
}
