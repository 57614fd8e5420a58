/**
 * Program: chooses the Consul of the demo: HashiCorp's current release where it can be fetched, else what `npm run engines` has built here, else
 * Debian's package. Prints two lines: the words with which a command takes it, and a sentence about what it is. What is built is laid into a
 * folder as a signed mirror. Arguments: that folder, and the one of the cluster file. A second call says what the first one said.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { CONSUL_LINES, DEBIAN_CONSUL } from '../src/engines/consul/lines.ts'
import { chooseVersion } from '../src/releases/choose-version.ts'
import { judgeVersion } from '../src/releases/judge-version.ts'
import { readIndex } from '../src/releases/release-index.ts'
import { supportDates } from '../src/releases/support.ts'
import { reasonOf } from '../src/support/reason.ts'
import { builtProgram, ownArchitecture } from '../test/engines/engine-cache.ts'
import { PACKAGE_SETTINGS, releaseSettings } from '../test/lab/consul-versions.ts'
import { ReleaseServer } from '../test/releases/release-server.ts'

/** Nobody waits long for a demo to find out that there is no network. */
const PATIENCE = { silenceSeconds: 10, indexSeconds: 30 }

const folder = resolve(process.argv[2] ?? '')
const clusterFolder = resolve(process.argv[3] ?? '')
const key = join(folder, 'key.asc')
const said = join(folder, 'consul.txt')
const today = new Date()

interface Chosen {
  readonly settings: readonly string[]
  readonly says: string
}

/** What is known of a version today, as the end of a sentence. */
function judged(version: string): string {
  const about = { version, isAccepted: true, role: 'consul-server' }
  const found = judgeVersion(about, { lines: CONSUL_LINES, dates: supportDates(), today })
  return found.map(({ summary, why }) => `${summary}: ${why}`).join('. ')
}

async function current(): Promise<Chosen | string> {
  try {
    const released = await readIndex({ base: CONSUL_LINES.layout.base, ...PATIENCE }, CONSUL_LINES)
    const architectures = [ownArchitecture()]
    const parts = { lines: CONSUL_LINES, released, dates: supportDates(), today, architectures }
    const chosen = chooseVersion(parts)
    if (!('version' in chosen)) return 'HashiCorp has none that this Bramble knows and that is supported'
    return { settings: [], says: `Consul ${chosen.version}, the current release of HashiCorp.` }
  } catch (error) {
    return reasonOf(error)
  }
}

async function built(because: string): Promise<Chosen | string> {
  const program = await builtProgram('consul')
  if ('lacks' in program) return `${because}; ${program.lacks}`
  if (!existsSync(key)) await layDown()
  const mirror = {
    url: relative(clusterFolder, join(folder, 'releases')),
    keyFile: relative(clusterFolder, key),
  }
  const words = judged(program.version)
  // A version that is out of support is never chosen by itself.
  const stated = words === '' ? [] : [`roles.consul-server.version=${program.version}`]
  return {
    settings: [...releaseSettings(mirror), ...stated],
    says: `Consul ${program.version} as it was built here, because the current release cannot be fetched (${because}).${words === '' ? '' : ` ${words}.`}`,
  }
}

function packaged(because: string): Chosen {
  const { suite, version } = DEBIAN_CONSUL
  return {
    settings: PACKAGE_SETTINGS,
    says: `Consul ${version} of Debian (${suite}), because no other one can be had here (${because}). ${judged(version)}. It is good for a demo on this computer alone.`,
  }
}

/** The key is copied last: without it the folder is not complete. */
async function layDown(): Promise<void> {
  const server = await ReleaseServer.start()
  try {
    await server.addEngine('consul')
    mkdirSync(folder, { recursive: true })
    cpSync(server.folder, join(folder, 'releases'), { recursive: true })
    cpSync(server.keyFile, key)
  } finally {
    await server.stop()
  }
}

async function choose(): Promise<Chosen> {
  const first = await current()
  if (typeof first !== 'string') return first
  const second = await built(first)
  return typeof second === 'string' ? packaged(second) : second
}

if (!existsSync(said)) {
  const { settings, says } = await choose()
  mkdirSync(folder, { recursive: true })
  writeFileSync(said, `${settings.map((text) => `--set ${text}`).join(' ')}\n${says.replaceAll('\n', ' ')}\n`)
}
process.stdout.write(readFileSync(said, 'utf8'))
