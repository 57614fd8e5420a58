/** What one real Vault is asked to hold: looked at and made, as an apply does. */
import { expect } from 'vitest'
import type { ClusterOutcome } from '../../../src/engines/contract.ts'
import { isStep, isUnseen } from '../../../src/engines/steps/step.ts'
import { heldWishes } from '../../../src/engines/vault/held-wishes.ts'
import { vaultOptions } from '../../../src/engines/vault/options.ts'
import { convergeHeld, heldFound } from '../../../src/engines/vault/store/held.ts'
import type { secretsFixture } from '../../contract/cluster-fixture.ts'
import type { OneVault } from './one-vault.ts'

/** What stands under the role in a cluster file. */
type Written = Record<string, unknown>

/** Asks it; `vault` is there when the first question comes. */
export function askedToHold(vault: () => OneVault, secrets: ReturnType<typeof secretsFixture>) {
  const wishes = (written: Written) => heldWishes(vaultOptions.parse(written), secrets)
  /** What is told of what is wanted: addresses with what becomes of them. */
  const look = (written: Written) =>
    vault().withApi(async (api) => {
      const found = await heldFound(api, wishes(written))
      expect(found.filter(isUnseen)).toEqual([])
      return found.filter(isStep).map(({ difference }) => difference)
    })
  const converge = (written: Written) =>
    vault().withApi(async (api) => {
      const outcomes: ClusterOutcome[] = []
      await convergeHeld(api, wishes(written), (outcome) => outcomes.push(outcome))
      return outcomes
    })
  /** Converges, and there is nothing to do afterwards. */
  const make = async (written: Written) => {
    const outcomes = await converge(written)
    expect(outcomes.filter(({ failure }) => failure !== undefined)).toEqual([])
    expect(await look(written)).toEqual([])
    return outcomes.map(({ address, action }) => `${action} ${address}`)
  }
  const mounts = async (): Promise<readonly string[]> =>
    Object.keys(JSON.parse(await vault().client('secrets', 'list', '-format=json')) as object).toSorted()
  return { wishes, look, converge, make, mounts }
}

/** The secrets engines of a Vault of which nobody has asked for anything. */
export const OWN_MOUNTS = ['cubbyhole/', 'identity/', 'sys/']
