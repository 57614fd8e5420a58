/** Finds the name that somebody probably meant to type. */

/** Fewer changes than this make a name "near" (the limit that Terraform uses). */
const NEAR = 3

/**
 * The candidate that is nearest to `word`, or undefined when none is near. Upper and lower case count as equal; of
 * two equally near candidates the first one is taken. Failing that, a candidate that begins with the word is meant.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined
  // A short word is near to everything: allow one change for every two characters.
  let limit = Math.min(NEAR, Math.floor(word.length / 2) + 1)
  for (const candidate of candidates) {
    const changes = changesBetween(word.toLowerCase(), candidate.toLowerCase(), limit)
    if (changes < limit) {
      limit = changes
      nearest = candidate
    }
  }
  return nearest ?? beginningWith(word, candidates)
}

/** So short a beginning says nothing. */
const BEGINNING = 3

function beginningWith(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < BEGINNING) return undefined
  const found = [...candidates].filter((candidate) => candidate.toLowerCase().startsWith(word.toLowerCase()))
  return found.length === 1 ? found[0] : undefined
}

/** Another digit is another thing (pi5, pi6), not a slip of the finger. */
function replacing(one = '', other = ''): number {
  if (one === other) return 0
  return /^\d\d$/.test(one + other) ? 2 : 1
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` ("optimal string alignment"),
 * given up as soon as `limit` is certain.
 */
function changesBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replace = (last[column - 1] ?? 0) + replacing(a[row - 1], b[column - 1])
      const cost = Math.min(replace, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current.push(swapped ? Math.min(cost, (beforeLast[column - 2] ?? 0) + 1) : cost)
    }
    if (Math.min(...current) >= limit && Math.min(...last) >= limit) return limit
    beforeLast = last
    last = current
  }
  return last[b.length] ?? limit
}
