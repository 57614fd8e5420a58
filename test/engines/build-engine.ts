/** Builds an engine with Go, tries each of its programs once, and only then keeps them. */
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { reasonOf } from '../../src/support/reason.ts'
import { run } from '../../src/support/run.ts'
import { recordFile, type BuildRecord, type EnginePlace } from './engine-cache.ts'
import { runAs, targetOf } from './target.ts'
import { makeWorkFolder } from './work-folder.ts'

/** Why an engine could not be built: what Go or the program said, or what to install. */
export class EngineBuildError extends Error {}

/**
 * Builds into a folder of its own beside the place and renames it, so that a place is complete or absent. Throws
 * {@link EngineBuildError}.
 */
export async function buildEngine(place: EnginePlace): Promise<BuildRecord> {
  const target = targetOf(place)
  if (target.lacks !== undefined) throw new EngineBuildError(target.lacks)
  const work = workFolder(dirname(place.folder))
  try {
    const started = Date.now()
    await compile(place, work, target.environment)
    const seconds = Math.round((Date.now() - started) / 1000)
    const load = loadavg()[0] ?? 0
    const says = await tryAll(place, work)
    const record: BuildRecord = { seconds, load, goVersion: place.goVersion, says }
    writeFileSync(recordFile(work), `${JSON.stringify(record, undefined, 2)}\n`, { flush: true })
    chmodSync(work, 0o755)
    // Somebody else may have been quicker; then theirs is as good.
    if (!existsSync(place.folder)) renameSync(work, place.folder)
    return record
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function workFolder(cache: string): string {
  try {
    return makeWorkFolder(cache)
  } catch (error) {
    throw new EngineBuildError(`${reasonOf(error)}: let BRAMBLE_ENGINES name a folder that you may write to`)
  }
}

async function compile(
  { recipe }: EnginePlace,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const words = ['-n', '10', 'go', 'build', ...recipe.flags, '-o', `${folder}/`, ...recipe.packages]
  const { code, stderr } = await run('nice', words, {
    folder: recipe.folder,
    // Only what the sums name is built, whatever surrounds this repository.
    environment: { ...process.env, ...environment, GOFLAGS: '-mod=readonly', GOWORK: 'off' },
  })
  if (code === 0) return
  const end = stderr.trim().split('\n').slice(-12).join('\n')
  throw new EngineBuildError(`go build ended with ${code}:\n${end}`)
}

/** First line of what each program says about its version, run as the architecture's own processor would. */
async function tryAll(place: EnginePlace, folder: string): Promise<Record<string, string>> {
  const { packages, versionWords, version } = place.recipe
  const says: Record<string, string> = {}
  for (const program of packages.map((path) => basename(path))) {
    const { code, stdout, stderr } = await runAs(place, join(folder, program), versionWords[program] ?? [])
    const text = stdout.toString().trim()
    if (code !== 0 || !text.includes(version)) {
      throw new EngineBuildError(`${program} does not run: status ${code}: ${text}${stderr}`)
    }
    says[program] = text.split('\n')[0] ?? ''
  }
  return says
}
