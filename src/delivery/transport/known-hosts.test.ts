import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../support/run.ts'
import { pinnedKey, pinnedKeyOf, pinnedNames, tidyKnownHosts } from './known-hosts.ts'

let folder = ''
let file = ''
let key = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-known-hosts-'))
  file = join(folder, 'known_hosts')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'x', '-f', join(folder, 'key')])
  key = readFileSync(join(folder, 'key.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the file of pinned keys', () => {
  it('tells who is in it, and the fingerprint that ssh-keygen shows', async () => {
    writeFileSync(file, `# ours\nada ${key}\n[gate.example.net]:2200,10.0.0.1 ${key}\n`)
    expect([...pinnedNames(file)]).toEqual(['ada', 'gate.example.net', '10.0.0.1'])
    const shown = (await run('ssh-keygen', ['-lf', join(folder, 'key.pub')])).stdout.toString().split(' ')[1]
    expect(pinnedKey(file, 2)).toEqual({ file, line: 2, fingerprint: shown })
    expect(pinnedKeyOf(file, '10.0.0.1')).toEqual({ file, line: 3, fingerprint: shown })
    expect(pinnedKey(file, 1)).toBeUndefined()
    expect(pinnedKeyOf(file, 'bob')).toBeUndefined()
  })

  it('is nobody when it is not there', () => {
    expect([...pinnedNames(join(folder, 'none'))]).toEqual([])
    expect(pinnedKey(join(folder, 'none'), 1)).toBeUndefined()
  })

  it('keeps each line once and in its place', () => {
    writeFileSync(file, `ada ${key}\nbob ${key}\nada ${key}\n`)
    tidyKnownHosts(file)
    expect(readFileSync(file, 'utf8')).toBe(`ada ${key}\nbob ${key}\n`)
  })
})
