/** The words that choose nodes on the command line, read: which there are, and which of them take nodes away. */

/** What one word means: the nodes that it stands for, and what it does with them. */
export interface ChosenWord {
  /** As it was typed. */
  readonly typed: string
  /** `any`: one of these is enough; `all`: each of these as well; `none`: none of these. */
  readonly part: 'any' | 'all' | 'none'
  /** `name` when nothing but a name was typed. */
  readonly by: 'name' | 'label' | (typeof PREFIXES)[number]
  readonly value: string
}

/** What may stand before a colon: the keys of a selector in the cluster file, and what a name can be the name of. */
export const PREFIXES = ['node', 'group', 'role', 'model', 'memory', 'architecture', 'has', 'labels'] as const

/** Before a word, with and without characters that a shell would take for itself. */
const PARTS: readonly (readonly [start: string, part: ChosenWord['part']])[] = [
  ['!', 'none'],
  ['not:', 'none'],
  ['&', 'all'],
  ['and:', 'all'],
]

/**
 * Reads lists such as `core,!ada` or, as people with other habits type it, `core:!ada:&rack=2`. Empty words are left out, but
 * a `!` with nothing behind it is a word, which nothing has the name of.
 */
export function readChosenWords(lists: readonly string[]): ChosenWord[] {
  return lists
    .flatMap((list) => list.split(/,|:(?=[!&])/))
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map(readWord)
}

function readWord(typed: string): ChosenWord {
  const [start = '', part = 'any'] = PARTS.find(([beginning]) => typed.startsWith(beginning)) ?? []
  const rest = typed.slice(start.length).trim()
  const [, key, negated, value] = /^([^=:!<>]+)(!?)=(.*)$/.exec(rest) ?? []
  if (key !== undefined && value !== undefined)
    return { typed, part: negated === '!' ? opposite(part) : part, by: 'label', value: `${key}=${value}` }
  const colon = rest.indexOf(':')
  const prefix = PREFIXES.find((known) => known === rest.slice(0, Math.max(colon, 0)))
  if (prefix !== undefined) return { typed, part, by: prefix, value: rest.slice(colon + 1).trim() }
  return { typed, part, by: 'name', value: rest }
}

/** `rack!=2` takes away what `rack=2` adds; `!rack!=2` is `rack=2` once more. */
function opposite(part: ChosenWord['part']): ChosenWord['part'] {
  return part === 'none' ? 'all' : 'none'
}

/** Whether a name is a pattern, as shells have them. */
export function isPattern(name: string): boolean {
  return /[*?[]/.test(name)
}

/** The names that fit a pattern: `*` stands for anything, `?` for one character, `[a-c]` for one of these, `[!a-c]` for one of the others. */
export function fitting(pattern: string, names: readonly string[]): string[] {
  const source = pattern.replaceAll(/\[(!?)([^\]\\]+)\]|[\s\S]/g, (part, not?: string, set?: string) => {
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll(/[[^]/g, '\\$&')}]`
    if (part === '*') return '.*'
    return part === '?' ? '.' : part.replaceAll(/[.+^${}()|[\]\\/]/g, '\\$&')
  })
  try {
    const expression = new RegExp(`^${source}$`)
    return names.filter((name) => expression.test(name))
  } catch {
    // A range from back to front, such as [z-a], fits nothing.
    return []
  }
}
