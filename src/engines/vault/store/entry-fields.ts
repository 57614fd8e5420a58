/** How an entry is known among what is owned: its address, and a fingerprint of our fields. */
import { fingerprint } from '../../steps/step.ts'

/** Addresses of entries begin with it. */
export const ENTRY_KIND = 'vault-kv'

/** Address of an entry, from its path. */
export function entryAddress(path: string): string {
  return `${ENTRY_KIND}:${path}`
}

/** What fields say, for whoever asks later if somebody changed them. It lies in Vault, beside what it is made of. */
export function fieldsPrint(fields: Readonly<Record<string, unknown>>): string {
  return fingerprint(JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))))
}
