import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as age from 'age-encryption'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import {
  encryptFor,
  generateIdentity,
  isIdentity,
  isPublicKey,
  openerFor,
  publicKeyOf,
} from './age-format.ts'
import { AgeError } from './age-reading.ts'
import { readBech32 } from './bech32.ts'
import { ScratchStore, expectSuccess } from './testing/scratch-store.ts'

const scratch = new ScratchStore()
afterAll(() => scratch.remove())

const CHUNK = 64 * 1024

describe('age files', () => {
  it('are opened by the age program when Bramble wrote them', async () => {
    const { identityFile, publicKey } = await scratch.person('writer')
    const other = await publicKeyOf(await generateIdentity())
    const armored = await encryptFor([other, publicKey], 'grün\n')
    expect(await expectSuccess(run('age', ['-d', '-i', identityFile], { input: armored }))).toBe('grün\n')
  })

  it.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5])(
    'are opened by Bramble when the age program wrote them: %i bytes',
    async (length) => {
      const identity = await generateIdentity()
      const text = 'a'.repeat(length)
      const args = [
        '-a',
        '-r',
        await publicKeyOf(await generateIdentity()),
        '-r',
        await publicKeyOf(identity),
      ]
      const armored = await expectSuccess(run('age', args, { input: text }))
      const open = await openerFor([await generateIdentity(), identity])
      expect(await open(armored)).toBe(text)
    },
  )

  it('may have line ends of Windows and blank lines around them', async () => {
    const identity = await generateIdentity()
    const armored = await encryptFor([await publicKeyOf(identity)], 'text')
    const open = await openerFor([identity])
    expect(await open(`\r\n${armored.replaceAll('\n', '\r\n')}\r\n`)).toBe('text')
  })

  it('are opened with identities that only the library knows', async () => {
    const identity = await age.generateHybridIdentity()
    const open = await openerFor([identity])
    const armored = await encryptFor([await publicKeyOf(identity)], 'after quantum computers')
    expect(await open(armored)).toBe('after quantum computers')
    await expect(open(await encryptFor([await publicKeyOf(await generateIdentity())], ''))).rejects.toThrow(
      AgeError,
    )
  })

  it('are opened by the quick reader exactly when the library opens them', { timeout: 60_000 }, async () => {
    const identity = await generateIdentity()
    const armored = await encryptFor([await publicKeyOf(identity)], 'text')
    const bytes = Buffer.from(age.armor.decode(armored))
    const library = new age.Decrypter()
    library.addIdentity(identity)
    const open = await openerFor([identity])
    const positions = fc.nat(bytes.length - 1)
    await fc.assert(
      fc.asyncProperty(positions, fc.integer({ min: 0, max: 255 }), async (position, value) => {
        const changed = Buffer.from(bytes)
        changed[position] = value
        const [ours, theirs] = await Promise.allSettled([
          open(age.armor.encode(changed)),
          library.decrypt(changed, 'text'),
        ])
        expect(ours.status).toBe(theirs.status)
      }),
      { numRuns: 300 },
    )
  })

  it('take no stanza whose shared secret is known to everybody', async () => {
    // A point of low order as the share: its product with any key is zero.
    const identity = await generateIdentity()
    const armored = await encryptFor([await publicKeyOf(identity)], 'text')
    const raw = Buffer.from(age.armor.decode(armored)).toString('latin1')
    const share = Buffer.alloc(32).toString('base64').replace('=', '')
    const forged = raw.replace(/-> X25519 \S+/, `-> X25519 ${share}`)
    const open = await openerFor([identity])
    await expect(open(age.armor.encode(Buffer.from(forged, 'latin1')))).rejects.toThrow(AgeError)
  })
})

describe('age keys', () => {
  it('are told from other texts', async () => {
    const identity = await generateIdentity()
    const publicKey = await publicKeyOf(identity)
    expect(await isIdentity(identity)).toBe(true)
    expect(await isPublicKey(publicKey)).toBe(true)
    expect(await isIdentity(publicKey)).toBe(false)
    expect(await isPublicKey(identity)).toBe(false)
    expect(await isPublicKey('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKxw')).toBe(false)
  })

  it('are refused when one character is another one', async () => {
    const identity = await generateIdentity()
    const last = identity.at(-1) === 'Q' ? 'P' : 'Q'
    expect(await isIdentity(identity.slice(0, -1) + last)).toBe(false)
  })

  it('have the same public key here and at age-keygen', async () => {
    const identity = await generateIdentity()
    const file = join(scratch.root, 'one.txt')
    writeFileSync(file, identity, { mode: 0o600 })
    const printed = await expectSuccess(run('age-keygen', ['-y', file]))
    expect(await publicKeyOf(identity)).toBe(printed.trim())
  })
})

describe('bech32', () => {
  // BIP 173, test vectors.
  it.each(['A12UEL5L', 'a12uel5l', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw', '?1ezyfcl'])(
    'takes %s',
    (text) => {
      expect(readBech32(text)).toBeDefined()
    },
  )

  it.each(['pzry9x0s0muk', '1pzry9x0s0muk', 'x1b4n0q5v', 'li1dgmt3', 'A1G7SGD8', '10a06t8', 'A12uEL5L'])(
    'refuses %s',
    (text) => {
      expect(readBech32(text)).toBeUndefined()
    },
  )
})
