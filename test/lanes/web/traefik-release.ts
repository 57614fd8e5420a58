/** The Traefik that was built here, on a mirror in its maker's layout. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'
import { traefikRelease } from '../../../src/engines/traefik/lines.ts'
import { lay } from '../../lab/own-releases/layouts.ts'
import type { ReleaseServer } from '../../releases/release-server.ts'

/** Publishes it for this computer's architecture, and under the name of the boards that the lab plays. */
export async function publishTraefik(
  mirror: ReleaseServer,
  { path, version }: { readonly path: string; readonly version: string },
): Promise<void> {
  const body = await readFile(path)
  const header = { name: 'traefik', size: body.length, mode: 0o755 }
  const archive = gzipSync(await packTar([{ header, body }]), { level: 1 })
  const sum = createHash('sha256').update(archive).digest('hex')
  const releases = ['amd64', 'arm64'].map((architecture) => traefikRelease(version, architecture))
  const { layout } = traefikRelease(version, 'amd64')
  const lines = releases.map((release) => {
    const file = layout.file(release)
    lay(mirror, file, archive)
    return `${sum}  ${file.split('/').at(-1) ?? ''}\n`
  })
  const [first] = releases
  if (first && layout.sums) lay(mirror, layout.sums(first), lines.join(''))
}
