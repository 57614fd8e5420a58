/** A folder of releases in the makers' layout, signed with a key of its own: a mirror for tests. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../src/support/run.ts'
import { zipOf } from './zip-fixture.ts'

/** One mirror. */
export class SignedFolder {
  /** What `releases.mirror` takes. */
  readonly mirror: string
  /** What `releases.key` takes. */
  readonly key: string
  readonly #scratch: string

  private constructor(scratch: string) {
    this.#scratch = scratch
    this.mirror = join(scratch, 'mirror')
    this.key = join(scratch, 'key.asc')
  }

  /** An empty mirror, and its key. */
  static async make(): Promise<SignedFolder> {
    const folder = new SignedFolder(mkdtempSync(join(tmpdir(), 'bramble-mirror-')))
    mkdirSync(join(folder.#scratch, 'gnupg'), { mode: 0o700 })
    const user = 'Test releases <test@example.net>'
    await folder.#gpg('--passphrase', '', '--quick-generate-key', user, 'ed25519', 'sign')
    writeFileSync(folder.key, await folder.#gpg('--armor', '--export'))
    return folder
  }

  /** Lays down a release with a program for each architecture, and signs its list. */
  async publish(product: string, version: string, programs: Readonly<Record<string, string>>): Promise<void> {
    const folder = join(this.mirror, product, version)
    mkdirSync(folder, { recursive: true })
    const lines = Object.entries(programs).map(([architecture, text]) => {
      const name = `${product}_${version}_linux_${architecture}.zip`
      const archive = zipOf({ [product]: text })
      writeFileSync(join(folder, name), archive)
      return `${createHash('sha256').update(archive).digest('hex')}  ${name}\n`
    })
    const list = join(folder, `${product}_${version}_SHA256SUMS`)
    writeFileSync(list, lines.join(''))
    await this.#gpg('--yes', '--detach-sign', '--output', `${list}.sig`, list)
  }

  /** Takes it away, with the agent that gpg started. */
  async remove(): Promise<void> {
    await run('gpgconf', ['--homedir', join(this.#scratch, 'gnupg'), '--kill', 'all'])
    rmSync(this.#scratch, { recursive: true, force: true })
  }

  async #gpg(...args: string[]): Promise<Buffer> {
    const homedir = join(this.#scratch, 'gnupg')
    const { code, stdout, stderr } = await run('gpg', ['--homedir', homedir, '--batch', '--quiet', ...args])
    if (code !== 0) throw new Error(`gpg ended with ${code}: ${stderr}`)
    return stdout
  }
}
