/** What is known of Vault's versions, as data; until when a line is supported stands in `src/releases/support.json`. */
import type { EngineLines } from '../../releases/engine-lines.ts'
import { hashicorpLayout } from '../../releases/hashicorp.ts'
import type { WantedRelease } from '../../releases/layout.ts'
import { ENGINE } from './names.ts'

/** Vault, by what HashiCorp says of it. */
export const VAULT_LINES: EngineLines = {
  product: ENGINE,
  title: 'Vault',
  maker: 'HashiCorp',
  layout: hashicorpLayout,
  // As of 1.20 `disable_mlock` has to be said (its page "Important changes"). 2.0 came right after 1.21.
  known: ['1.20', '1.21', '2.0'],
  withdrawn: [],
  holes: [],
  // Large jumps are meant to work, and the notes of each line on the way have to be heeded: that is what one step is.
  path: { linesPerStep: 1, stops: [], source: 'https://developer.hashicorp.com/vault/docs/upgrading' },
}

/** The release that a node needs; HashiCorp builds Vault for 64-bit boards alone. */
export function vaultRelease(version: string, architecture: string): WantedRelease {
  return { product: ENGINE, version, architecture, member: ENGINE, layout: VAULT_LINES.layout }
}
