/**
 * Program: lays the release of Consul that `npm run engines` has built into a folder as a signed mirror, and prints the words with which
 * a command takes it; prints nothing where none is built. Arguments: the folder, and the one of the cluster file. A second call uses what
 * is there.
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { builtProgram } from '../test/engines/engine-cache.ts'
import { releaseSettings } from '../test/lab/consul-versions.ts'
import { ReleaseServer } from '../test/releases/release-server.ts'

const folder = resolve(process.argv[2] ?? '')
const clusterFolder = resolve(process.argv[3] ?? '')
const releases = join(folder, 'releases')
const key = join(folder, 'key.asc')

if (!('lacks' in (await builtProgram('consul')))) {
  if (!existsSync(key)) await layDown()
  const texts = releaseSettings({
    url: relative(clusterFolder, releases),
    keyFile: relative(clusterFolder, key),
  })
  process.stdout.write(`${texts.map((text) => `--set ${text}`).join(' ')}\n`)
}

/** The key is copied last: without it the folder is not complete. */
async function layDown(): Promise<void> {
  const server = await ReleaseServer.start()
  try {
    await server.addEngine('consul')
    mkdirSync(folder, { recursive: true })
    cpSync(server.folder, releases, { recursive: true })
    cpSync(server.keyFile, key)
  } finally {
    await server.stop()
  }
}
