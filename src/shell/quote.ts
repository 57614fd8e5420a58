/** The one place where a value becomes shell text. */

const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/

/**
 * One word of POSIX shell that stands for exactly `value` (POSIX 2.2.2, single quotes).
 * Throws for a NUL character: no shell word and no argument of a program can hold one.
 */
export function quote(value: string): string {
  if (value.includes('\0')) throw new Error('a shell word cannot hold a NUL character')
  if (PLAIN.test(value)) return value
  return `'${value.replaceAll("'", "'\\''")}'`
}

/** A command line of POSIX shell that starts `argv` with exactly these words. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(quote).join(' ')
}
