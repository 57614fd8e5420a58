/** Digests of everything that a plan is made from, by what each is called in a sentence. */
import { scryptSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { lockText } from '../../cluster-lock/cluster-lock.ts'
import { listFolder, secretFile } from '../../secrets/secret-files.ts'
import { sha256 } from '../../support/sha256.ts'
import { readVersion } from '../../support/version.ts'
import type { OpenedCluster } from '../open.ts'
import type { Prepared } from '../run/prepare.ts'

/** What stands before the name of a node whose program is compared. */
export const PROGRAM_OF = 'the program of '

const DIGEST_BYTES = 32

/**
 * The inputs of a run. Secrets count by their encrypted files; a file with a secret in clear or a variable of the environment may hold one that is easy
 * to guess, so its digest is slow to make. The programs hold what else there is, such as own roles. Where secrets are still to be made, programs are others in each run and do not count.
 */
export async function inputsOf(cluster: OpenedCluster, prepared: Prepared): Promise<Record<string, string>> {
  const { source, paths } = cluster
  const inputs: Record<string, string> = {
    Bramble: readVersion(),
    'the cluster file': sha256(source.text ?? JSON.stringify(source.file)),
    // As the run knows it: an apply that was refused has written down what it saw.
    'cluster.lock': sha256(lockText({ ...prepared.lock, releases: {} })),
    'access.authorized_keys': sha256(source.authorizedKeys.join('\n')),
  }
  for (const { path, text } of source.included)
    inputs[`the file ${relative(paths.folder, path)}`] = sha256(text)
  for (const [path, content] of source.files)
    inputs[`the file ${path}`] = content.sensitive ? slowDigest(content.sha256, path) : content.sha256
  for (const { source: from, name, text } of source.references) {
    if (from === 'env') inputs[`the variable ${name} of the environment`] = slowDigest(text, name)
    if (from === 'file') inputs[`the file ${name}`] = sha256(text)
  }
  for (const name of listFolder(paths.secretsFolder).names)
    inputs[`the secret ${name}`] = sha256(await readFile(secretFile(paths.secretsFolder, name)))
  for (const [engine, release] of Object.entries(prepared.lock.releases))
    inputs[`the release of ${engine}`] = sha256(JSON.stringify(release))
  if (prepared.secrets.list().some(({ pending }) => pending)) return inputs
  for (const node of prepared.nodes) inputs[PROGRAM_OF + node] = prepared.program(node).sha256
  return inputs
}

function slowDigest(text: string, salt: string): string {
  return scryptSync(text, salt, DIGEST_BYTES).toString('hex')
}
