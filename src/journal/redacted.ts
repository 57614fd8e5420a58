/** Takes secrets out of a whole value before it becomes JSON, where escapes would hide them from a search. */

/** The same value with `redact` applied to every text in it, keys of maps included. */
export function redacted<Value>(value: Value, redact: (text: string) => string): Value {
  return walk(value, redact) as Value
}

function walk(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((element) => walk(element, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [redact(key), walk(element, redact)]),
  )
}
