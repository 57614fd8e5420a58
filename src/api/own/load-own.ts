/** Loads the roles and kinds that lie beside a cluster file. Without their folders it costs two looks for a folder. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { CompilerKind } from '../../compile/compile.ts'
import { ownPartCodes } from '../../diagnostics/catalogue/own.ts'
import { problemOf, runTyped, type TypedRun } from '../../cluster-file/run-typed.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { kinds as ourKinds } from '../../resources/registry.generated.ts'
import { roles as ourRoles } from '../../roles/registry.generated.ts'
import type { Role } from '../../roles/role.ts'
import { ownKind } from './own-kind.ts'
import { MODULES } from '../modules.ts'
import { ownRole } from './own-role.ts'
import { WrongShape, type Loaded } from './loaded.ts'

/** The roles and kinds that a cluster may use. */
export interface Registry {
  readonly roles: Readonly<Record<string, Role>>
  readonly kinds: Readonly<Record<string, CompilerKind>>
}

/** What Bramble has. */
export const OURS: Registry = { roles: ourRoles, kinds: ourKinds }

/** What there is for one cluster, and what is wrong with its own part. */
export interface LoadedRegistry extends Registry {
  readonly diagnostics: readonly Diagnostic[]
}

/** A name as the cluster file can have it. */
const NAME = /^[a-z][a-z0-9-]*$/

/** Bramble's roles and kinds, and those beside the cluster file of a folder. */
export async function registryOf(folder: string): Promise<LoadedRegistry> {
  const found = [...roleFiles(folder), ...kindFiles(folder)]
  if (found.length === 0) return { ...OURS, diagnostics: [] }
  const roles: Record<string, Role> = {}
  const kinds: Record<string, CompilerKind> = {}
  const diagnostics: Diagnostic[] = []
  for (const one of found) {
    const ran = await runTyped(one.file, MODULES)
    try {
      const loaded = judged(one, ran)
      if (one.what === 'role') roles[one.name] = ownRole(loaded)
      else kinds[one.name] = await ownKind(loaded)
    } catch (error) {
      if (!(error instanceof WrongShape)) throw error
      diagnostics.push(error.diagnostic)
    }
  }
  return { roles: { ...ourRoles, ...roles }, kinds: { ...ourKinds, ...kinds }, diagnostics }
}

type Found = Pick<Loaded, 'name' | 'what' | 'file'>

function roleFiles(folder: string): Found[] {
  return entries(join(folder, 'roles'))
    .filter(({ name }) => name.endsWith('.ts') && !/\.(?:test|d)\.ts$/.test(name))
    .map(({ name }) => ({
      what: 'role',
      name: name.replace(/\.ts$/, ''),
      file: relative('.', join(folder, 'roles', name)),
    }))
}

function kindFiles(folder: string): Found[] {
  return entries(join(folder, 'kinds'))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      what: 'kind',
      name,
      file: relative('.', join(folder, 'kinds', name, `${name}.ts`)),
    }))
}

function entries(folder: string) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What was loaded, when it can be a role or a kind at all. */
function judged({ what, name, file }: Found, ran: TypedRun): Loaded {
  const top = { file, line: 1, column: 1, length: 0 }
  const wrong = (problem: string, fix: string): never => {
    throw new WrongShape(ownPartCodes.OWN_FILE_WRONG({ file, what, problem, fix }, { where: top }))
  }
  if (!NAME.test(name))
    wrong('has a name that cannot stand in a cluster file', 'use lower-case letters, digits and hyphens')
  if (what === 'kind' && !existsSync(file))
    wrong('is not there', `make it, or take the folder ${dirname(file)} away`)
  const ours: Readonly<Record<string, unknown>> = what === 'role' ? ourRoles : ourKinds
  if (Object.hasOwn(ours, name))
    throw new WrongShape(ownPartCodes.OWN_NAME_TAKEN({ what, name }, { where: top }))
  if (!('exported' in ran)) {
    const details = { file, problem: problemOf(ran.error) }
    throw new WrongShape(ownPartCodes.OWN_FILE_FAILED(details, { where: ran.placeOf(ran.error) ?? top }))
  }
  const value = ran.exported['default']
  if (value === undefined)
    wrong(
      'has no default export',
      `write  export default ${what === 'role' ? 'defineRole' : 'defineKind'}({ … })`,
    )
  return { what, name, file, value, placeOf: ran.placeOf }
}
