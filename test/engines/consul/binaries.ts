/** The real Consuls that the tests run: Debian's old one, fetched with apt, and a current one when it has been built. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readMirror } from '../../../src/lab/debian-mirror.ts'
import { run } from '../../../src/support/run.ts'
import { builtProgram, ENGINE_CACHE } from '../engine-cache.ts'
import { recipeOf } from '../recipes.ts'

/** One Consul to test with. */
export interface ConsulBinary {
  readonly version: string
  readonly path: string
}

/** One that cannot be had, and what to do about it. */
export interface MissingConsul {
  readonly version: string
  readonly lacks: string
}

/** The lane `npm run test:consul` has every version; `npm test`, for its time, the newest that can be had. */
export const HAS_EVERY_CONSUL = process.env['BRAMBLE_LANE'] === 'consul'

/** What is said of a version that is left to the lane. */
export const LEFT_TO_LANE = 'npm run test:consul has it'

/** Versions with their programs, or the reason why one is missing. */
export async function consulBinaries(): Promise<readonly (ConsulBinary | MissingConsul)[]> {
  const [packaged, built] = [await debianConsul(), await builtConsul()]
  if (HAS_EVERY_CONSUL || 'lacks' in built) return [packaged, built]
  return [{ version: packaged.version, lacks: LEFT_TO_LANE }, built]
}

async function builtConsul(): Promise<ConsulBinary | MissingConsul> {
  return { ...(await builtProgram('consul')), version: recipeOf('consul').version }
}

async function debianConsul(): Promise<ConsulBinary | MissingConsul> {
  const version = '1.8.7'
  const folder = join(ENGINE_CACHE, `consul-${version}`)
  const path = join(folder, 'usr/bin/consul')
  const lacks = existsSync(path) ? undefined : await fetchDebian(folder)
  return lacks === undefined ? { version, path } : { version, lacks }
}

/** Downloads with an apt configuration of its own: the computer's sources stay as they are. */
async function fetchDebian(folder: string): Promise<string | undefined> {
  let work: string
  try {
    mkdirSync(ENGINE_CACHE, { recursive: true })
    work = mkdtempSync(join(ENGINE_CACHE, '.apt-'))
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  try {
    for (const part of ['lists/partial', 'cache/archives/partial', 'etc', 'tree']) {
      mkdirSync(join(work, part), { recursive: true })
    }
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
    const mirror = (await readMirror())?.main
    if (mirror === undefined) return 'no source of apt on this computer is a mirror of Debian'
    writeFileSync(join(work, 'etc/sources.list'), `deb [signed-by=${keyring}] ${mirror} bullseye main\n`)
    const settings = [
      `Dir::Etc::sourcelist=${work}/etc/sources.list`,
      'Dir::Etc::sourceparts=/dev/null',
      'Dir::Etc::preferences=/dev/null',
      'Dir::Etc::preferencesparts=/dev/null',
      `Dir::State::lists=${work}/lists`,
      `Dir::Cache=${work}/cache`,
      'APT::Sandbox::User=root',
    ].flatMap((setting) => ['-o', setting])
    for (const args of [['update'], ['download', 'consul']]) {
      const result = await run('apt-get', [...settings, '-q', ...args], { folder: work, timeoutSeconds: 120 })
      if (result.code !== 0) return `apt-get ${args[0]} failed: ${result.stderr.trim().split('\n').at(-1)}`
    }
    const archive = readdirSync(work).find((name) => name.endsWith('.deb'))
    if (archive === undefined) return 'apt-get downloaded nothing'
    const unpacked = await run('dpkg-deb', ['-x', join(work, archive), join(work, 'tree')])
    if (unpacked.code !== 0) return `dpkg-deb failed: ${unpacked.stderr.trim()}`
    // Somebody else may have been quicker; then theirs is as good.
    if (!existsSync(folder)) renameSync(join(work, 'tree'), folder)
    return undefined
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
