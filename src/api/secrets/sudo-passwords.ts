/** The passwords for sudo on the nodes: those among the secrets, and one that somebody is asked for. */
import { revealed } from '../../cluster-file/references/stand-in.ts'
import type { NodeEntry } from '../../cluster-file/node-schema.ts'
import { SecretsError } from '../../secrets/secrets-error.ts'
import { openSecrets, type SecretStore } from '../../secrets/store.ts'
import type { OpenedCluster } from '../open.ts'

/** Gives the password of a node. `ask` is called at most once, for all nodes whose password is not among the secrets. */
export function sudoPasswords(
  cluster: OpenedCluster,
  ask: () => Promise<string | undefined> = () => Promise.resolve(undefined),
): (node: string) => Promise<string | undefined> {
  let store: Promise<SecretStore | undefined> | undefined
  let asked: Promise<string | undefined> | undefined
  return async (node) => {
    const standIn = standInOf(node, cluster)
    const known = standIn === undefined ? undefined : passwordIn(await (store ??= opened(cluster)), standIn)
    return known ?? (asked ??= ask())
  }
}

function standInOf(node: string, { source: { file } }: OpenedCluster): string | undefined {
  const entry: NodeEntry | undefined = file.nodes[node]
  return entry?.sudo_password ?? file.access.sudo_password
}

/** Undefined when it cannot be opened: the password is asked for, as if it were not there. */
async function opened(cluster: OpenedCluster): Promise<SecretStore | undefined> {
  const { paths, name, identityFile } = cluster
  try {
    return await openSecrets({ folder: paths.secretsFolder, cluster: name, mode: 'read', identityFile })
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error
    return undefined
  }
}

function passwordIn(store: SecretStore | undefined, standIn: string): string | undefined {
  const text = revealed(standIn, (name) => (store?.has(name) ? store.get(name, 'text').value : undefined))
  return text === standIn ? undefined : text
}
