/** Where a text stops being JSON (RFC 8259): what `JSON.parse` says of it is different in each version of Node, and often without a place. */

type Open = '{' | '['
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'after value'

const SCALAR =
  /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy
const SPACE = /[ \t\n\r]*/y

/** Offset of the first character that cannot stand where it does; the length where something is missing; undefined where it is JSON. */
export function jsonMistakeAt(text: string): number | undefined {
  const open: Open[] = []
  let expected: Expected = 'value'
  let at = after(SPACE, text, 0)
  while (at < text.length) {
    const next = step(text, at, expected, open)
    if (next === undefined) return at
    expected = next.expected
    at = after(SPACE, text, next.at)
  }
  return expected === 'after value' && open.length === 0 ? undefined : text.length
}

interface Next {
  readonly at: number
  readonly expected: Expected
}

/** Takes one token; undefined where it may not stand there. */
function step(text: string, at: number, expected: Expected, open: Open[]): Next | undefined {
  switch (expected) {
    case ':':
      return text[at] === ':' ? { at: at + 1, expected: 'value' } : undefined
    case 'after value':
      return afterValue(text, at, open)
    case 'key':
      return text[at] === '"' ? scalar(text, at, ':') : undefined
    case 'key or }':
      return text[at] === '}' ? close(at, open) : step(text, at, 'key', open)
    case 'value or ]':
      return text[at] === ']' ? close(at, open) : step(text, at, 'value', open)
    default: {
      const character = text[at]
      if (character !== '{' && character !== '[') return scalar(text, at, 'after value')
      open.push(character)
      return { at: at + 1, expected: character === '{' ? 'key or }' : 'value or ]' }
    }
  }
}

function afterValue(text: string, at: number, open: Open[]): Next | undefined {
  const inside = open.at(-1)
  if (inside === undefined) return undefined
  if (text[at] === ',') return { at: at + 1, expected: inside === '{' ? 'key' : 'value' }
  return text[at] === (inside === '{' ? '}' : ']') ? close(at, open) : undefined
}

function close(at: number, open: Open[]): Next {
  open.pop()
  return { at: at + 1, expected: 'after value' }
}

function scalar(text: string, at: number, expected: Expected): Next | undefined {
  const end = after(SCALAR, text, at)
  return end === at ? undefined : { at: end, expected }
}

/** Offset behind what the pattern matches at a place; the place itself where it does not match. */
function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
