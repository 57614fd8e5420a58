/** Takes the values of secrets out of any text, however they were written into it. */
import { PatternSearch } from './pattern-search.ts'
import type { Match } from './pattern-search.ts'
import { writtenForms } from './written-forms.ts'
import type { SecretText } from './secret-content.ts'

/** Gives the text with `[secret NAME]` in place of every value. */
export type Redactor = (text: string) => string

/** A mark of so few characters cannot contain a value. */
const BARE_MARK = '***'

/** A mark next to other text can make up another value by accident, so the result is looked at again. */
const MAX_PASSES = 8

/**
 * Makes a redactor. It finds each value as it is and in base64 (also as a part of something longer), hexadecimal, URL encoding,
 * JSON, shell and HTML quoting, and every line of a value with several lines. Values under eight characters are
 * left alone: they are refused when a secret is made. One pass, whatever the number of values.
 */
export function redactor(secrets: readonly SecretText[]): Redactor {
  const names = new Map<string, string>()
  for (const { name, text } of secrets) {
    for (const form of writtenForms(text)) if (!names.has(form)) names.set(form, name)
  }
  if (names.size === 0) return (text) => text
  const search = new PatternSearch(names)
  const markOf = (name: string): string => {
    const mark = `[secret ${name}]`
    return search.find(mark).length === 0 ? mark : BARE_MARK
  }
  return (text) => {
    let result = text
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const matches = search.find(result)
      if (matches.length === 0) return result
      result = replaced(result, joined(result, matches), markOf)
    }
    return BARE_MARK
  }
}

/** What may lie between two lines of one value, which then get one mark. */
const LINE_BREAK = /^(?:\s|\\+[nr])*$/

/** Unites matches that overlap: of two values that share some letters, nothing may be left. */
function joined(text: string, matches: readonly Match[]): readonly Match[] {
  const result: Match[] = []
  for (const match of matches.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1)
    const touches =
      last !== undefined &&
      (match.start < last.end ||
        (match.name === last.name && LINE_BREAK.test(text.slice(last.end, match.start))))
    if (touches) result[result.length - 1] = { ...last, end: Math.max(last.end, match.end) }
    else result.push(match)
  }
  return result
}

function replaced(text: string, matches: readonly Match[], markOf: (name: string) => string): string {
  const parts: string[] = []
  let position = 0
  for (const { start, end, name } of matches) {
    parts.push(text.slice(position, start), markOf(name))
    position = end
  }
  parts.push(text.slice(position))
  return parts.join('')
}
