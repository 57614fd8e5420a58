/** The emulator is a Zero's processor indeed: it runs what is built for one, and nothing newer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../src/support/run.ts'
import { describeEngine } from './built-or-skipped.ts'
import { runAs } from './target.ts'

await describeEngine('consul', 'armv6', (place) => {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-emulation-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  beforeAll(async () => {
    writeFileSync(join(folder, 'go.mod'), 'module greeting\n\ngo 1.24\n')
    writeFileSync(join(folder, 'greeting.go'), 'package main\n\nfunc main() { print("hello") }\n')
    for (const version of ['6', '7']) {
      const environment = { ...process.env, CGO_ENABLED: '0', GOARCH: 'arm', GOARM: version }
      const built = await run('go', ['build', '-o', `armv${version}`, '.'], { folder, environment })
      expect(built.stderr).toBe('')
    }
  })

  it('runs a program for ARMv6', async () => {
    expect(await runAs(place, join(folder, 'armv6'), [])).toMatchObject({ code: 0, stderr: 'hello' })
  })

  it('refuses one for ARMv7, as a Zero does', async () => {
    const { code, stderr } = await runAs(place, join(folder, 'armv7'), [])
    expect(code).not.toBe(0)
    expect(stderr).toContain('Illegal instruction')
  })
})
