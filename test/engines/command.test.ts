/** `npm run engines` as people type it. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../src/support/run.ts'
import { describeEngine, provideEngine } from './built-or-skipped.ts'
import { ownArchitecture } from './engine-cache.ts'

async function engines(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const argv = ['--import', 'jiti/register', join(import.meta.dirname, 'main.ts'), ...words]
  const { code, stdout, stderr } = await run(process.execPath, argv, {
    environment: { ...process.env, ...environment },
  })
  return { code, text: stdout.toString(), errors: stderr }
}

describe('npm run engines', () => {
  it('refuses a name that it does not know, and says which one was meant', async () => {
    const { code, errors } = await engines(['nomat'])
    expect(code).toBe(2)
    expect(errors).toMatch(
      /did you mean nomad\?\n.*\nengines: consul, nomad, vault, kubernetes, coredns, traefik, pebble, versitygw/,
    )
  })

  it('refuses an architecture that no board has', async () => {
    const { code, errors } = await engines(['--arch', 'sparc'])
    expect(code).toBe(2)
    expect(errors).toContain('--arch arm64|armv6')
  })

  it.each(['nomad', 'vault'])('says why there is no %s for a Pi Zero', async (name) => {
    const { code, errors } = await engines([name, '--arch', 'armv6'])
    expect(code).toBe(3)
    expect(errors).toContain('for 32-bit ARM')
  })

  it('says which Go to install where there is none', async () => {
    const bare = mkdtempSync(join(tmpdir(), 'bramble-bare-'))
    const { code, errors } = await engines(['consul'], { PATH: bare })
    rmSync(bare, { recursive: true })
    expect(code).toBe(3)
    expect(errors).toContain('there is no Go toolchain: install Go 1.25.9 or newer from https://go.dev/dl/')
  })
})

await describeEngine('consul', ownArchitecture(), (place) => {
  beforeAll(() => provideEngine(place))

  it('is not built a second time', async () => {
    const before = readdirSync(place.folder)
    const { code, text, errors } = await engines(['consul'])
    expect({ code, errors }).toEqual({ code: 0, errors: 'nothing to build: all of them are there\n' })
    expect(text).toMatch(/consul +consul +\w+ +\d+ +\d+ s at load [\d.]+ +Consul v1\.19\.2/)
    expect(readdirSync(place.folder)).toEqual(before)
  })
})
