import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { ScratchStore, codesOf, expectSuccess } from './testing/scratch-store.ts'

let scratch: ScratchStore
beforeEach(() => {
  scratch = new ScratchStore()
})
afterEach(() => scratch.remove())

const append = (line: string): void =>
  scratch.write(`${scratch.read('recipients.txt')}${line}\n`, 'recipients.txt')

describe('recipients', () => {
  it('listed before the first secret can read all of them', async () => {
    const { identityFile, publicKey } = await scratch.person('ada')
    scratch.write(`# Ada\n${publicKey}\n`, 'recipients.txt')
    await scratch.filled('one')
    expect((await scratch.open('read', { identityFile })).get('one').value).toBe('value of one')
    expect((await scratch.open('read')).get('one').value).toBe('value of one')
    expect(await (await scratch.open('read')).warnings()).toEqual([])
  })

  it('added by whoever can commit get nothing until somebody who can read lets them in', async () => {
    await scratch.filled('one')
    const { identityFile, publicKey } = await scratch.person('mallory')
    append(publicKey)
    const store = await scratch.open()
    const [warning] = await store.warnings()
    expect(warning).toMatchObject({ code: 'RECIPIENTS_CHANGED', severity: 'warning' })
    store.put('two', 'text', 'value of two')
    await store.save()
    expect(await codesOf(() => scratch.open('read', { identityFile }))).toEqual(['IDENTITY_WRONG'])
    await expect(scratch.open('read', { identityFile })).rejects.toMatchObject({
      why: expect.stringContaining('not let in yet') as string,
    })
  })

  it('let in by a rekey can read, and only one file changes for it', async () => {
    await scratch.filled('one', 'two')
    const before = [scratch.read('one.age'), scratch.read('two.age'), scratch.read('store-identity.age')]
    const { identityFile, publicKey } = await scratch.person('ada')
    append(publicKey)
    const store = await scratch.open()
    expect(await store.rekey()).toEqual({ added: [publicKey], removed: [] })
    await store.save()
    const after = [scratch.read('one.age'), scratch.read('two.age'), scratch.read('store-identity.age')]
    expect(after.map((text, index) => text === before[index])).toEqual([true, true, false])
    const theirs = await scratch.open('create', { identityFile })
    expect(theirs.get('one').value).toBe('value of one')
    expect(await theirs.warnings()).toEqual([])
    theirs.put('three', 'text', 'value of three')
    await theirs.save()
    expect((await scratch.open('read')).get('three').value).toBe('value of three')
  })

  it('shut out by a rekey cannot read, not even with the key of the store that they have seen', async () => {
    const { identityFile, publicKey } = await scratch.person('ada')
    scratch.write(`${publicKey}\n`, 'recipients.txt')
    await scratch.filled('one')
    const seen = await expectSuccess(
      run('age', ['-d', '-i', identityFile, scratch.path('store-identity.age')]),
    )
    scratch.write(scratch.read('recipients.txt').replace(publicKey, ''), 'recipients.txt')
    const store = await scratch.open()
    expect(await store.rekey()).toEqual({ added: [], removed: [publicKey] })
    await store.save()
    expect(await codesOf(() => scratch.open('read', { identityFile }))).toEqual(['IDENTITY_WRONG'])
    const { code } = await run('age', ['-d', '-i', '-', scratch.path('one.age')], { input: seen })
    expect(code).not.toBe(0)
    expect((await scratch.open('read')).get('one').value).toBe('value of one')
  })

  it('stay the same people in a rekey without changes, which gives the store another key', async () => {
    await scratch.filled('one')
    const before = scratch.read('one.age')
    const store = await scratch.open()
    expect(await store.rekey()).toEqual({ added: [], removed: [] })
    await store.save()
    expect(scratch.read('one.age')).not.toBe(before)
    expect((await scratch.open('read')).get('one').value).toBe('value of one')
  })

  it('always include whoever rekeys', async () => {
    await scratch.filled('one')
    const { publicKey } = await scratch.person('ada')
    writeFileSync(scratch.path('recipients.txt'), `${publicKey}\n`)
    const store = await scratch.open()
    expect(await codesOf(() => store.rekey())).toEqual(['RECIPIENTS_WITHOUT_YOU'])
  })

  it('that are no public keys are told with their line', async () => {
    await scratch.filled('one')
    append('age1notakey')
    const store = await scratch.open()
    const lines = scratch.read('recipients.txt').trimEnd().split('\n').length
    expect(await codesOf(() => store.rekey())).toEqual(['RECIPIENTS_MALFORMED'])
    await expect(store.rekey()).rejects.toMatchObject({ diagnostics: [{ where: { line: lines } }] })
  })

  it('are a list that the age program takes', async () => {
    await scratch.filled('one')
    const args = ['-R', scratch.path('recipients.txt')]
    const { stdout } = await run('age', args, { input: 'from outside' })
    const opened = run('age', ['-d', '-i', scratch.identityFile], { input: stdout })
    expect(await expectSuccess(opened)).toBe('from outside')
  })

  it('and a rekey during another run make that one start again', async () => {
    await scratch.filled('one')
    const [slow, quick] = [await scratch.open(), await scratch.open()]
    await quick.rekey()
    await quick.save()
    slow.put('two', 'text', 'value of two')
    expect(await codesOf(() => slow.save())).toEqual(['SECRETS_CHANGED_MEANWHILE'])
  })
})
