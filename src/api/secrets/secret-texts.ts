/** The secrets that texts of the cluster file are taken from, `{ from: { secret: NAME } }`: are they there, and what do they say. */
import type { KeyPath } from '../../cluster-file/positions.ts'
import { revealed } from '../../cluster-file/references/stand-in.ts'
import type { TakenText } from '../../cluster-file/references/take-texts.ts'
import type { ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { referenceCodes } from '../../diagnostics/catalogue/references.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { secretWishes } from '../../programs/programs.ts'
import type { Resolved } from '../../resolve/resolve.ts'
import { redactor } from '../../secrets/redaction.ts'
import { listFolder } from '../../secrets/secret-files.ts'
import type { SecretStore } from '../../secrets/store.ts'
import type { Cluster } from '../../topology/cluster.ts'

/** What was read of the cluster, as far as it matters here. */
interface ReadCluster {
  readonly references: readonly TakenText[]
  readonly lock: ClusterLock
  /** Nodes from which everything is taken. */
  readonly bare: ReadonlySet<string>
  /** In the lab, whose nodes ask for no password. */
  readonly twin: ReadonlyMap<string, string> | undefined
}

/** Those that nobody has brought and nobody will make; one that was there before counts as lost, which is told where the store is opened. */
export function missingSecretTexts(
  { references, lock, bare, twin }: ReadCluster,
  resolved: Resolved,
  folder: string,
): Diagnostic[] {
  // Sudo asks for none in the lab.
  const referred = secretsAmong(references).filter(({ path }) => !twin || !isForSudo(path))
  const isRefused = resolved.diagnostics.some(({ severity }) => severity === 'error')
  if (referred.length === 0 || bare.size > 0 || isRefused) return []
  const { names } = listFolder(folder)
  const made = secretWishes({ ...resolved, references: [] }).map(({ name }) => name)
  const known = [...names, ...made]
  return referred
    .filter(({ name }) => !known.includes(name) && lock.secrets?.[name] !== 'kept')
    .map(({ name, where }) =>
      referenceCodes.SECRET_NOT_THERE({ name, near: didYouMean(name, known) }, { where }),
    )
}

/**
 * The cluster with the secrets in the options of its roles, for those who bring them to the nodes. What is not in the store stays as it was read for a
 * `look`, which brings nothing. Throws {@link DiagnosticsError} for a secret that is not there, or is no text.
 */
export function withSecretTexts(
  resolved: Resolved,
  store: Pick<SecretStore, 'has' | 'get'>,
  purpose: 'look' | 'run',
): Resolved {
  const referred = secretsAmong(resolved.references).filter(
    ({ name, path }) => store.has(name) || (purpose === 'run' && !isForSudo(path)),
  )
  if (referred.length === 0) return resolved
  const wrong = referred.flatMap(({ name, where }) => {
    if (!store.has(name)) return [referenceCodes.SECRET_NOT_THERE({ name }, { where })]
    const { kind } = store.get(name)
    return kind === 'text' ? [] : [referenceCodes.SECRET_NOT_TEXT({ name, kind }, { where })]
  })
  if (wrong.length > 0) throw new DiagnosticsError(wrong)
  const texts = new Map(referred.map(({ name }) => [name, store.get(name, 'text').value]))
  return { ...resolved, cluster: withTexts(resolved.cluster, texts) }
}

function withTexts(cluster: Cluster, texts: ReadonlyMap<string, string>): Cluster {
  const redact = redactor([...texts].map(([name, text]) => ({ name, text })))
  const known = new Map<unknown, unknown>()
  // The same options stay one value, as they were.
  const tell = <Options>(options: Options): Options => {
    if (!known.has(options))
      known.set(
        options,
        revealed(options, (name) => texts.get(name)),
      )
    return known.get(options) as Options
  }
  return {
    ...cluster,
    uses: <Options>(role: string) =>
      cluster.uses<Options>(role).map((use) => ({ ...use, options: tell(use.options) })),
    usesOn: (node) => cluster.usesOn(node).map((use) => ({ ...use, options: tell(use.options) })),
    options: <Options>(role: string) => tell(cluster.options<Options>(role)),
    services: () => tell(cluster.services()),
    servicesOn: (node) => cluster.servicesOn(node).map(tell),
    isSecret: (text) => cluster.isSecret(text) || redact(text) !== text,
  }
}

/** It goes to sudo, and no role has it. */
function isForSudo(path: KeyPath): boolean {
  return path.at(-1) === 'sudo_password' && path[0] !== 'roles'
}

function secretsAmong(references: readonly TakenText[]): readonly TakenText[] {
  return references.filter(({ source }) => source === 'secret')
}
