import { generateKeyPairSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactor } from './redaction.ts'
import type { SecretText } from './secret-content.ts'

const TOKEN = '0d7f6a5e-3f2b-4c1d-9e8f-7a6b5c4d3e2f'
const PASSWORD = `p'ä"<ss> w/o+rd&=`
const PEM = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  format: 'pem',
  type: 'pkcs8',
})
const redact = redactor([
  { name: 'consul/token', text: TOKEN },
  { name: 'dns/password', text: PASSWORD },
  { name: 'node/hammond/key', text: PEM.toString() },
])

describe('redaction', () => {
  it('puts the name of the secret in place of its value', () => {
    expect(redact(`X-Consul-Token: ${TOKEN}, again ${TOKEN}.`)).toBe(
      'X-Consul-Token: [secret consul/token], again [secret consul/token].',
    )
  })

  it('leaves a text without secrets as it is', () => {
    const text = 'consul: 0d7f6a5e is the start of a token, but not a token\n'
    expect(redact(text)).toBe(text)
    expect(redactor([])(TOKEN)).toBe(TOKEN)
  })

  it('gives a key of several lines one mark, and leaves what is public around it', () => {
    expect(redact(`key:\n${PEM.toString()}end`)).toBe(
      'key:\n-----BEGIN PRIVATE KEY-----\n[secret node/hammond/key]\n-----END PRIVATE KEY-----\nend'.replace(
        /-----BEGIN[^]*PRIVATE KEY-----\n(?=end)/,
        '[secret node/hammond/key]',
      ),
    )
  })

  it('finds each single line of a key', () => {
    for (const line of PEM.toString().split('\n').slice(1, -2)) {
      expect(redact(`+ ${line}`)).toBe('+ [secret node/hammond/key]')
    }
  })

  it.each<[string, (text: string) => string]>([
    ['JSON', (text) => JSON.stringify({ text })],
    ['JSON in JSON', (text) => JSON.stringify(JSON.stringify({ text }))],
    ['base64', (text) => Buffer.from(text).toString('base64')],
    ['base64 of something around it', (text) => Buffer.from(`a${text}b`).toString('base64')],
    ['base64 of JSON', (text) => Buffer.from(JSON.stringify({ ab: text })).toString('base64')],
    ['base64 for URLs', (text) => Buffer.from(`ab${text}`).toString('base64url')],
    ['hexadecimal', (text) => Buffer.from(text).toString('hex')],
    ['hexadecimal in capitals', (text) => Buffer.from(text).toString('hex').toUpperCase()],
    ['a URL', (text) => `http://localhost/?q=${encodeURIComponent(text)}`],
    [
      'a URL in small letters',
      (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ['a form', (text) => new URLSearchParams({ text }).toString()],
    ['a quoted shell word', (text) => `'${text.replaceAll("'", `'\\''`)}'`],
    [
      'HTML',
      (text) =>
        text
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('"', '&quot;')
          .replaceAll("'", '&#39;'),
    ],
    [
      'the JSON of Go',
      (text) => JSON.stringify(text).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
    ],
    [
      'the JSON of Python',
      (text) =>
        JSON.stringify(text).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ],
  ])('finds a value that was written as %s', (_, write) => {
    for (const [name, text] of [
      ['consul/token', TOKEN],
      ['dns/password', PASSWORD],
    ] as const) {
      const redacted = redact(`before ${write(text)} after`)
      expect(redacted).toMatch(/^before .* after$/)
      expect(redacted).toContain(`[secret ${name}]`)
      expect(redacted).not.toContain(write(text))
    }
  })

  it('finds a value without the line feed at its end', () => {
    expect(redactor([{ name: 'text', text: 'a password\n' }])('<a password>')).toBe('<[secret text]>')
  })

  it('leaves values alone that are too short to be told from ordinary words', () => {
    expect(redactor([{ name: 'text', text: 'enabled' }])('enabled')).toBe('enabled')
  })

  it('leaves nothing of two values that share letters', () => {
    const both = redactor([
      { name: 'one', text: 'abcdefghij' },
      { name: 'two', text: 'ghijklmnop' },
      { name: 'long', text: 'abcdefghijklmno' },
    ])
    expect(both('<abcdefghijklmnop>')).toBe('<[secret long]>')
    expect(both('abcdefghij ghijklmnop')).toBe('[secret one] [secret two]')
  })

  it('does not show a value by naming it', () => {
    const silly = redactor([{ name: 'hunter2hunter2', text: 'hunter2hunter2' }])
    expect(silly('hunter2hunter2')).toBe('***')
  })

  it('keeps thousands of values of one sort apart', () => {
    const secrets = Array.from({ length: 3000 }, (_, index) => {
      return {
        name: `node/n${index}`,
        text: `MIGHAgEAMBMGByqGSM49${randomBytes(24).toString('base64')}AgEGCCqGSM49`,
      }
    })
    const many = redactor(secrets)
    const text = secrets.map(({ text: value }) => value).join('\n')
    expect(many(text)).toBe(secrets.map(({ name }) => `[secret ${name}]`).join('\n'))
  })

  const letters = fc.string({ unit: 'binary', minLength: 8, maxLength: 40 })
  const fewLetters = fc.string({
    unit: fc.constantFrom('a', 'b', '\n', '"', '\\', '%', '='),
    minLength: 8,
    maxLength: 12,
  })
  const secretTexts = fc.array(fc.oneof(letters, fewLetters), { minLength: 1, maxLength: 6 })
  const around = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '"', 's', 'e', '['), maxLength: 5 })
  const writings = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => Buffer.from(text).toString('base64'),
    (text) => Buffer.from(text).toString('hex'),
    (text) => encodeURIComponent(text),
    (text) => JSON.stringify(text).slice(1, -1),
  )

  it('lets no value through, however it is embedded', () => {
    fc.assert(
      fc.property(
        secretTexts,
        fc.array(fc.tuple(around, fc.nat(), writings)),
        around,
        (texts, parts, end) => {
          const secrets: SecretText[] = texts.map((text, index) => ({ name: `s/${index}`, text }))
          const written = parts.map(
            ([before, which, write]) => before + write(texts[which % texts.length] ?? ''),
          )
          const redacted = redactor(secrets)(written.join('') + end)
          for (const [index, text] of texts.entries()) {
            expect(redacted).not.toContain(text)
            const [, which, write] = parts[index] ?? []
            if (which !== undefined && write)
              expect(redacted).not.toContain(write(texts[which % texts.length] ?? ''))
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('changes nothing outside of the values', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string(), fc.string(), (text, before, after) => {
        const redacted = redactor([{ name: 'token', text }])(before + text + after)
        expect(redacted).toBe(`${before}[secret token]${after}`)
      }),
    )
  })
})
