/** Meets the wishes of roles for secrets, once and before anything is compiled. */
import { gossipKeyring } from '../secrets/gossip-key.ts'
import type { SecretStore } from '../secrets/store.ts'
import { offeredIn } from './offer.ts'
import type { RoleSecrets, SecretWish } from './secret-wish.ts'

/**
 * Makes what is wished for and not there yet, in the store's memory; the caller saves. Two roles may wish for the same
 * secret. Throws `SecretsError` for a store that cannot be used.
 */
export async function meetWishes(
  store: SecretStore,
  wishes: readonly SecretWish[],
  now: Date,
  isRecreated: (name: string) => boolean = () => false,
): Promise<RoleSecrets> {
  const unique = [...new Map(wishes.map((wish) => [wish.name, wish])).values()]
  const ends = new Map<string, Date>()
  for (const wish of inOrder(unique)) {
    const end = await wish.meet(store, now)
    if (end) ends.set(wish.name, end)
  }
  return { ...secretsOf(store, (name) => ends.get(name) ?? now), isRecreated }
}

/** What others are made with comes before them. */
function inOrder(wishes: readonly SecretWish[]): readonly SecretWish[] {
  return [
    ...wishes.filter(({ from }) => from === undefined),
    ...wishes.filter(({ from }) => from !== undefined),
  ]
}

function secretsOf(
  store: SecretStore,
  endOf: (certificate: string) => Date,
): Omit<RoleSecrets, 'isRecreated'> {
  return {
    text: (name) => store.get(name, 'text').value,
    token: (name) => store.get(name, 'token').value,
    previousToken: (name) => store.get(name, 'token').previous?.value,
    keyPair: (name) => store.get(name, 'key-pair').value,
    previousKeyPair: (name) => store.get(name, 'key-pair').previous?.value,
    gossipKeys: (name) => JSON.parse(gossipKeyring(store.get(name, 'gossip-key'))) as [string, ...string[]],
    certificate: (name) => {
      const { certificatePem, keyPem } = store.get(name, 'certificate').value
      return { certificatePem, keyPem, notAfter: endOf(name) }
    },
    ...offeredIn(store),
    authority: (name) => ({ certificatePem: store.get(name, 'certificate-authority').value.certificatePem }),
  }
}
