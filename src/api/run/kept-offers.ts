/** Keeps what engines make while a run goes on: encrypted and on the disk before anything else happens with it. */
import { neededOffers } from '../../programs/programs.ts'
import type { RunOffers } from '../../rollout/offers.ts'
import type { Prepared } from './prepare.ts'

/** What becomes of a value that has come. */
export interface Keeping {
  /** From now on it shows in no text. */
  readonly learn: () => void
  /** Writes what changed, on the disk for certain when it resolves. */
  readonly save: () => Promise<void>
}

/** The offers of a prepared run. */
export function keptOffers(
  { resolved, engines, secrets }: Pick<Prepared, 'resolved' | 'engines' | 'secrets'>,
  { learn, save }: Keeping,
): RunOffers {
  // In memory, and not on the disk: such a value may be gone in a moment, so nothing may stand on it.
  const unsaved = new Set<string>()
  const needed = new Map<string, readonly string[]>()
  return {
    madeBy: (engine) => engines.offers.get(engine) ?? [],
    neededBy: (node) => {
      const names = needed.get(node) ?? neededOffers(resolved, node)
      needed.set(node, names)
      return names
    },
    isKept: (name) => secrets.has(name) && !unsaved.has(name),
    keep: async (values) => {
      const names = Object.keys(values)
      for (const name of names) unsaved.add(name)
      for (const [name, value] of Object.entries(values)) secrets.put(name, 'text', value)
      learn()
      await save()
      for (const name of names) unsaved.delete(name)
    },
  }
}
