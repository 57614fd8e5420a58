/** Small changes of a cluster file, as data: what is done to the text is proven by doing the same to its values. */
import type { KeyPath } from '../positions.ts'

/** One change. All paths of a list of changes are those before the first of them. */
export type Change =
  /** Another text at a place. */
  | { readonly do: 'set'; readonly path: KeyPath; readonly to: string }
  /** Another name for the last key of a path. */
  | { readonly do: 'rename-key'; readonly path: KeyPath; readonly to: string }
  /** A key with its value, or an item of a list, goes. */
  | { readonly do: 'remove'; readonly path: KeyPath }
  /** A new key at the end of the map at a path. */
  | { readonly do: 'put'; readonly path: KeyPath; readonly key: string; readonly value: PlainMap }
  /** A new item at the end of the list at a path; a single value becomes a list. */
  | { readonly do: 'append'; readonly path: KeyPath; readonly item: string }

/** A map of what YAML can write. */
export type PlainMap = Readonly<Record<string, unknown>>

/** The values with the changes in them. */
export function changedValue(value: unknown, changes: readonly Change[]): unknown {
  return withChanges(value, changes, [])
}

function withChanges(value: unknown, changes: readonly Change[], walked: KeyPath): unknown {
  const own = changes.filter(
    ({ path }) => path.length === walked.length && walked.every((step, at) => step === path[at]),
  )
  const inner =
    value === null || typeof value !== 'object'
      ? value
      : Array.isArray(value)
        ? list(value, changes, walked)
        : map(value, changes, walked)
  return own.reduce(applied, inner)
}

function applied(value: unknown, change: Change): unknown {
  if (change.do === 'set') return change.to
  if (change.do === 'put') return { ...(value as PlainMap | null | undefined), [change.key]: change.value }
  if (change.do === 'append') return [...(Array.isArray(value) ? (value as unknown[]) : [value]), change.item]
  return value
}

/** What becomes of one entry of a map or a list: the change of its key, or that it goes. */
function atEntry(changes: readonly Change[], path: KeyPath): Change | undefined {
  return changes.find(
    (change) =>
      (change.do === 'remove' || change.do === 'rename-key') &&
      change.path.length === path.length &&
      path.every((step, at) => step === change.path[at]),
  )
}

function list(value: readonly unknown[], changes: readonly Change[], walked: KeyPath): unknown[] {
  return value.flatMap((item, index) => {
    const path = [...walked, index]
    return atEntry(changes, path) ? [] : [withChanges(item, changes, path)]
  })
}

function map(value: object, changes: readonly Change[], walked: KeyPath): PlainMap {
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    const path = [...walked, key]
    const change = atEntry(changes, path)
    if (change?.do === 'remove') return []
    return [[change?.do === 'rename-key' ? change.to : key, withChanges(item, changes, path)]]
  })
  return Object.fromEntries(entries)
}
