/** `secrets recreate`: gives up secrets that are lost, so that the next apply may make them anew. */
import { existsSync, renameSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { secretsCodes } from '../../diagnostics/catalogue/secrets.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import type { SecretWish } from '../../wishes/secret-wish.ts'
import { recipientsFile } from '../../secrets/recipients.ts'
import { SecretsError } from '../../secrets/secrets-error.ts'
import { openSecrets, type SecretStore } from '../../secrets/store.ts'
import { writeLock } from '../folder/cluster-folder.ts'
import { lostSecrets } from './lost-secrets.ts'
import type { OpenedCluster } from '../open.ts'
import { secretWishes } from '../../programs/programs.ts'
import { unwritable } from '../folder/unwritable.ts'

/** What would be given up, and what that costs. */
export interface Recreation {
  readonly secrets: readonly { readonly name: string; readonly cost: string }[]
  /** Where the folder goes that nobody can open any more. */
  readonly aside?: string
  /** Notes it in the cluster lock; makes nothing and asks no node. */
  carryOut(): Promise<void>
}

/** Codes of a folder that nobody here opens. */
const CLOSED = ['IDENTITY_MISSING', 'IDENTITY_WRONG', 'STORE_IDENTITY_MISSING']

/**
 * Without names, what is lost; with names, exactly those, lost or not. Throws {@link SecretsError} for a name that no role wishes for, and for
 * damage that can be mended otherwise.
 */
export async function recreateSecrets(
  cluster: OpenedCluster,
  names: readonly string[] = [],
): Promise<Recreation> {
  const wishes = secretWishes(cluster.resolved)
  const store = await openOrNothing(cluster)
  const chosen = names.length > 0 ? named(wishes, names) : given(cluster, wishes, store)
  const aside = store === undefined ? asideOf(cluster.paths.secretsFolder) : undefined
  const secrets = [...new Map(chosen.map((wish) => [wish.name, wish])).values()]
  return {
    secrets: secrets.map(({ name, loss }) => ({ name, cost: loss })),
    ...(aside !== undefined && { aside }),
    carryOut: async () => {
      if (aside !== undefined) await setAside(cluster.paths.secretsFolder, aside)
      for (const { name } of secrets) if (store?.has(name)) store.remove(name)
      await store?.save()
      const { lock } = cluster.source
      const noted = Object.fromEntries(secrets.map(({ name }) => [name, 'recreated'] as const))
      await writeLock(cluster.paths.lockFile, { ...lock, secrets: { ...lock.secrets, ...noted } })
    },
  }
}

/** Nothing when somebody's identity is missing; everything else that is wrong is thrown. */
async function openOrNothing(cluster: OpenedCluster): Promise<SecretStore | undefined> {
  const { secretsFolder: folder } = cluster.paths
  const { identityFile } = cluster
  try {
    return await openSecrets({ folder, cluster: cluster.name, mode: 'create', identityFile })
  } catch (error) {
    if (error instanceof SecretsError && CLOSED.includes(error.code)) return undefined
    throw error
  }
}

/** All of them when the folder cannot be opened. */
function given(
  { source }: OpenedCluster,
  wishes: readonly SecretWish[],
  store: SecretStore | undefined,
): readonly SecretWish[] {
  if (store === undefined) return wishes
  const lost = lostSecrets({ lock: source.lock, isManaged: true }, wishes, store)
  return wishes.filter(({ name }) => lost.includes(name))
}

function named(wishes: readonly SecretWish[], names: readonly string[]): readonly SecretWish[] {
  const known = wishes.map(({ name }) => name)
  for (const name of names) {
    if (known.includes(name)) continue
    throw new SecretsError(secretsCodes.SECRET_MISSING({ name, near: didYouMean(name, known) }))
  }
  return wishes.filter(({ name }) => names.includes(name))
}

/** A name beside the folder that nothing has yet. */
function asideOf(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined
  const day = new Date().toISOString().slice(0, 10)
  for (let count = 1; ; count++) {
    const path = `${folder}.given-up-${day}${count === 1 ? '' : `-${count}`}`
    if (!existsSync(path)) return path
  }
}

/** The people stay who may read the new ones; everything else goes out of the way, for the day the identity is found. */
async function setAside(folder: string, aside: string): Promise<void> {
  try {
    renameSync(folder, aside)
    if (!existsSync(recipientsFile(aside))) return
    await mkdir(folder, { mode: 0o700 })
    await copyFile(recipientsFile(aside), recipientsFile(folder))
  } catch (error) {
    throw unwritable(error)
  }
}
