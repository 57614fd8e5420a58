/** `recipients.txt`: the public keys of the people who may read the secrets of a cluster. */
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { isPublicKey } from './age-format.ts'
import { readText } from './secret-files.ts'
import { SecretsError } from './secrets-error.ts'

/** Path of the list. */
export function recipientsFile(folder: string): string {
  return join(folder, 'recipients.txt')
}

/** The public keys in the list, in its order and once each; none when there is no list. */
export async function readRecipients(folder: string): Promise<readonly string[]> {
  const file = recipientsFile(folder)
  const found = new Set<string>()
  for (const [index, line] of (readText(file) ?? '').split('\n').entries()) {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) continue
    if (!(await isPublicKey(text))) {
      const place = { file, line: index + 1, column: 1, length: line.length }
      throw new SecretsError(secretsCodes.RECIPIENTS_MALFORMED({ line: index + 1 }, { where: place }))
    }
    found.add(text)
  }
  return [...found]
}

/** The list with one more public key, for writing. It is in the form that `age --recipients-file` reads. */
export function withRecipient(folder: string, publicKey: string): string {
  const before = readText(recipientsFile(folder)) ?? HEADING
  const separator = before.endsWith('\n') ? '' : '\n'
  return `${before}${separator}# ${userName()}\n${publicKey}\n`
}

const HEADING = `# Who can read the secrets in this folder: one age public key a line. These keys are public.
# To let somebody in: add the key, then run bramble secrets rekey.
# To shut somebody out: take the key away, run bramble secrets rekey, then rotate what that person has seen.
`

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without a name, as in containers.
    return 'unknown'
  }
}
