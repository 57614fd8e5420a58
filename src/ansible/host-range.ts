/**
 * Ranges in names of hosts: `node[1:3]`, `node[01:10:2]`, `[a:c].example.net` (Ansible, "How to build your inventory", adding ranges of hosts).
 * A leading zero keeps the width.
 */

const RANGE = /\[([^[\]]*)\]/
/** More is a slip of the finger, such as a year for a number. */
const LIMIT = 10_000

/** All names that a pattern stands for; a message when its range is none. */
export function hostNames(pattern: string): readonly string[] | string {
  const found = RANGE.exec(pattern)
  if (!found) return /[[\]]/.test(pattern) ? `${pattern} has a bracket without its partner` : [pattern]
  const values = rangeValues(found[1] ?? '')
  if (values === undefined) return `[${found[1]}] in ${pattern} is no range such as [1:3] or [a:c]`
  const names: string[] = []
  for (const value of values) {
    const rest = hostNames(pattern.replace(RANGE, () => value))
    if (typeof rest === 'string') return rest
    names.push(...rest)
    if (names.length > LIMIT) return `${pattern} stands for more than ${LIMIT} hosts`
  }
  return names
}

function rangeValues(range: string): readonly string[] | undefined {
  const [first = '', last = '', step = '1', ...more] = range.split(':')
  if (more.length > 0 || !/^[1-9]\d*$/.test(step)) return undefined
  if (/^\d*$/.test(first) && /^\d+$/.test(last)) {
    const from = first === '' ? '0' : first
    // Ansible takes the width of the first number where it begins with a zero; both are as wide then.
    if (from.length > 1 && from.startsWith('0') && from.length !== last.length) return undefined
    const width = from.startsWith('0') ? from.length : 0
    return upTo(Number(from), Number(last), Number(step)).map((value) => String(value).padStart(width, '0'))
  }
  if (/^[a-z]$/i.test(first) && /^[a-z]$/i.test(last)) {
    const codes = upTo(first.charCodeAt(0), last.charCodeAt(0), Number(step))
    return codes.map((code) => String.fromCharCode(code)).filter((letter) => /[a-z]/i.test(letter))
  }
  return undefined
}

function upTo(first: number, last: number, step: number): readonly number[] {
  const count = Math.max(0, Math.floor((last - first) / step) + 1)
  return Array.from({ length: Math.min(count, LIMIT + 1) }, (_, index) => first + index * step)
}
