/** Finds what two things have in common that should differ. */

/** Pairs of a thing and the first one before it that has the same value; things without a value are left out. */
export function repeated<Thing extends { readonly name: string }>(
  things: readonly Thing[],
  valueOf: (thing: Thing) => string | undefined,
): { node: string; other: string; value: string }[] {
  const first = new Map<string, string>()
  return things.flatMap((thing) => {
    const value = valueOf(thing)
    if (value === undefined || value === '') return []
    const other = first.get(value)
    if (other === undefined) first.set(value, thing.name)
    return other === undefined ? [] : [{ node: thing.name, other, value }]
  })
}
