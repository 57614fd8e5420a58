/** For tests: secrets folders and identities that are gone afterwards, and the real age programs. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../support/run.ts'
import type { RunResult } from '../../support/run.ts'
import { SecretsError } from '../secrets-error.ts'
import { openSecrets } from '../store.ts'
import type { OpenOptions, SecretStore } from '../store.ts'

/** A place for one store. */
export class ScratchStore {
  readonly root = mkdtempSync(join(tmpdir(), 'bramble-secrets-'))
  readonly folder = join(this.root, 'secrets')
  readonly identityFile = join(this.root, 'home', '.config', 'bramble', 'identities', 'rainbow.txt')
  readonly environment = { HOME: join(this.root, 'home') }

  open(mode: OpenOptions['mode'] = 'create', more: Partial<OpenOptions> = {}): Promise<SecretStore> {
    return openSecrets({
      folder: this.folder,
      cluster: 'rainbow',
      environment: this.environment,
      mode,
      ...more,
    })
  }

  /** Makes the store with a few secrets in it. */
  async filled(...names: readonly string[]): Promise<SecretStore> {
    const store = await this.open()
    for (const name of names) store.ensure(name, 'text', () => `value of ${name}`)
    await store.save()
    return store
  }

  /** Path in the secrets folder. */
  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts)
  }

  read(...parts: readonly string[]): string {
    return readFileSync(this.path(...parts), 'utf8')
  }

  write(text: string, ...parts: readonly string[]): void {
    mkdirSync(join(this.path(...parts), '..'), { recursive: true })
    writeFileSync(this.path(...parts), text)
  }

  /** Makes another person's identity with age-keygen. */
  async person(name: string): Promise<{ readonly identityFile: string; readonly publicKey: string }> {
    const identityFile = join(this.root, `${name}.txt`)
    await expectSuccess(run('age-keygen', ['-o', identityFile]))
    const publicKey = await expectSuccess(run('age-keygen', ['-y', identityFile]))
    return { identityFile, publicKey: publicKey.trim() }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** The output of a program that has to succeed. */
export async function expectSuccess(running: Promise<RunResult>): Promise<string> {
  const { code, stdout, stderr } = await running
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`)
  return stdout.toString()
}

/** The codes of the diagnostics with which `action` fails; none when it succeeds. */
export async function codesOf(action: () => unknown): Promise<readonly string[]> {
  try {
    await action()
    return []
  } catch (error) {
    if (error instanceof SecretsError) return error.diagnostics.map(({ code }) => code)
    throw error
  }
}

/** Runs TypeScript in a process of its own; see {@link scriptArguments}. */
export function runScript(script: string, environment: NodeJS.ProcessEnv = {}): Promise<RunResult> {
  return run(process.execPath, scriptArguments(script), {
    environment: { ...process.env, ...environment },
    timeoutSeconds: 60,
  })
}

/** Arguments for Node to run TypeScript in which `await load('store.ts')` gives what that file of this area exports. */
export function scriptArguments(script: string): readonly string[] {
  const folder = JSON.stringify(new URL('..', import.meta.url).href)
  const load = `const load = async (name) => { const m = await import(${folder} + name); return { ...m, ...m.default } }`
  return ['--import', 'jiti/register', '--input-type=module', '-e', `${load}\n${script}`]
}
