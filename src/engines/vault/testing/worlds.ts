/** The servers of tests, how they are asked, and what is kept of their keys. */
import { secretsFixture } from '../../../../test/contract/cluster-fixture.ts'
import { issueAuthority } from '../../../secrets/certificate-issuing.ts'
import type { Servers } from '../bring-in.ts'
import { heldWishes } from '../held-wishes.ts'
import { vaultOptions } from '../options.ts'
import type { VaultNode } from '../setup.ts'
import type { HeldWishes } from '../store/held.ts'
import { NAMES, ROOT, SHARES, World } from './world.ts'

/** The nodes of the servers. */
export const NODES = NAMES.map((name, index) => ({
  name,
  fqdn: `${name}.home.arpa`,
  address: `192.0.2.${index + 1}`,
})) as unknown as readonly VaultNode[]

/** What is kept of the keys. */
interface Kept {
  readonly shares?: readonly string[]
  readonly rootToken?: string
}

/** Nothing is to be in it. */
const HOLDS_NOTHING = heldWishes(vaultOptions.parse({}), secretsFixture())

/** Those of one test file; they end with each test. */
export class Worlds {
  #authority: Awaited<ReturnType<typeof issueAuthority>> | undefined
  readonly #started: World[] = []

  async begin(): Promise<void> {
    this.#authority = await issueAuthority({ subject: 'test', days: 1, now: new Date() })
  }

  end(): void {
    for (const world of this.#started.splice(0)) world.stop()
  }

  get authority() {
    if (this.#authority === undefined) throw new Error('it has not begun')
    return this.#authority
  }

  /** Servers in these states, the one of this name active. */
  of(states: ConstructorParameters<typeof World>[1], active?: string): World {
    const world = new World(this.authority, states, active)
    this.#started.push(world)
    return world
  }

  /** How they are asked, with these of their keys, and what they are to hold. */
  servers(
    kept: Kept = { shares: SHARES, rootToken: ROOT },
    held = HOLDS_NOTHING,
  ): Servers & { readonly held: HeldWishes } {
    const { shares = [], rootToken } = kept
    return {
      group: {
        cluster: 'office',
        servers: NODES,
        dataFolder: '/var/lib/vault',
        watched: false,
        raftMultiplier: 1,
        options: vaultOptions.parse({}),
      },
      nodes: NODES,
      held,
      access: {
        authorityPem: this.authority.certificatePem,
        keys: () => ({ shares, ...(rootToken !== undefined && { rootToken }) }),
      },
    }
  }
}
