/** What Vault is to hold as the cluster file says it: policies, tokens of ours, secrets engines, auth methods and entries; converged through the server that is active. */
import type { ClusterOutcome, Unseen } from '../../contract.ts'
import { byStage, carryOut, inStages, shelfFound } from '../../steps/carry-out.ts'
import { claimedWithParts } from '../../steps/claimed-parts.ts'
import { NOTHING_OWNED, type OwnedThing } from '../../steps/owned.ts'
import { Refused } from '../../steps/reply.ts'
import { inBatches, isStep, isUnseen, type Found, type Shelf, type Step } from '../../steps/step.ts'
import type { VaultApi } from '../api.ts'
import { ENTRY_KIND } from './entry-fields.ts'
import { kvShelf, staysBehind, type WantedEntry } from './kv.ts'
import { AUTH_METHODS, SECRETS_ENGINES } from './mount-table.ts'
import { mountShelf, type WantedMounts } from './mounts.ts'
import { readOwned, writeOwned } from './owned.ts'
import { POLICY_KIND, policyShelf, type WantedPolicy } from './policies.ts'
import { TOKEN_KIND, tokenShelf, type WantedToken } from './tokens.ts'

/** All that is wanted. */
export interface HeldWishes {
  readonly policies: readonly WantedPolicy[]
  readonly tokens: readonly WantedToken[]
  readonly mounts: WantedMounts
  readonly auth: WantedMounts
  readonly entries: readonly WantedEntry[]
}

/** Writes at a time; each waits for the disks of a majority. */
const BATCH = 8

/** How many things are wanted. */
export function heldSize({ policies, tokens, mounts, auth, entries }: HeldWishes): number {
  return policies.length + tokens.length + mounts.mounts.length + auth.mounts.length + entries.length
}

function shelvesOf({ policies, tokens, mounts, auth, entries }: HeldWishes): readonly Shelf<VaultApi>[] {
  return [
    policyShelf(policies),
    tokenShelf(tokens),
    mountShelf(SECRETS_ENGINES, mounts, staysBehind(entries)),
    mountShelf(AUTH_METHODS, auth),
    kvShelf(entries, mounts),
  ]
}

/** What a new Vault is to get. */
export async function wholeHeld(wishes: HeldWishes): Promise<readonly Step<VaultApi>[]> {
  const found = await Promise.all(shelvesOf(wishes).map((shelf) => shelf.steps(undefined, NOTHING_OWNED)))
  return inStages(found.flat().filter(isStep))
}

/** What differs, and what could not be looked at. Changes nothing. */
export async function heldFound(api: VaultApi, wishes: HeldWishes): Promise<readonly Found<VaultApi>[]> {
  try {
    const owned = await readOwned(api)
    const found = await Promise.all(shelvesOf(wishes).map((shelf) => shelfFound(shelf, api, owned)))
    return inOrder(found.flat())
  } catch (error) {
    // Without the list nobody knows what is ours.
    if (!(error instanceof Refused)) throw error
    return [{ address: 'vault-owned:*', problem: error.message }]
  }
}

function inOrder(found: readonly Found<VaultApi>[]): readonly Found<VaultApi>[] {
  return [...inStages(found.filter(isStep)), ...found.filter(isUnseen)]
}

/** What is said while nobody is open who could be asked: what is there is not known. */
export function heldUnknown(wishes: HeldWishes, problem: string): readonly Unseen[] {
  const kinds: readonly (readonly [string, number])[] = [
    [POLICY_KIND, wishes.policies.length],
    [TOKEN_KIND, wishes.tokens.length],
    [SECRETS_ENGINES.kind, wishes.mounts.mounts.length],
    [AUTH_METHODS.kind, wishes.auth.mounts.length],
    [ENTRY_KIND, wishes.entries.length],
  ]
  return kinds.filter(([, count]) => count > 0).map(([kind]) => ({ address: `${kind}:*`, problem }))
}

/** Makes it so. Rejects only when Vault cannot be asked. */
export async function convergeHeld(
  api: VaultApi,
  wishes: HeldWishes,
  done: (outcome: ClusterOutcome) => void,
): Promise<void> {
  const found = await heldFound(api, wishes)
  for (const { address, problem } of found.filter(isUnseen))
    done({ address, action: 'update', failure: problem })
  const steps = found.filter(isStep)
  if (steps.length === 0) return
  const owned = await readOwned(api)
  const claims = claimedWithParts(owned, steps)
  const claim = claims === undefined ? owned : await writeOwned(api, owned, claims)
  const things: Record<string, OwnedThing> = { ...claim.things }
  for (const stage of byStage(steps)) {
    await inBatches(stage, BATCH, async (step) => done(await carryOut(api, step, things)))
  }
  if (JSON.stringify(things) !== JSON.stringify(claim.things)) await writeOwned(api, claim, things)
}
