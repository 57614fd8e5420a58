/** An SSH key pair for the virtual nodes of a lab, which live and die with their folder. */
import { chmod, link, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { run } from '../support/run.ts'
import { SecretsError } from './secrets-error.ts'

/** A key pair for the OpenSSH client. */
export interface SshKeyPair {
  /** Path of the private key, for `IdentityFile`. */
  readonly privateKeyFile: string
  /** One line for `authorized_keys`, with the comment, without a line feed. */
  readonly publicKey: string
}

/**
 * The Ed25519 key pair in `folder`, made when there is none; of several processes that make one at once, all get the same. Throws
 * {@link SecretsError} when ssh-keygen is not there or fails.
 */
export async function ensureSshKeyPair(folder: string, comment: string): Promise<SshKeyPair> {
  const privateKeyFile = join(folder, 'id_ed25519')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    if (!(await exists(privateKeyFile))) await make(folder, privateKeyFile, comment)
  } catch (error) {
    throw error instanceof SecretsError ? error : failed(folder, (error as Error).message)
  }
  // From the private key, so that a lost or foreign .pub file does no harm.
  const publicKey = (await sshKeygen(folder, ['-y', '-P', '', '-f', privateKeyFile])).trim()
  const hasComment = publicKey.split(' ').length > 2
  return { privateKeyFile, publicKey: hasComment ? publicKey : `${publicKey} ${comment}` }
}

async function make(folder: string, privateKeyFile: string, comment: string): Promise<void> {
  const workshop = await mkdtemp(join(folder, '.tmp-'))
  try {
    const made = join(workshop, 'key')
    await sshKeygen(folder, ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', made])
    // A link appears whole and never replaces: the first process wins.
    await link(made, privateKeyFile).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
}

async function sshKeygen(folder: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run('ssh-keygen', args, { timeoutSeconds: 30 })
  if (code !== 0) throw failed(folder, stderr.trim().split('\n').at(-1) ?? `it ended with ${code}`)
  return stdout.toString()
}

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}

function failed(folder: string, problem: string): SecretsError {
  return new SecretsError(secretsCodes.SSH_KEYGEN_FAILED({ folder, problem }))
}
