/** A person's age identity: where it lies, and that nobody else can read it. */
import { constants, fstatSync, openSync, readFileSync, closeSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { homeFolder } from '../support/home-folder.ts'
import { generateIdentity, isIdentity, publicKeyOf } from './age-format.ts'
import { createFileOnce } from './secret-files.ts'
import { SecretsError } from './secrets-error.ts'

/** What decides where an identity lies. */
export interface IdentityPlace {
  /** Name of the cluster. */
  readonly cluster: string
  /** Given by the user; goes before everything else. */
  readonly identityFile?: string | undefined
  /** The process's own when left out. */
  readonly environment?: NodeJS.ProcessEnv | undefined
}

/** The identity file: as given, or `BRAMBLE_IDENTITY_FILE`, or in the user's configuration folder (XDG). */
export function identityFileFor(place: IdentityPlace): string {
  const environment = place.environment ?? process.env
  const given = place.identityFile ?? environment['BRAMBLE_IDENTITY_FILE']
  if (given) return resolve(given)
  const configured = environment['XDG_CONFIG_HOME']
  // The XDG specification: a relative path there is to be ignored.
  const configuration = configured?.startsWith('/') ? configured : join(homeFolder(environment), '.config')
  return join(configuration, 'bramble', 'identities', `${place.cluster}.txt`)
}

/** The identities in the file, usually one; undefined when there is no such file. */
export async function readIdentities(
  file: string,
  secretsFolder: string,
): Promise<readonly string[] | undefined> {
  const text = readPrivately(file, secretsFolder)
  if (text === undefined) return undefined
  const lines = text.split('\n').map((line) => line.trim())
  const identities = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (identities.length === 0) throw malformed(file, 'it holds no identity')
  for (const identity of identities) {
    if (!(await isIdentity(identity))) throw malformed(file, identityProblem(identity))
  }
  return identities
}

/** Makes an identity in the form of age-keygen, unless another process was quicker; gives what the file holds. */
export async function createIdentity(file: string, secretsFolder: string): Promise<readonly string[]> {
  const identity = await generateIdentity()
  const publicKey = await publicKeyOf(identity)
  const made = new Date().toISOString()
  await createFileOnce(file, `# created: ${made}\n# public key: ${publicKey}\n${identity}\n`)
  return (await readIdentities(file, secretsFolder)) ?? [identity]
}

/** Looks at the very file that is read, so that it cannot be exchanged in between. */
function readPrivately(file: string, secretsFolder: string): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(file, error)
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) throw malformed(file, 'it is not a regular file')
    const mode = stat.mode & 0o777
    if ((mode & 0o077) !== 0) {
      const problem = `others can read it (mode ${mode.toString(8).padStart(4, '0')})`
      throw new SecretsError(secretsCodes.IDENTITY_EXPOSED({ file, problem, fix: `type chmod 600 ${file}` }))
    }
    refuseInside(file, secretsFolder)
    return readFileSync(descriptor, 'utf8')
  } catch (error) {
    throw error instanceof SecretsError ? error : unreadable(file, error)
  } finally {
    closeSync(descriptor)
  }
}

/** An identity in the folder that goes to git would open everything for everybody who can clone it. */
function refuseInside(file: string, secretsFolder: string): void {
  const real = realpathSync(file)
  const folder = resolve(secretsFolder)
  if (!`${dirname(real)}${sep}`.startsWith(`${folder}${sep}`)) return
  const problem = 'it lies in the folder that is committed to git'
  const fix = `move it out: mv ${file} ~/.config/bramble/identities/`
  throw new SecretsError(secretsCodes.IDENTITY_EXPOSED({ file, problem, fix }))
}

function identityProblem(line: string): string {
  if (/^-----BEGIN AGE|^age-encryption\.org/.test(line)) return 'it is protected by a passphrase'
  if (/^-----BEGIN .*PRIVATE KEY/.test(line)) return 'SSH keys cannot be used here'
  if (line.startsWith('AGE-PLUGIN-')) return 'identities of age plugins cannot be used here'
  return 'a line is no age identity'
}

function malformed(file: string, problem: string): SecretsError {
  return new SecretsError(secretsCodes.IDENTITY_MALFORMED({ file, problem }))
}

function unreadable(file: string, error: unknown): SecretsError {
  return new SecretsError(secretsCodes.SECRETS_UNREADABLE({ file, problem: (error as Error).message }))
}
