/** Amounts of bytes as people read them. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `512 MiB`, `3.7 GiB`: three digits at most, in powers of 1024. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 9.95 || Number.isInteger(value) ? 0 : 1
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}
