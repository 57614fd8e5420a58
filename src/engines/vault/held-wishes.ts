/** From the options of the role to what Vault is to hold, with the secrets that it takes. */
import { secondsIn } from '../../cluster-file/forms.ts'
import type { RoleSecrets, SecretWish } from '../../wishes/secret-wish.ts'
import { password } from '../../wishes/wishes.ts'
import { secretNames, SNAPSHOT_NAME } from './names.ts'
import type { VaultOptions } from './options.ts'
import { SNAPSHOT_RULES, SNAPSHOT_SECONDS } from './snapshot.ts'
import type { HeldWishes } from './store/held.ts'
import type { WantedMount, WantedMounts } from './store/mounts.ts'

/** The secrets that Bramble makes for fields of entries. */
export function valueWishes({ kv }: Pick<VaultOptions, 'kv'>): readonly SecretWish[] {
  const fields = Object.values(kv).flatMap((entry) => Object.values(entry))
  const names = fields.flatMap((value) => (typeof value === 'string' ? [] : [value.secret]))
  return [...new Set(names)].map((name) => password(secretNames.value(name)))
}

/** All that is wanted. `isSaved`: somebody keeps the backups of a server, and needs a right for that. */
export function heldWishes(
  { policies, mounts, auth, kv }: Pick<VaultOptions, 'policies' | 'mounts' | 'auth' | 'kv'>,
  secrets: Pick<RoleSecrets, 'text'>,
  isSaved = false,
): HeldWishes {
  const own = isSaved ? [{ name: SNAPSHOT_NAME, rules: SNAPSHOT_RULES }] : []
  return {
    policies: [...own, ...Object.entries(policies).map(([name, { rules }]) => ({ name, rules }))],
    tokens: isSaved
      ? [{ name: SNAPSHOT_NAME, secret: secrets.text(secretNames.snapshot), seconds: SNAPSHOT_SECONDS }]
      : [],
    mounts: wantedMounts(mounts),
    auth: wantedMounts(auth),
    entries: Object.entries(kv).map(([path, fields]) => ({
      path,
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : secrets.text(secretNames.value(value.secret)),
        ]),
      ),
    })),
  }
}

function wantedMounts(written: VaultOptions['mounts'] | VaultOptions['auth']): WantedMounts {
  const all = Object.entries(written)
  return {
    mounts: all.flatMap(([path, { type, ...mount }]) =>
      type === undefined ? [] : [wantedMount(path, type, mount)],
    ),
    removable: all.flatMap(([path, { remove }]) => (remove === undefined ? [] : [path])),
  }
}

/** What may be written of either sort, beside its type. */
interface Settings {
  readonly description: string
  readonly version?: 1 | 2 | undefined
  readonly default_lease_ttl?: string | undefined
  readonly max_lease_ttl?: string | undefined
  readonly listing_visibility: 'hidden' | 'unauth'
  readonly token_type?: string
}

function wantedMount(path: string, type: string, written: Settings): WantedMount {
  const { default_lease_ttl: usual, max_lease_ttl: most, token_type: tokenType } = written
  const isKv = type === 'kv' && tokenType === undefined
  return {
    path,
    type,
    description: written.description,
    defaultTtl: usual === undefined ? 0 : secondsIn(usual),
    maxTtl: most === undefined ? 0 : secondsIn(most),
    isListed: written.listing_visibility === 'unauth',
    ...(isKv && { version: written.version ?? 1 }),
    ...(tokenType !== undefined && { tokenType }),
  }
}
