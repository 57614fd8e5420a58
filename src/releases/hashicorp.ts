/** HashiCorp's releases: https://releases.hashicorp.com, where `PRODUCT/VERSION` lists what a release consists of. */
import { hashicorpIndex } from './index-sorts/hashicorp.ts'
import type { ReleaseLayout } from './layout.ts'

/** Zip archives, with checksums that are signed by a key that has an ending of its own. */
export const hashicorpLayout: ReleaseLayout = {
  base: 'https://releases.hashicorp.com',
  file: ({ product, version, architecture }) =>
    `${product}/${version}/${product}_${version}_linux_${architecture}.zip`,
  packed: 'zip',
  sums: ({ product, version }) => `${product}/${version}/${product}_${version}_SHA256SUMS`,
  signature: { ending: '.72D7468F.sig', key: new URL('../releases/hashicorp.asc', import.meta.url) },
  index: hashicorpIndex,
}
