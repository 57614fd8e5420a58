import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { readText } from './secret-files.ts'
import { ScratchStore, codesOf, expectSuccess, scriptArguments } from './testing/scratch-store.ts'

let scratch: ScratchStore
beforeEach(() => {
  scratch = new ScratchStore()
})
afterEach(() => scratch.remove())

const openingCodes = () => codesOf(() => scratch.open('read'))

describe('a secret that was tampered with', () => {
  it('is refused whichever of its characters is another one', async () => {
    await scratch.filled('one')
    const text = scratch.read('one.age')
    for (let position = 0; position < text.length - 1; position++) {
      const other = text[position] === 'A' ? 'B' : 'A'
      scratch.write(text.slice(0, position) + other + text.slice(position + 1), 'one.age')
      expect(await openingCodes(), `position ${position}`).toEqual(['SECRET_TAMPERED'])
    }
  })

  it('is refused wherever it is cut off', async () => {
    await scratch.filled('one')
    const text = scratch.read('one.age')
    for (let length = 0; length < text.trimEnd().length; length += 7) {
      scratch.write(text.slice(0, length), 'one.age')
      expect(await openingCodes(), `length ${length}`).toEqual(['SECRET_TAMPERED'])
    }
  })

  it('is refused when something was added to it', async () => {
    await scratch.filled('one')
    scratch.write(`${scratch.read('one.age')}x`, 'one.age')
    expect(await openingCodes()).toEqual(['SECRET_TAMPERED'])
  })

  it('is refused under the name of another one', async () => {
    await scratch.filled('node/hammond/token', 'node/oneil/token')
    renameSync(scratch.path('node/hammond/token.age'), scratch.path('swap'))
    renameSync(scratch.path('node/oneil/token.age'), scratch.path('node/hammond/token.age'))
    renameSync(scratch.path('swap'), scratch.path('node/oneil/token.age'))
    // Both of them, at once.
    expect(await openingCodes()).toEqual(['SECRET_TAMPERED', 'SECRET_TAMPERED'])
  })

  it('is refused when it was copied to a new name', async () => {
    await scratch.filled('one')
    copyFileSync(scratch.path('one.age'), scratch.path('two.age'))
    expect(await openingCodes()).toEqual(['SECRET_TAMPERED'])
  })

  it('is refused when it comes from another cluster of the same people', async () => {
    const other = new ScratchStore()
    try {
      const identityFile = scratch.identityFile
      await scratch.filled('one')
      const store = await other.open('create', { identityFile })
      store.put('one', 'text', 'value of elsewhere')
      await store.save()
      copyFileSync(other.path('one.age'), scratch.path('one.age'))
      expect(await openingCodes()).toEqual(['SECRET_TAMPERED'])
    } finally {
      other.remove()
    }
  })

  it('is refused when it was forged by somebody who knows the public keys of all people', async () => {
    await scratch.filled('one')
    const forged = JSON.stringify({
      version: 1,
      name: 'one',
      kind: 'text',
      createdAt: '2026-01-01T00:00:00.000Z',
      value: 'of an attacker',
    })
    const args = ['-a', '-R', scratch.path('recipients.txt'), '-o', scratch.path('one.age')]
    await expectSuccess(run('age', args, { input: forged }))
    expect(await openingCodes()).toEqual(['SECRET_TAMPERED'])
  })

  it('is refused as a symbolic link, and as one to a folder', async () => {
    await scratch.filled('one')
    symlinkSync(scratch.path('one.age'), scratch.path('two.age'))
    expect(await openingCodes()).toEqual(['SECRET_TAMPERED'])
    rmSync(scratch.path('two.age'))
    symlinkSync('/etc', scratch.path('node'))
    expect(await openingCodes()).toEqual(['SECRET_TAMPERED'])
  })

  it('is not overwritten through a link that appeared after reading', async () => {
    const store = await scratch.filled('one')
    const outside = `${scratch.root}/outside`
    mkdirSync(outside)
    symlinkSync(outside, scratch.path('node'))
    store.put('node/token', 'text', 'some value')
    expect(await codesOf(() => store.save())).toEqual(['SECRET_TAMPERED'])
    expect(readdirSync(outside)).toEqual([])
  })
})

describe('the identity of the store', () => {
  it('is refused whichever of its characters is another one', async () => {
    await scratch.filled('one')
    const text = scratch.read('store-identity.age')
    for (let position = 0; position < text.length - 1; position += 3) {
      const other = text[position] === 'A' ? 'B' : 'A'
      scratch.write(text.slice(0, position) + other + text.slice(position + 1), 'store-identity.age')
      const codes = await openingCodes()
      // A change in the part for this person looks the same as a file for somebody else.
      expect(['SECRET_TAMPERED', 'IDENTITY_WRONG'], `position ${position}`).toContain(codes[0])
    }
  })

  it('is missed when there are secrets, and never made anew over them', async () => {
    await scratch.filled('one')
    rmSync(scratch.path('store-identity.age'))
    expect(await codesOf(() => scratch.open('create'))).toEqual(['STORE_IDENTITY_MISSING'])
  })

  it('does not open the secrets when somebody put another one in its place', async () => {
    await scratch.filled('one')
    const identity = await expectSuccess(run('age-keygen', []))
    const args = ['-a', '-R', scratch.path('recipients.txt'), '-o', scratch.path('store-identity.age')]
    await expectSuccess(run('age', args, { input: identity }))
    expect(await openingCodes()).toEqual(['SECRET_TAMPERED'])
  })
})

describe('files that are in the way', () => {
  it('a merge conflict of git is called by its name', async () => {
    await scratch.filled('one')
    const conflict = `<<<<<<< HEAD\n${scratch.read('one.age')}=======\n${scratch.read('one.age')}>>>>>>> other\n`
    scratch.write(conflict, 'one.age')
    expect(await openingCodes()).toEqual(['SECRET_CONFLICT'])
    scratch.write(conflict, 'store-identity.age')
    expect(await openingCodes()).toEqual(['SECRET_CONFLICT'])
  })

  it('a form of a later version is not touched', async () => {
    await scratch.filled('one')
    const identity = await expectSuccess(
      run('age', ['-d', '-i', scratch.identityFile, scratch.path('store-identity.age')]),
    )
    const publicKey = (await expectSuccess(run('age-keygen', ['-y'], { input: identity }))).trim()
    const seal = async (content: object): Promise<void> => {
      const args = ['-a', '-r', publicKey, '-o', scratch.path('one.age')]
      await expectSuccess(run('age', args, { input: JSON.stringify(content) }))
    }
    const content = {
      version: 1,
      name: 'one',
      kind: 'text',
      createdAt: '2026-01-01T00:00:00Z',
      value: 'value of one',
    }
    await seal(content)
    expect(await openingCodes()).toEqual([])
    await seal({ ...content, version: 2 })
    expect(await openingCodes()).toEqual(['SECRET_FORMAT_UNKNOWN'])
    await seal({ ...content, kind: 'hologram' })
    expect(await openingCodes()).toEqual(['SECRET_FORMAT_UNKNOWN'])
    await seal({ ...content, value: 5 })
    expect(await openingCodes()).toEqual(['SECRET_TAMPERED'])
  })

  it('files of others in the folder are left alone', async () => {
    await scratch.filled('one')
    scratch.write('Read me.', 'README.md')
    expect(await openingCodes()).toEqual([])
    scratch.write('', 'Not A Name.age')
    expect(await openingCodes()).toEqual(['SECRET_NAME_INVALID'])
  })

  it('a folder in place of a file cannot be read', async () => {
    mkdirSync(scratch.path('store-identity.age'), { recursive: true })
    expect(await openingCodes()).toEqual(['SECRETS_UNREADABLE'])
  })

  it('a file in place of a folder cannot be written, and then nothing is', async () => {
    const store = await scratch.filled('one')
    scratch.write('in the way', 'node')
    store.put('one', 'text', 'another value')
    store.put('node/hammond', 'text', 'some value')
    expect(await codesOf(() => store.save())).toEqual(['SECRETS_UNWRITABLE'])
    expect((await scratch.open('read')).get('one').value).toBe('value of one')
    expect(readdirSync(scratch.folder).filter((name) => /^\.(tmp|lock)/.test(name))).toEqual([])
  })

  it('a full disk changes nothing', async () => {
    const store = await scratch.filled('one')
    const before = readFileSync(scratch.path('one.age'), 'utf8')
    // As on a full disk, no file can grow; unlike a full disk, this can be had without root.
    const script = `
      const { openSecrets } = await load('store.ts')
      const store = await openSecrets(${JSON.stringify({ folder: scratch.folder, cluster: 'rainbow', mode: 'create' })})
      store.put('one', 'text', 'x'.repeat(5000))
      await store.save().catch((error) => console.log(error.code))`
    // The lock's line fits into 512 bytes, a secret does not; what jiti would keep of its work does not either.
    const environment = { ...process.env, ...scratch.environment, JITI_FS_CACHE: 'false' }
    const args = ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, ...scriptArguments(script)]
    const output = await expectSuccess(run('sh', args, { environment }))
    expect(output.trim()).toBe('SECRETS_UNWRITABLE')
    expect(readFileSync(scratch.path('one.age'), 'utf8')).toBe(before)
    expect(readdirSync(scratch.folder).filter((name) => name.startsWith('.tmp'))).toEqual([])
    expect(store.get('one').value).toBe('value of one')
  })
})

describe('a run that was killed while it wrote', { timeout: 60_000 }, () => {
  const options = () => JSON.stringify({ folder: scratch.folder, cluster: 'rainbow', mode: 'create' })
  const textOf = (file: string): string => readText(scratch.path(file)) ?? ''

  it.each([1, 40, 90])('after %i secrets leaves each of them whole or absent', async (count) => {
    const names = Array.from({ length: 100 }, (_, index) => `s/n${index}`)
    const script = `
      const { openSecrets } = await load('store.ts')
      const store = await openSecrets(${options()})
      for (const name of ${JSON.stringify(names)}) store.ensure(name, 'text', () => 'value of ' + name)
      await store.save()`
    const written = (): number => names.filter((name) => textOf(`${name}.age`) !== '').length
    await killedWhen(script, () => written() >= count)
    expect(written()).toBeGreaterThanOrEqual(count)

    const store = await scratch.open()
    for (const name of names) {
      expect(store.ensure(name, 'text', () => `value of ${name}`).value).toBe(`value of ${name}`)
    }
    store.put('last', 'text', 'value of last')
    await store.save()
    expect((await scratch.open('read')).list()).toHaveLength(101)
    // What the killed run had begun is cleared away, its lock too.
    const all = readdirSync(scratch.folder, { recursive: true }).map(String)
    expect(all.filter((name) => name.includes('.tmp') || name.includes('.lock'))).toEqual([])
  })

  it.each([1, 20, 39])(
    'in a rekey after %i secrets leaves all readable, and a save ends it',
    async (count) => {
      const names = Array.from({ length: 40 }, (_, index) => `s/n${index}`)
      await scratch.filled(...names)
      const before = new Map(names.map((name) => [name, textOf(`${name}.age`)]))
      const changed = (): number => names.filter((name) => textOf(`${name}.age`) !== before.get(name)).length
      const script = `
      const { openSecrets } = await load('store.ts')
      const store = await openSecrets(${options()})
      await store.rekey()
      await store.save()`
      await killedWhen(script, () => changed() >= count)
      expect(changed()).toBeGreaterThanOrEqual(count)

      const store = await scratch.open()
      for (const name of names) expect(store.get(name).value).toBe(`value of ${name}`)
      await store.save()
      expect(changed()).toBe(40)
      const args = ['-d', '-i', scratch.identityFile, scratch.path('store-identity.age')]
      expect((await expectSuccess(run('age', args))).match(/^AGE-SECRET-KEY-/gm)).toHaveLength(1)
      expect((await scratch.open('read')).list()).toHaveLength(40)
    },
  )
})

/** Runs a script and pulls its plug at a certain moment, or lets it come to its end when that is sooner. */
async function killedWhen(script: string, isDue: () => boolean): Promise<void> {
  const child = spawn(process.execPath, scriptArguments(script), {
    env: { ...process.env, ...scratch.environment },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  while (!isDue() && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve))
  child.kill('SIGKILL')
  await ended
}
