/** `npm run engines [-- NAME…] [--arch arm64|armv6] [--missing]`: builds the engines that are missing in the cache, or names them. */
import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { didYouMean } from '../../src/diagnostics/did-you-mean.ts'
import { buildEngine, EngineBuildError } from './build-engine.ts'
import {
  ENGINE_CACHE,
  enginePlace,
  ownArchitecture,
  type BuildRecord,
  type EnginePlace,
} from './engine-cache.ts'
import { targetOf } from './target.ts'
import { ENGINE_NAMES, recipeOf, type Architecture, type EngineName } from './recipes.ts'

const USAGE = `usage: npm run engines [-- NAME… --arch arm64|armv6 --missing]\nengines: ${ENGINE_NAMES.join(', ')}`

/** One line a program: engine, program, architecture, MB, how long, what it says. */
type Row = readonly string[]
const HEAD: Row = ['engine', 'program', 'for', 'MB', 'build', 'says']

class UsageError extends Error {}

/** Without names: all that there are for the architecture. */
function readWords(): {
  names: readonly EngineName[]
  architecture: Architecture
  onlyNames: boolean
} {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      arch: { type: 'string', default: ownArchitecture() },
      missing: { type: 'boolean', default: false },
    },
  })
  const architecture = (['arm64', 'armv6', ownArchitecture()] as const).find((known) => known === values.arch)
  if (architecture === undefined) throw new UsageError(`there is no architecture ${values.arch}\n${USAGE}`)
  const all = ENGINE_NAMES.filter(
    (name) => architecture !== 'armv6' || recipeOf(name).notForZero === undefined,
  )
  const names = positionals.length === 0 ? all : positionals.map(engineName)
  return { names, architecture, onlyNames: values.missing }
}

function engineName(word: string): EngineName {
  const name = ENGINE_NAMES.find((known) => known === word)
  if (name !== undefined) return name
  const near = didYouMean(word, ENGINE_NAMES)
  throw new UsageError(`there is no engine ${word}${near ? `: did you mean ${near}?` : ''}\n${USAGE}`)
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** What came of one engine. */
interface Outcome {
  readonly rows: readonly Row[]
  readonly status: 'new' | 'there' | 'lacking' | 'failed'
}

/** Exit status when nothing failed and this computer lacks what it takes. */
const LACKING = 3

async function provide(name: EngineName, architecture: Architecture): Promise<Outcome> {
  const title = `${name} ${recipeOf(name).version} for ${architecture}`
  const missing = (status: 'lacking' | 'failed', reason: string): Outcome => {
    say(`${title} is not built: ${reason}`)
    return { rows: [], status }
  }
  const place = await enginePlace(name, architecture)
  if (typeof place === 'string') return missing('lacking', place)
  if (place.record !== undefined) return { rows: rowsOf(place, place.record), status: 'there' }
  const { lacks } = targetOf(place)
  if (lacks !== undefined) return missing('lacking', lacks)
  say(`building ${title}; without a warm Go cache this takes minutes`)
  try {
    return { rows: rowsOf(place, await buildEngine(place)), status: 'new' }
  } catch (error) {
    if (error instanceof EngineBuildError) return missing('failed', error.message)
    throw error
  }
}

function rowsOf({ recipe, architecture, folder }: EnginePlace, record: BuildRecord): Row[] {
  const took = `${record.seconds} s at load ${record.load.toFixed(1)}`
  return recipe.packages.map((path, index) => {
    const program = basename(path)
    const megabytes = (statSync(join(folder, program)).size / 1e6).toFixed(0)
    // The programs of one engine are built in one go.
    return [
      recipe.name,
      program,
      architecture,
      megabytes,
      index === 0 ? took : '',
      record.says[program] ?? '',
    ]
  })
}

function tableOf(rows: readonly Row[]): string {
  const all = [HEAD, ...rows]
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** Names on a line each, with their versions. */
async function tellMissing(names: readonly EngineName[], architecture: Architecture): Promise<void> {
  for (const name of names) {
    const place = await enginePlace(name, architecture)
    const isThere = typeof place !== 'string' && place.record !== undefined
    if (!isThere) process.stdout.write(`${name} ${recipeOf(name).version}\n`)
  }
}

async function provideAll(names: readonly EngineName[], architecture: Architecture): Promise<void> {
  const outcomes: Outcome[] = []
  for (const name of names) outcomes.push(await provide(name, architecture))
  const rows = outcomes.flatMap((outcome) => outcome.rows)
  if (rows.length > 0) process.stdout.write(`${tableOf(rows)}in ${ENGINE_CACHE}\n`)
  const statuses = new Set(outcomes.map(({ status }) => status))
  if (statuses.size === 1 && statuses.has('there')) say('nothing to build: all of them are there')
  process.exitCode = statuses.has('failed') ? 1 : statuses.has('lacking') ? LACKING : 0
}

try {
  const { names, architecture, onlyNames } = readWords()
  await (onlyNames ? tellMissing : provideAll)(names, architecture)
} catch (error) {
  // What parseArgs says about options is for people as well.
  const isUsage =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')
  say(isUsage ? (error as Error).message : String((error as Error).stack))
  process.exitCode = isUsage ? 2 : 1
}
