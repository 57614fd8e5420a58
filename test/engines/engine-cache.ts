/** Where built engines are: outside of the repository, by what they were built from. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { recipeOf, type Architecture, type EngineName, type Recipe } from './recipes.ts'
import { toolchainFor } from './toolchain.ts'

/** Root's programs are for all; others may not write there. */
const USUAL_CACHE = process.geteuid?.() === 0 ? '/var/cache' : join(homedir(), '.cache')

/** Kept between runs; `BRAMBLE_ENGINES` names another folder. */
export const ENGINE_CACHE = process.env['BRAMBLE_ENGINES'] ?? join(USUAL_CACHE, 'bramble/engines')

/** What is kept beside the programs of an engine. */
export interface BuildRecord {
  /** How long the build took. */
  readonly seconds: number
  /** Mean number of programs that wanted a core when it ended. */
  readonly load: number
  readonly goVersion: string
  /** What each program said when it was asked for its version. */
  readonly says: Readonly<Record<string, string>>
}

/** Where an engine is, or will be once it is built. */
export interface EnginePlace {
  readonly recipe: Recipe
  readonly architecture: Architecture
  readonly goVersion: string
  readonly folder: string
  /** Absent until it is built. */
  readonly record: BuildRecord | undefined
}

/** What this computer itself runs. */
export function ownArchitecture(): Architecture {
  return process.arch === 'arm64' ? 'arm64' : process.arch === 'arm' ? 'armv6' : 'amd64'
}

/** Where an engine is, or the reason why this computer cannot have it, with what to install. */
export async function enginePlace(
  name: EngineName,
  architecture: Architecture = ownArchitecture(),
): Promise<EnginePlace | string> {
  const recipe = recipeOf(name)
  if (architecture === 'armv6' && recipe.notForZero !== undefined) return recipe.notForZero
  const toolchain = await toolchainFor(recipe)
  if ('lacks' in toolchain) return toolchain.lacks
  const { goVersion } = toolchain
  const key = keyOf(recipe, architecture, goVersion)
  const folder = join(ENGINE_CACHE, `${name}-${recipe.version}-${architecture}-${key}`)
  return { recipe, architecture, goVersion, folder, record: readRecord(folder) }
}

/** Path of a program of an engine that is built; else the reason, with what to type. */
export async function builtProgram(
  name: EngineName,
  program: string = name,
  architecture: Architecture = ownArchitecture(),
): Promise<{ readonly path: string; readonly version: string } | { readonly lacks: string }> {
  const place = await enginePlace(name, architecture)
  if (typeof place === 'string') return { lacks: place }
  if (place.record === undefined) {
    const option = architecture === ownArchitecture() ? '' : ` --arch ${architecture}`
    return { lacks: `it is not built yet: npm run engines -- ${name}${option}` }
  }
  return { path: join(place.folder, program), version: place.recipe.version }
}

/** The record is written last, so a folder without one was never finished. */
function readRecord(folder: string): BuildRecord | undefined {
  const file = recordFile(folder)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BuildRecord) : undefined
}

/** Where the record of a build is. */
export function recordFile(folder: string): string {
  return join(folder, 'build.json')
}

function keyOf(recipe: Recipe, architecture: Architecture, goVersion: string): string {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(recipe.folder, file)))
  hash.update(JSON.stringify([architecture, goVersion, recipe.flags, recipe.cgo]))
  return hash.digest('hex').slice(0, 12)
}
