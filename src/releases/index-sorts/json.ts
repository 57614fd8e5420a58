/** Reads an index that is JSON. Throws a plain sentence when it is not. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
}
