/** The names that a shell may propose: nodes and roles of the cluster file, codes, secrets, runs. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { findClusterFile } from '../../cluster-file/find.ts'
import { withIncludes } from '../../cluster-file/include/with-includes.ts'
import { positionsWithoutLines } from '../../cluster-file/positions.ts'
import { CATALOGUE } from '../../api/explain/catalogue.ts'
import { runIds } from '../../journal/journal-folder.ts'
import { listFolder } from '../../secrets/secret-files.ts'

/** What can stand in a place: proposals with their descriptions. */
export type Proposals = () => readonly (readonly [value: string, description: string])[]

/**
 * Where names can stand: the name of an option or an argument, in the help's words.
 *
 * @param typed the word as far as it is typed; in a list the last name is the one that goes on.
 * @param engines names of the clients that the cluster has.
 */
export function namesFor(
  folder: string,
  { typed = '', engines }: { readonly typed?: string | undefined; readonly engines: readonly string[] },
): (place: string) => Proposals | undefined {
  const inList = (names: () => ReturnType<Proposals>): Proposals => {
    const [before = ''] = /^.*,(?:[!&]|not:|and:)?|^(?:[!&]|not:|and:)/s.exec(typed) ?? []
    return () => names().map(([name, description]) => [`${before}${name}`, description])
  }
  const choosing = inList(() => choosingWords(folder))
  const places: Readonly<Record<string, Proposals>> = {
    node: choosing,
    nodes: choosing,
    role: inList(() => keysOf(folder, 'roles')),
    roles: inList(() => keysOf(folder, 'roles')),
    groups: inList(() => keysOf(folder, 'groups')),
    instead: () => keysOf(folder, 'nodes'),
    via: () => keysOf(folder, 'nodes'),
    engine: () => plain(() => engines),
    code: () => CATALOGUE.map(({ code, entry }) => [code, entry.title]),
    name: () => plain(() => listFolder(`${folder}/secrets`).names),
    run: () => [['last', 'the newest run'], ...plain(() => runIds(folder).toReversed())],
  }
  return (place) => places[place]
}

/** A folder that cannot be read has no names to propose; a question of the shell is no place for complaints. */
function plain(names: () => readonly string[]): ReturnType<Proposals> {
  try {
    return names().map((name) => [name, ''])
  } catch {
    return []
  }
}

/** What chooses nodes: their names first, then those of groups and roles, then the labels that nodes have. */
function choosingWords(folder: string): ReturnType<Proposals> {
  const described = (key: string, description: string): ReturnType<Proposals> =>
    keysOf(folder, key).map(([name]) => [name, description])
  const labels = plain(() => {
    const nodes = Object.values(recordOf(clusterFile(folder)['nodes'])).map(recordOf)
    const pairs = nodes.flatMap(({ labels: own }) =>
      Object.entries(recordOf(own)).map(([name, value]) => `${name}=${String(value)}`),
    )
    const has = nodes.flatMap((node) => [node['has']].flat().filter((label) => typeof label === 'string'))
    return [...new Set([...pairs, ...has.map((label) => `has:${label}`)])]
  })
  const others = [...described('groups', 'group'), ...described('roles', 'role')]
  return [...keysOf(folder, 'nodes'), ...others, ...labels.map(([name]) => [name, 'label'] as const)]
}

/** The keys under one key of the cluster file, also while it has mistakes. */
function keysOf(folder: string, key: string): ReturnType<Proposals> {
  return plain(() => Object.keys(recordOf(clusterFile(folder)[key])))
}

function clusterFile(folder: string): Record<string, unknown> {
  const found = findClusterFile(folder)
  if (!('path' in found) || found.path.endsWith('.ts')) return {}
  const text = readFileSync(found.path, 'utf8')
  const value = recordOf(parse(text, { logLevel: 'silent' }))
  const main = { path: found.path, text, value, positions: positionsWithoutLines(found.path) }
  return recordOf(withIncludes(main).value ?? value)
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
