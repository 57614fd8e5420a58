/** The program itself, with nobody who vouches for it, an index of texts: as Kubernetes has it, without its checksums. */
import { stableText } from 'bramble'
import { releaseRole } from '../release-role.ts'

export default releaseRole('bare', ['1.0', '1.1'], {
  base: 'https://dl.acme.example.net',
  file: ({ product, version, architecture }) => `release/v${version}/bin/linux/${architecture}/${product}`,
  packed: 'bare',
  index: stableText(['amd64', 'arm64']),
})
