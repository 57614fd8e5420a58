/** Numbers of things in sentences. */

/** `1 voter`, `3 voters`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}
