import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { identityFileFor } from './identity.ts'
import { ScratchStore, codesOf, expectSuccess } from './testing/scratch-store.ts'

let scratch: ScratchStore
beforeEach(() => {
  scratch = new ScratchStore()
})
afterEach(() => scratch.remove())

describe('an identity', () => {
  it('is made with the first secret, private and outside the folder of the cluster', async () => {
    await scratch.filled('one')
    expect(statSync(scratch.identityFile).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(scratch.identityFile)).mode & 0o777).toBe(0o700)
    expect(scratch.identityFile.startsWith(scratch.folder)).toBe(false)
  })

  it('is one that age-keygen understands, with its public key among the recipients', async () => {
    await scratch.filled('one')
    const publicKey = (await expectSuccess(run('age-keygen', ['-y', scratch.identityFile]))).trim()
    expect(readFileSync(scratch.identityFile, 'utf8')).toContain(`# public key: ${publicKey}\n`)
    expect(scratch.read('recipients.txt')).toContain(`\n${publicKey}\n`)
  })

  it('that exists already is used for a new cluster, and is not changed', async () => {
    const { identityFile } = await scratch.person('somebody')
    const before = readFileSync(identityFile, 'utf8')
    const store = await scratch.open('create', { identityFile })
    store.put('one', 'text', 'some value')
    await store.save()
    expect(readFileSync(identityFile, 'utf8')).toBe(before)
    expect(existsSync(scratch.identityFile)).toBe(false)
    expect((await scratch.open('read', { identityFile })).has('one')).toBe(true)
  })

  it('may be one of several in its file', async () => {
    await scratch.filled('one')
    const { identityFile } = await scratch.person('somebody')
    const both = readFileSync(identityFile, 'utf8') + readFileSync(scratch.identityFile, 'utf8')
    writeFileSync(identityFile, both)
    expect((await scratch.open('read', { identityFile })).has('one')).toBe(true)
  })

  it('may be reached over a symbolic link', async () => {
    await scratch.filled('one')
    const link = join(scratch.root, 'link.txt')
    symlinkSync(scratch.identityFile, link)
    expect((await scratch.open('read', { identityFile: link })).has('one')).toBe(true)
  })

  it.each([0o640, 0o604, 0o660, 0o644])('of mode %o is refused', async (mode) => {
    await scratch.filled('one')
    chmodSync(scratch.identityFile, mode)
    expect(await codesOf(() => scratch.open('read'))).toEqual(['IDENTITY_EXPOSED'])
  })

  it('that others can read is refused before a new cluster relies on it', async () => {
    const { identityFile } = await scratch.person('somebody')
    chmodSync(identityFile, 0o644)
    expect(await codesOf(() => scratch.open('create', { identityFile }))).toEqual(['IDENTITY_EXPOSED'])
  })

  it('in the folder of the secrets is refused', async () => {
    await scratch.filled('one')
    const identityFile = scratch.path('me.txt')
    scratch.write(readFileSync(scratch.identityFile, 'utf8'), 'me.txt')
    chmodSync(identityFile, 0o600)
    expect(await codesOf(() => scratch.open('read', { identityFile }))).toEqual(['IDENTITY_EXPOSED'])
  })

  it('that is missing is told with its place', async () => {
    await scratch.filled('one')
    const identityFile = join(scratch.root, 'nowhere.txt')
    expect(await codesOf(() => scratch.open('create', { identityFile }))).toEqual(['IDENTITY_MISSING'])
    await expect(scratch.open('read', { identityFile })).rejects.toThrow(
      `there is no identity in ${identityFile}`,
    )
    expect(existsSync(identityFile)).toBe(false)
  })

  it('of somebody else is refused, with what that person has to do', async () => {
    await scratch.filled('one')
    const { identityFile, publicKey } = await scratch.person('stranger')
    expect(await codesOf(() => scratch.open('read', { identityFile }))).toEqual(['IDENTITY_WRONG'])
    await expect(scratch.open('read', { identityFile })).rejects.toMatchObject({
      fix: expect.stringContaining(`add ${publicKey} to secrets/recipients.txt`) as string,
    })
  })

  it.each([
    ['nothing', '# only a comment\n', 'it holds no identity'],
    ['a typing mistake', 'AGE-SECRET-KEY-1QQQQQQ\n', 'a line is no age identity'],
    ['an SSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n', 'SSH keys cannot be used here'],
    ['a passphrase', '-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n', 'it is protected by a passphrase'],
    ['a plugin', 'AGE-PLUGIN-YUBIKEY-1QQQQQQ\n', 'identities of age plugins cannot be used here'],
  ])('file with %s is told as such, without what is in it', async (_, text, problem) => {
    await scratch.filled('one')
    const identityFile = join(scratch.root, 'strange.txt')
    writeFileSync(identityFile, text, { mode: 0o600 })
    expect(await codesOf(() => scratch.open('read', { identityFile }))).toEqual(['IDENTITY_MALFORMED'])
    await expect(scratch.open('read', { identityFile })).rejects.toThrow(
      `${identityFile} cannot be used: ${problem}`,
    )
  })

  it('that is no file is refused and not waited for', async () => {
    await scratch.filled('one')
    const identityFile = join(scratch.root, 'pipe')
    await expectSuccess(run('mkfifo', ['-m', '600', identityFile]))
    expect(await codesOf(() => scratch.open('read', { identityFile }))).toEqual(['IDENTITY_MALFORMED'])
    mkdirSync(join(scratch.root, 'folder'), { mode: 0o700 })
    const folder = join(scratch.root, 'folder')
    expect(await codesOf(() => scratch.open('read', { identityFile: folder }))).toEqual([
      'IDENTITY_MALFORMED',
    ])
  })
})

describe('the place of an identity', () => {
  const home = { HOME: '/home/ada' }
  it.each([
    ['the configuration folder', {}, home, '/home/ada/.config/bramble/identities/office.txt'],
    ['XDG_CONFIG_HOME', {}, { ...home, XDG_CONFIG_HOME: '/conf' }, '/conf/bramble/identities/office.txt'],
    [
      'not a relative XDG_CONFIG_HOME',
      {},
      { ...home, XDG_CONFIG_HOME: 'conf' },
      '/home/ada/.config/bramble/identities/office.txt',
    ],
    [
      'BRAMBLE_IDENTITY_FILE',
      {},
      { ...home, XDG_CONFIG_HOME: '/conf', BRAMBLE_IDENTITY_FILE: '/run/id' },
      '/run/id',
    ],
    [
      'the option before all',
      { identityFile: '/mnt/id' },
      { ...home, BRAMBLE_IDENTITY_FILE: '/run/id' },
      '/mnt/id',
    ],
  ])('is %s', (_, options, environment, expected) => {
    expect(identityFileFor({ cluster: 'office', environment, ...options })).toBe(expected)
  })
})
