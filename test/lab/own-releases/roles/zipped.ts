/** A zip archive, checksums beside it that are signed: HashiCorp's layout. */
import { hashicorpIndex } from 'bramble'
import { releaseRole } from '../release-role.ts'

export default releaseRole('zipped', ['1.0', '1.1'], {
  base: 'https://releases.acme.example.net',
  file: ({ product, version, architecture }) =>
    `${product}/${version}/${product}_${version}_linux_${architecture}.zip`,
  packed: 'zip',
  sums: ({ product, version }) => `${product}/${version}/${product}_${version}_SHA256SUMS`,
  signature: { ending: '.sig', key: new URL('no-key-of-its-maker.asc', import.meta.url) },
  index: hashicorpIndex,
})
