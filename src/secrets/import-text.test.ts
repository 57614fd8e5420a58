import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { valueFromText } from './import-text.ts'
import type { SecretKind } from './secret-content.ts'
import type { SecretStore } from './store.ts'
import { ScratchStore, codesOf, expectSuccess } from './testing/scratch-store.ts'

let scratch: ScratchStore
let store: SecretStore
beforeEach(async () => {
  scratch = new ScratchStore()
  store = await scratch.open()
})
afterEach(() => scratch.remove())

const importing = (kind: SecretKind, text: string) => () =>
  store.import('name', kind, valueFromText('name', kind, text))

describe('importing', () => {
  it('takes a text as it is, without the line feed that echo adds', () => {
    expect(valueFromText('name', 'text', '  a password \n')).toBe('  a password ')
    expect(valueFromText('name', 'text', 'two lines\n\n')).toBe('two lines\n')
  })

  it('takes a gossip key of consul keygen', () => {
    const key = Buffer.alloc(32, 7).toString('base64')
    importing('gossip-key', `${key}\n`)()
    expect(store.get('name').value).toEqual({ phase: 'steady', primary: key })
  })

  it('takes a token and gives it a name of its own', () => {
    const secretId = '0d7f6a5e-3f2b-4c1d-9e8f-7a6b5c4d3e2f'
    importing('token', secretId)()
    expect(store.get('name', 'token').value).toMatchObject({ secretId })
    expect(store.get('name', 'token').value.accessorId).not.toBe(secretId)
  })

  it('takes fields as a JSON object', () => {
    importing('fields', '{"unseal-1": "abcdefgh", "unseal-2": "ijklmnop"}')()
    expect(store.get('name').value).toEqual({ 'unseal-1': 'abcdefgh', 'unseal-2': 'ijklmnop' })
  })

  it.each<[SecretKind, string]>([
    ['gossip-key', 'bm90IGEga2V5LCB5ZXQgc2VjcmV0IQ=='],
    ['gossip-key', 'not base64 at all!'],
    ['token', 'no uuid, yet secret'],
    ['fields', '["a list of secrets"]'],
    ['fields', 'no json, yet secret'],
    ['certificate', 'no pem, yet secret'],
  ])('refuses a %s that is none, without repeating it', async (kind, text) => {
    const action = importing(kind, text)
    expect(await codesOf(action)).toEqual(['SECRET_MALFORMED'])
    expect(action).toThrow(expect.not.objectContaining({ message: expect.stringContaining(text) as string }))
  })

  it('takes a certificate only with its own key, and no node for an authority', async () => {
    const make = async (name: string, ...more: readonly string[]): Promise<readonly [string, string]> => {
      const [key, certificate] = [join(scratch.root, `${name}.key`), join(scratch.root, `${name}.crt`)]
      const args = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        key,
      ]
      await expectSuccess(run('openssl', [...args, '-out', certificate, '-subj', `/CN=${name}`, ...more]))
      return [await expectSuccess(run('cat', [key])), await expectSuccess(run('cat', [certificate]))]
    }
    const [key, certificate] = await make('node', '-addext', 'basicConstraints=critical,CA:FALSE')
    const [otherKey] = await make('other')
    importing('certificate', `${certificate}\n${key}`)()
    expect(store.get('name', 'certificate').value.certificatePem).toBe(certificate)
    store.remove('name')
    expect(await codesOf(importing('certificate', `${certificate}${otherKey}`))).toEqual(['SECRET_MALFORMED'])
    expect(await codesOf(importing('certificate', certificate))).toEqual(['SECRET_MALFORMED'])
    expect(await codesOf(importing('certificate-authority', `${certificate}${key}`))).toEqual([
      'SECRET_MALFORMED',
    ])
    const damaged = key.replace(/[A-Z]{4}/, 'AAAA')
    expect(await codesOf(importing('certificate', `${certificate}${damaged}`))).toEqual(['SECRET_MALFORMED'])
  })
})
