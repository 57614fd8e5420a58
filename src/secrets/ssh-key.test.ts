import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { ensureSshKeyPair } from './ssh-key.ts'
import { ScratchStore, codesOf, expectSuccess } from './testing/scratch-store.ts'

let scratch: ScratchStore
let folder: string
beforeEach(() => {
  scratch = new ScratchStore()
  folder = join(scratch.root, 'lab')
})
afterEach(() => scratch.remove())

describe('the SSH key of a lab', () => {
  it('is private and one that OpenSSH takes', async () => {
    const { privateKeyFile, publicKey } = await ensureSshKeyPair(folder, 'bramble lab')
    expect(publicKey).toMatch(/^ssh-ed25519 \S+ bramble lab$/)
    expect(statSync(privateKeyFile).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    const printed = await expectSuccess(run('ssh-keygen', ['-y', '-P', '', '-f', privateKeyFile]))
    expect(publicKey).toContain(printed.trim().split(' ')[1])
  })

  it('stays the same', async () => {
    const first = await ensureSshKeyPair(folder, 'lab')
    expect(await ensureSshKeyPair(folder, 'lab')).toEqual(first)
  })

  it('is the same for several that make it at once, and nothing else is left', async () => {
    const pairs = await Promise.all(Array.from({ length: 4 }, () => ensureSshKeyPair(folder, 'lab')))
    expect(new Set(pairs.map(({ publicKey }) => publicKey)).size).toBe(1)
    expect(readdirSync(folder)).toEqual(['id_ed25519'])
  })

  it('gets a folder of its own mode when the folder was open to others', async () => {
    mkdirSync(folder)
    chmodSync(folder, 0o755)
    await ensureSshKeyPair(folder, 'lab')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  it('that is damaged is reported, not replaced', async () => {
    const { privateKeyFile } = await ensureSshKeyPair(folder, 'lab')
    writeFileSync(privateKeyFile, 'damaged')
    expect(await codesOf(() => ensureSshKeyPair(folder, 'lab'))).toEqual(['SSH_KEYGEN_FAILED'])
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file')
    expect(await codesOf(() => ensureSshKeyPair(folder, 'lab'))).toEqual(['SSH_KEYGEN_FAILED'])
  })
})
