/** An OpenPGP key that is made for a test and gone after it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../src/support/run.ts'

/** Signs files in a keyring of its own. */
export class SigningKey {
  /** The public key, armored, as `releases.key` takes it. */
  readonly publicKeyFile: string
  readonly #keyring: string

  /** Makes the key inside of `folder`. */
  static async make(folder: string): Promise<SigningKey> {
    const keyring = join(folder, 'gnupg')
    await mkdir(keyring, { recursive: true, mode: 0o700 })
    const key = new SigningKey(keyring, join(folder, 'key.asc'))
    const user = 'Lab releases <lab@example.net>'
    await key.#gpg('--passphrase', '', '--quick-generate-key', user, 'ed25519', 'sign')
    await writeFile(key.publicKeyFile, await key.#gpg('--armor', '--export'))
    return key
  }

  private constructor(keyring: string, publicKeyFile: string) {
    this.#keyring = keyring
    this.publicKeyFile = publicKeyFile
  }

  /** Writes a detached signature of a file beside it, as `FILE.sig`. */
  async sign(file: string): Promise<void> {
    await this.#gpg('--yes', '--detach-sign', '--output', `${file}.sig`, file)
  }

  /** Ends the agent that gpg started. */
  async end(): Promise<void> {
    await run('gpgconf', ['--homedir', this.#keyring, '--kill', 'all'])
  }

  async #gpg(...words: readonly string[]): Promise<Buffer> {
    const { code, stdout, stderr } = await run('gpg', [
      '--homedir',
      this.#keyring,
      '--batch',
      '--quiet',
      ...words,
    ])
    if (code !== 0) throw new Error(`gpg ended with ${code}: ${stderr}`)
    return stdout
  }
}
