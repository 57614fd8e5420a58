/** Finds names that lead back to themselves. */

/**
 * Every loop once, each starting with its earliest name. Two loops that share a name may be told as one: when that one is gone, the other shows.
 */
export function loopsIn(
  names: readonly string[],
  next: (name: string) => readonly string[],
): readonly string[][] {
  const done = new Set<string>()
  const loops: string[][] = []
  const order = new Map(names.map((name, index) => [name, index]))
  for (const start of names) {
    const path: string[] = []
    const onPath = new Map<string, number>()
    const open: { readonly name: string; readonly rest: string[] }[] = []
    const enter = (name: string): void => {
      onPath.set(name, path.length)
      path.push(name)
      open.push({ name, rest: [...next(name)] })
    }
    if (!done.has(start)) enter(start)
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const step = top.rest.shift()
      if (step === undefined) {
        open.pop()
        path.pop()
        onPath.delete(top.name)
        done.add(top.name)
      } else if (onPath.has(step)) {
        loops.push(fromEarliest(path.slice(onPath.get(step)), order))
      } else if (!done.has(step)) {
        enter(step)
      }
    }
  }
  return loops
}

function fromEarliest(loop: readonly string[], order: ReadonlyMap<string, number>): string[] {
  const ranks = loop.map((name) => order.get(name) ?? 0)
  const start = ranks.indexOf(Math.min(...ranks))
  return [...loop.slice(start), ...loop.slice(0, start)]
}
