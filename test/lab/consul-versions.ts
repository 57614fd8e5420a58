/** The Consuls that the lab tests run: Debian's package, and the current release from a signed mirror. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CONSUL_LINES, DEBIAN_CONSUL } from '../../src/engines/consul/lines.ts'
import { lineOfEngine } from '../../src/releases/engine-lines.ts'
import { isSupported, supportDates } from '../../src/releases/support.ts'
import { HAS_EVERY_CONSUL, LEFT_TO_LANE } from '../engines/consul/binaries.ts'
import { buildEngine } from '../engines/build-engine.ts'
import { builtProgram, enginePlace, recordFile } from '../engines/engine-cache.ts'
import { recipeOf } from '../engines/recipes.ts'
import type { ReleaseServer } from '../releases/release-server.ts'
import { zipOf } from '../releases/zip-fixture.ts'

/** One of them. */
export interface LabConsul {
  readonly version: string
  readonly isPackage: boolean
  /** Why it cannot be had here, with what to install or type. */
  readonly lacks?: string
}

/** The version that the package has. */
export const PACKAGED = DEBIAN_CONSUL.version

/** Settings with which a cluster file that says nothing takes the package, whatever is known of it. */
export const PACKAGE_SETTINGS = [
  'roles.consul-server.source=package',
  'roles.consul-server.unmaintained=accepted',
] as const

/** Both, or why one of them cannot be had; says so. */
export async function labConsuls(): Promise<readonly LabConsul[]> {
  const built = await builtProgram('consul')
  const release = { version: RUNNING, isPackage: false }
  if ('lacks' in built) console.log(`skipped: Consul ${release.version} on real nodes: ${built.lacks}`)
  const isLeft = !HAS_EVERY_CONSUL && !('lacks' in built)
  if (isLeft) console.log(`skipped: all of rainbow with Consul ${PACKAGED} on real nodes: ${LEFT_TO_LANE}`)
  return [
    { version: PACKAGED, isPackage: true, ...(isLeft && { lacks: LEFT_TO_LANE }) },
    { ...release, ...('lacks' in built && { lacks: built.lacks }) },
  ]
}

/** Settings with which a cluster file takes releases from a mirror, in the version that the lock pins. */
export function releaseSettings(mirror: { readonly url: string; readonly keyFile: string }): string[] {
  return [
    'roles.consul-server.source=release',
    'roles.consul-server.version=',
    `releases.mirror=${mirror.url}`,
    `releases.key=${mirror.keyFile}`,
  ]
}

/** Publishes a program under any version, for the architecture of this computer. */
export async function publishConsul(
  mirror: ReleaseServer,
  version: string,
  program: { readonly path: string } | { readonly script: string },
): Promise<void> {
  const word = process.arch === 'x64' ? 'amd64' : process.arch
  const consul = 'path' in program ? await readFile(program.path) : program.script
  await mirror.publish({ product: 'consul', version, archives: { [word]: zipOf({ consul }) } })
}

/** The version that is built here. */
export const RUNNING = recipeOf('consul').version
/** The line after it, which one step leads to. */
const nextLine = CONSUL_LINES.known[CONSUL_LINES.known.indexOf(lineOfEngine(CONSUL_LINES, RUNNING)) + 1] ?? ''
/** What a newer program says of itself. */
export const NEXT = `${nextLine}.0`
/** What a newer program that takes no configuration at all is published as. */
export const BROKEN = `${nextLine}.1`

/**
 * The built release once more, linked with another version in it. Only the current release can be built here, so that this is what tells
 * an upgrade from none: it shows how a change of version is rolled out, not what a newer Consul does otherwise.
 */
export async function relabelledConsul(): Promise<{ readonly path: string }> {
  const place = await enginePlace('consul')
  if (typeof place === 'string') throw new Error(place)
  const { recipe } = place
  const label = `-X github.com/hashicorp/consul/version.fullVersion=${NEXT}`
  const flags = recipe.flags.map((flag) => (flag.startsWith('-s ') ? `${flag} ${label}` : flag))
  const folder = `${place.folder}-as-${NEXT}`
  const relabelled = { ...place, folder, recipe: { ...recipe, version: NEXT, flags } }
  if (!existsSync(recordFile(folder))) await buildEngine(relabelled)
  return { path: join(folder, 'consul') }
}

/** Whether a new cluster begins with this version when nobody says one: its maker supports its line. */
export function isChosenByItself(version: string): boolean {
  return isSupported(supportDates(), CONSUL_LINES.product, lineOfEngine(CONSUL_LINES, version), new Date())
}
