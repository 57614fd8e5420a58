/** The names that a shell may propose: nodes and roles of the cluster file, codes, secrets, runs. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { findClusterFile } from '../../cluster-file/find.ts'
import { CATALOGUE } from '../../api/explain/catalogue.ts'
import { runIds } from '../../journal/journal-folder.ts'
import { listFolder } from '../../secrets/secret-files.ts'
import type { Proposals } from './complete.ts'

/** Where names can stand: the name of an option or an argument, in the help's words. */
export function namesFor(folder: string): (place: string) => Proposals | undefined {
  const places: Readonly<Record<string, Proposals>> = {
    node: () => keysOf(folder, 'nodes'),
    nodes: () => keysOf(folder, 'nodes'),
    role: () => keysOf(folder, 'roles'),
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

/** The keys under one key of the cluster file, also while it has mistakes. */
function keysOf(folder: string, key: string): ReturnType<Proposals> {
  return plain(() => {
    const found = findClusterFile(folder)
    if (!('path' in found) || found.path.endsWith('.ts')) return []
    const file = parse(readFileSync(found.path, 'utf8'), { logLevel: 'silent' }) as Record<
      string,
      unknown
    > | null
    const value = file?.[key]
    return typeof value === 'object' && value !== null ? Object.keys(value) : []
  })
}
