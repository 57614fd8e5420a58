/** What adding, removing and renaming a node means in a cluster file: changes of every place that names it. */
import type { z } from 'zod'
import { editCodes } from '../../diagnostics/catalogue/edit.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { namedNodes, type NamedNode } from '../node-names.ts'
import { keyPathText, type KeyPath, type Positions } from '../positions.ts'
import type { Change, PlainMap } from './change.ts'

/** A cluster file as it is written. */
export interface WrittenFile {
  readonly value: unknown
  readonly positions: Positions
  /** The schema with the roles that there are. */
  readonly schema: z.ZodType
}

/** What is to become of a node. */
export type NodeEdit =
  | {
      readonly do: 'add'
      readonly node: string
      /** Its keys, as they are to be written. */
      readonly entry: PlainMap
      /** Groups and roles that list their nodes by name, which get it too. */
      readonly groups: readonly string[]
      readonly roles: readonly string[]
    }
  | {
      readonly do: 'remove'
      readonly node: string
      /** Takes its place wherever it is named. */
      readonly instead?: string | undefined
    }
  | { readonly do: 'rename'; readonly node: string; readonly to: string }

/** The changes, or why there are none. */
export type EditResult =
  { readonly changes: readonly Change[] } | { readonly diagnostics: readonly Diagnostic[] }

/** The changes that an edit comes to. */
export function changesOf(edit: NodeEdit, file: WrittenFile): EditResult {
  const nodes = keysAt(file.value, 'nodes')
  if (edit.do === 'add') return added(edit, nodes, file)
  const { node } = edit
  if (!nodes.includes(node)) {
    return {
      diagnostics: [editCodes.NODE_NOT_IN_FILE({ node, near: didYouMean(node, nodes), known: nodes })],
    }
  }
  if (edit.do === 'remove') {
    const { instead } = edit
    if (instead === undefined) return removed(node, file)
    if (instead !== node && nodes.includes(instead)) return replaced(node, instead, file)
    const known = nodes.filter((name) => name !== node)
    return {
      diagnostics: [editCodes.NODE_NOT_IN_FILE({ node: instead, near: didYouMean(instead, known), known })],
    }
  }
  if (nodes.includes(edit.to)) return { diagnostics: [there(edit.to, file)] }
  const places = placesOf(node, file)
  return {
    changes: [
      { do: 'rename-key', path: ['nodes', node], to: edit.to },
      ...places.map(({ path }): Change => ({ do: 'set', path, to: edit.to })),
    ],
  }
}

function there(node: string, { positions }: WrittenFile): Diagnostic {
  return editCodes.NODE_IN_FILE({ node }, { where: positions.ofKey(['nodes', node]) })
}

function placesOf(node: string, { schema, value }: WrittenFile): readonly NamedNode[] {
  return namedNodes(schema, value).filter(({ name }) => name === node)
}

function added(
  edit: NodeEdit & { readonly do: 'add' },
  nodes: readonly string[],
  file: WrittenFile,
): EditResult {
  const { node, entry } = edit
  if (nodes.includes(node)) return { diagnostics: [there(node, file)] }
  const lists = [
    ...edit.groups.map((name) => ({ what: 'group' as const, name, path: ['groups', name] })),
    ...edit.roles.map((name) => ({ what: 'role' as const, name, path: ['roles', name, 'on'] })),
  ]
  const diagnostics = lists.flatMap((list) => listProblem(list, file))
  if (diagnostics.length > 0) return { diagnostics }
  return {
    changes: [
      { do: 'put', path: ['nodes'], key: node, value: entry },
      ...lists.map(({ path }): Change => ({ do: 'append', path, item: node })),
    ],
  }
}

/** Why a node cannot be put into a group or a role by its name. */
function listProblem(
  { what, name, path }: { readonly what: 'group' | 'role'; readonly name: string; readonly path: KeyPath },
  { value, positions }: WrittenFile,
): Diagnostic[] {
  const known = keysAt(value, `${what}s`)
  if (!known.includes(name))
    return [editCodes.NO_SUCH_LIST({ what, name, near: didYouMean(name, known), known })]
  const list = valueAt(value, path)
  const names = [list].flat()
  if (names.every((item) => typeof item === 'string' && item !== 'all' && item !== 'rest')) return []
  const how = names.includes('all') ? 'all' : names.includes('rest') ? 'rest' : 'selector'
  return [editCodes.LIST_NOT_BY_NAME({ what, name, how }, { where: positions.of(path) })]
}

/** What names it goes along, unless nothing would be left where nodes are chosen: who is meant then is not ours to say. */
function removed(node: string, file: WrittenFile): EditResult {
  const places = placesOf(node, file)
  const needs = places.filter(
    ({ use, path }) => use === 'way' || (use === 'selection' && isOnly(node, path, file.value)),
  )
  // What stands within the node itself goes with it.
  const diagnostics = needs
    .filter(({ path }) => path[1] !== node || path[0] !== 'nodes')
    .map(({ path, use }) => {
      const where = file.positions.of(path)
      return use === 'way'
        ? editCodes.NODE_IS_THE_WAY({ node, other: String(path[1]) }, { where })
        : editCodes.NODE_IS_THE_ONLY_ONE({ node, place: keyPathText(listPath(path)) }, { where })
    })
  if (diagnostics.length > 0) return { diagnostics }
  const paths = places.map(({ path }) => (isOnly(node, path, file.value) ? listPath(path) : path))
  const unique = new Map(paths.map((path) => [keyPathText(path), path]))
  return {
    changes: [
      { do: 'remove', path: ['nodes', node] },
      ...[...unique.values()].map((path): Change => ({ do: 'remove', path })),
    ],
  }
}

/** Another node takes its place; where that one is named already, nothing does. */
function replaced(node: string, instead: string, file: WrittenFile): EditResult {
  const changes = placesOf(node, file)
    .filter(({ path }) => path[0] !== 'nodes' || path[1] !== node)
    .map(({ path }): Change => {
      const isThere = [valueAt(file.value, listPath(path))].flat().map(String).includes(instead)
      return isThere ? { do: 'remove', path } : { do: 'set', path, to: instead }
    })
  return { changes: [{ do: 'remove', path: ['nodes', node] }, ...changes] }
}

function listPath(path: KeyPath): KeyPath {
  return typeof path.at(-1) === 'number' ? path.slice(0, -1) : path
}

/** True where nobody else is named. */
function isOnly(node: string, path: KeyPath, value: unknown): boolean {
  return [valueAt(value, listPath(path))].flat().every((name) => String(name) === node)
}

/** Texts that hold the name where no schema says that it is a node: keys and values, with their places. */
export function mentions(
  node: string,
  { value }: WrittenFile,
  changes: readonly Change[],
): readonly string[] {
  const changed = new Set(changes.map(({ path }) => keyPathText(path)))
  const word = new RegExp(`(?<![A-Za-z0-9_-])${node}(?![A-Za-z0-9_-])`)
  const found: string[] = []
  const look = (inner: unknown, path: KeyPath): void => {
    if (changed.has(keyPathText(path))) return
    if (typeof inner === 'string' && word.test(inner)) found.push(keyPathText(path))
    if (typeof inner !== 'object' || inner === null) return
    for (const [key, item] of Object.entries(inner))
      look(item, [...path, Array.isArray(inner) ? Number(key) : key])
  }
  look(value, [])
  return found
}

function keysAt(value: unknown, key: string): string[] {
  const map = valueAt(value, [key])
  return typeof map === 'object' && map !== null ? Object.keys(map) : []
}

function valueAt(value: unknown, path: KeyPath): unknown {
  let inner = value
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined
    inner = (inner as Readonly<Record<string | number, unknown>>)[step]
  }
  return inner
}
