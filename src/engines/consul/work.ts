/** Work of other engines in the catalog: it logs in with what its engine says of it, as roles provide. */
import type { Cluster } from '../../topology/cluster.ts'
import type { ProvidedIdentities } from '../../topology/identities.ts'
import type { RoleSecrets } from '../../wishes/secret-wish.ts'
import { catalogPolicy } from './token-users.ts'
import type { WantedLogin } from './store/logins.ts'

type View = Pick<Cluster, 'provided'>

/** The engines whose work is let in, each once. */
export function vouched(cluster: View): readonly ProvidedIdentities[] {
  const all = cluster.provided().flatMap(({ identities }) => identities ?? [])
  return all.filter(({ name }, index) => all.findIndex((one) => one.name === name) === index)
}

/** How the work of one engine logs in: a service may register itself and nothing else; other work reads where services are. */
export function loginOf(
  { name, keys, authority, audience, algorithms, claims, service }: ProvidedIdentities,
  secrets: Pick<RoleSecrets, 'authority'>,
): WantedLogin {
  return {
    name,
    description: 'Bramble: work by who it is',
    keys,
    authorityPem: secrets.authority(authority).certificatePem,
    audience,
    algorithms,
    claims,
    service,
    policies: [catalogPolicy.name],
  }
}
