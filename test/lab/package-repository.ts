/** An apt repository in a node's own file system, of packages that hold nothing but what a test needs. */
import type { LiveNode } from './live-node.ts'

/** What is asked of a node. */
export type RepositoryNode = Pick<LiveNode, 'write' | 'output'>

/** One package to be built. */
export interface TinyPackage {
  readonly name: string
  readonly version: string
  readonly depends?: string
  readonly recommends?: string
  readonly suggests?: string
  readonly conflicts?: string
  /** Script that runs after it was unpacked. */
  readonly postinst?: string
  /** Script that runs after it was removed or purged. */
  readonly postrm?: string
  /** Text files by absolute path; those in `/etc` are settings. */
  readonly files?: Readonly<Record<string, string>>
}

const REPOSITORY = '/srv/repository'

function control(one: TinyPackage): string {
  return [
    `Package: ${one.name}`,
    `Version: ${one.version}`,
    'Architecture: all',
    'Maintainer: Nobody <nobody@example.net>',
    ...(one.depends ? [`Depends: ${one.depends}`] : []),
    ...(one.recommends ? [`Recommends: ${one.recommends}`] : []),
    ...(one.suggests ? [`Suggests: ${one.suggests}`] : []),
    ...(one.conflicts ? [`Conflicts: ${one.conflicts}`] : []),
    'Description: tiny',
    '',
  ].join('\n')
}

async function build(node: RepositoryNode, one: TinyPackage): Promise<void> {
  const folder = `/tmp/build-${one.name}-${one.version}`
  await node.write(`${folder}/DEBIAN/control`, control(one))
  if (one.postinst) await node.write(`${folder}/DEBIAN/postinst`, `#!/bin/sh\n${one.postinst}\n`, '755')
  if (one.postrm) await node.write(`${folder}/DEBIAN/postrm`, `#!/bin/sh\n${one.postrm}\n`, '755')
  const files = Object.entries(one.files ?? {})
  for (const [path, text] of files) await node.write(`${folder}${path}`, text)
  const settings = files.filter(([path]) => path.startsWith('/etc/')).map(([path]) => `${path}\n`)
  if (settings.length > 0) await node.write(`${folder}/DEBIAN/conffiles`, settings.join(''))
  const target = `${REPOSITORY}/${one.name}_${one.version}_all.deb`
  await node.output('dpkg-deb', '--root-owner-group', '--build', folder, target)
  await node.output('rm', '-r', folder)
}

const INDEX = `cd ${REPOSITORY} && for deb in *.deb; do
  dpkg-deb --field "$deb"
  echo "Filename: ./$deb"
  echo "Size: $(stat -c %s "$deb")"
  echo "SHA256: $(sha256sum <"$deb" | cut -d' ' -f1)"
  echo
done >Packages`

/** Adds packages to the node's repository, which is its only source from then on. */
export async function offerPackages(node: RepositoryNode, packages: readonly TinyPackage[]): Promise<void> {
  await node.output('mkdir', '-p', REPOSITORY, '/root/sources')
  for (const one of packages) await build(node, one)
  await node.output('sh', '-c', INDEX)
  const others = 'mv /etc/apt/sources.list /etc/apt/sources.list.d/* /root/sources/ 2>/dev/null; true'
  await node.output('sh', '-c', others)
  await node.write(
    '/etc/apt/sources.list.d/tiny.sources',
    `Types: deb\nURIs: file:${REPOSITORY}\nSuites: ./\nTrusted: yes\n`,
  )
}

/** Takes packages out of the repository, as a mirror does when there are newer ones. */
export async function withdrawPackages(node: RepositoryNode, ...files: readonly string[]): Promise<void> {
  for (const file of files) await node.output('rm', `${REPOSITORY}/${file}`)
  await node.output('sh', '-c', INDEX)
}
