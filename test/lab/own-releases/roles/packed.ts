/** An archive of tar and gzip, checksums beside it, an index of a project: Traefik's layout. */
import { githubIndex } from 'bramble'
import { releaseRole } from '../release-role.ts'

export default releaseRole('packed', ['1.0', '1.1'], {
  base: 'https://github.com',
  file: ({ product, version, architecture }) =>
    `acme/${product}/releases/download/v${version}/${product}_v${version}_linux_${architecture}.tar.gz`,
  packed: 'tar.gz',
  sums: ({ product, version }) =>
    `acme/${product}/releases/download/v${version}/${product}_v${version}_checksums.txt`,
  index: githubIndex({
    project: 'acme/packed',
    architectureOf: (file) => /_linux_(.+)\.tar\.gz$/.exec(file)?.[1],
  }),
})
