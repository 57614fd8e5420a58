/** The releases of three makers, each laid out in its own way, on the mirror of a lab: `roles/` has the roles that wish for them. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'
import type { ReleaseServer } from '../../releases/release-server.ts'
import { zipOf } from '../../releases/zip-fixture.ts'

/** What is out of each; the second is the newest. */
export const OLD = '1.0.4'
export const NEW = '1.1.2'
const ARCHITECTURES = ['amd64', 'arm64']

/** A program that says which one it is. */
export const programOf = (name: string, version: string, more = ''): string =>
  `#!/bin/sh\necho "${name} ${version}${more}"\n`

/** Where the mirror has the parts of a release. */
export const PATHS = {
  zipped: {
    index: 'zipped/index.json',
    file: `zipped/${NEW}/zipped_${NEW}_linux_amd64.zip`,
    sums: `zipped/${NEW}/zipped_${NEW}_SHA256SUMS`,
    signature: `zipped/${NEW}/zipped_${NEW}_SHA256SUMS.sig`,
  },
  packed: {
    index: 'repos/acme/packed/releases?per_page=100',
    file: `acme/packed/releases/download/v${NEW}/packed_v${NEW}_linux_amd64.tar.gz`,
    sums: `acme/packed/releases/download/v${NEW}/packed_v${NEW}_checksums.txt`,
  },
  bare: { index: 'release/stable-1.1.txt', file: `release/v${NEW}/bin/linux/amd64/bare` },
}

/** Lays a file down on the mirror. */
export function lay(mirror: ReleaseServer, path: string, content: Buffer | string): void {
  const file = join(mirror.folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

/** Publishes all versions of all three, as their makers do; `more` makes the newest ones other files. */
export async function publishAll(mirror: ReleaseServer, more = ''): Promise<void> {
  for (const version of [OLD, NEW]) {
    const text = (name: string): string => programOf(name, version, version === NEW ? more : '')
    const zip = zipOf({ 'LICENSE.txt': 'words', zipped: text('zipped') })
    const archives = Object.fromEntries(ARCHITECTURES.map((one) => [one, zip]))
    await mirror.publish({ product: 'zipped', version, archives })
    await layPacked(mirror, version, { 'LICENSE.md': 'words', packed: text('packed') })
    for (const one of ARCHITECTURES) lay(mirror, `release/v${version}/bin/linux/${one}/bare`, text('bare'))
    lay(mirror, `release/stable-${version.slice(0, 3)}.txt`, `v${version}\n`)
  }
  const releases = [NEW, OLD].map((version) => ({
    tag_name: `v${version}`,
    draft: false,
    prerelease: false,
    assets: ARCHITECTURES.map((one) => ({ name: `packed_v${version}_linux_${one}.tar.gz` })),
  }))
  lay(mirror, PATHS.packed.index, JSON.stringify(releases))
}

/** The archives of a version with its checksums. */
export async function layPacked(
  mirror: ReleaseServer,
  version: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length }, body }))
  const archive = gzipSync(await packTar(entries))
  const folder = `acme/packed/releases/download/v${version}`
  const names = ARCHITECTURES.map((one) => `packed_v${version}_linux_${one}.tar.gz`)
  for (const name of names) lay(mirror, `${folder}/${name}`, archive)
  const sum = createHash('sha256').update(archive).digest('hex')
  lay(mirror, `${folder}/packed_v${version}_checksums.txt`, names.map((name) => `${sum}  ${name}\n`).join(''))
}
