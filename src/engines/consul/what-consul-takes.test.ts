/** What the check lets through, a real Consul takes; what a real Consul refuses, the check refuses. */
import { afterAll, beforeAll, expect, it, describe } from 'vitest'
import { DevAgent } from '../../../test/engines/consul/dev-agent.ts'
import { describeEachConsul } from '../../../test/engines/consul/each-consul.ts'
import { aclRulesMistake } from './acl-rules.ts'
import { kvKeyMistake, kvValueMistake } from './kv-limits.ts'

const READ = '{ policy = "read" }'

/** Rules that are right, in every form that they can be written in. */
const RIGHT = [
  '',
  ' \n# nothing but a comment\n',
  `key_prefix "app/" ${READ}`,
  'key_prefix "app/" { policy = "list" }',
  'key "a" { policy = "deny", }',
  'key "a" { Policy = "READ" }',
  `key a ${READ}`,
  `"key" "a\\tb\\"c" ${READ}`,
  `key "\${x}" ${READ}`,
  'key = { "a" = { policy = "read" } }',
  `# one\nkey "a" ${READ} // two\n/* three\n*/ service_prefix "" { policy = "read" intentions = "write" }`,
  'service "a" { policy = "write" intentions = "" }',
  'key "a" { policy = "write" sentinel { code = <<EOF\nmain = rule { true }\nEOF\n enforcementlevel = "soft-mandatory" } }',
  'operator = "read"',
  'acl="write"keyring="read", mesh = "read"\npeering = "write" operator = ""',
  ...['agent', 'event', 'identity', 'key', 'node', 'query', 'service', 'session'].map(
    (word) => `${word} "a" ${READ}${word}_prefix "" { policy = "write" }`,
  ),
  '{"key_prefix": {"a/": {"policy": "read"}, "b/": {"policy": "list"}}, "operator": "read"}',
  '{"key_prefix": [{"app/": {"policy": "read"}}], "node": {"": [{"policy": "write"}]}}',
]

/** Rules that Consul itself refuses, with a word of what the check says. */
const REFUSED: readonly (readonly [rules: string, problem: string])[] = [
  ['key_prefix "app/" { policy = "reed" }', 'policy = "reed" (line 1 of the rules)'],
  [`\n\nnode "a" {\n  policy = "list"\n}`, 'policy = "list" (line 4 of the rules)'],
  ['key "a" { policy = read }', 'read without quotes'],
  ['key "a" { policy: "read" }', 'a stray :'],
  ['key "a" { }', 'gives no policy for a key'],
  ['key "a" { polcy = "read" }', '"polcy" in the block of a key'],
  ['key "a" { policy = "" }', 'policy = ""'],
  ['key "a" { policy = ["read"] }', 'policy that is no text'],
  ['key "a" { policy = true }', 'policy that is no text'],
  ['key "a" { policy = 1 }', 'policy that is no text'],
  ['key "a" { policy = <<EOF\nread\nEOF\n}', 'policy = "read\\n"'],
  ['key "a" { policy = "read"', 'a "}" is missing'],
  [`key "a" ${READ} }`, 'a "}" too many'],
  ['key "a" [ policy = "read" ]', 'lacks a "{"'],
  [`key "a" = ${READ}`, 'a "=" before the block'],
  [`key "a" "b" ${READ}`, 'more than one name'],
  [`key 'a' ${READ}`, "a stray '"],
  [`key "a\nb" ${READ}`, 'a text without an end'],
  [`key "a\\qb" ${READ}`, 'a text without an end'],
  ['hello world', 'lacks a "{" or "="'],
  ['service "a" { intentions = "read" }', 'gives no policy'],
  ['service "a" { policy = "read" intentions = "writ" }', 'intentions = "writ"'],
  ['operator = "list"', 'operator = "list"'],
  [`acl ${READ}`, 'gives acl a block'],
  ['{"key_prefix": {"app/": {"policy": "reed"}}}', 'policy = "reed"'],
  ['{"key": {"a": "read"}}', 'does not say for which key'],
  ['[]', '"[" too many'],
]

/** Rules that Consul passes over, so that nobody would find out why a token may do nothing. */
const PASSED_OVER: readonly (readonly [rules: string, fix: string])[] = [
  [`kye "a" ${READ}`, 'did you mean key?'],
  [`key-prefix "a" ${READ}`, 'did you mean key_prefix?'],
  [`services "a" ${READ}`, 'did you mean service?'],
  ['policy = "read"', 'write one of: acl, keyring'],
  [`key_prefix ${READ}`, 'write  key_prefix "app/"'],
  ['key "a" { policy = "read" polices = "write" }', 'did you mean policy?'],
]

const KEYS = [
  'a b',
  'a/b',
  'a/',
  'ä',
  '日本',
  '😀',
  'a..b',
  '...',
  'a%b',
  '100%',
  'a?b#c&d+e',
  `a"b'c<d>e`,
  'x'.repeat(512),
]
const UNPRINTABLE = [
  'a\u00a0b',
  'a\tb',
  'a\nb',
  'a\u0000b',
  'a\u007fb',
  'a\u00adb',
  'a\u200bb',
  'a\u2028b',
  'a\ufeffb',
  'a\u3000b',
]
const CLIMBING = ['..', '../x', 'a/../b', 'a/..', 'a/./b', './a', '.', 'a//b', '/a']
/** Taken by the versions here, and refused by those from 1.21.5 on. */
const REFUSED_LATER = [' a', 'a ', '%2e%2e/a', 'a/%252E%252E/b', 'a%2F..%2Fb', 'a\\..\\b']

const LARGEST = 'ä'.repeat(256 * 1024)

describe('the check', () => {
  it.each(RIGHT)('has nothing against the rules %j', (rules) => {
    expect(aclRulesMistake(rules)).toBeUndefined()
  })

  it.each(REFUSED)('says what is wrong with the rules %j', (rules, problem) => {
    expect(aclRulesMistake(rules)?.problem).toContain(problem)
  })

  it.each(PASSED_OVER)('finds what Consul passes over in %j', (rules, fix) => {
    expect(aclRulesMistake(rules)?.fix).toContain(fix)
  })

  it.each(KEYS)('takes the key %j', (key) => {
    expect(kvKeyMistake(key)).toBeUndefined()
  })

  it.each([...UNPRINTABLE, ...CLIMBING, ...REFUSED_LATER, '', 'x'.repeat(513), 'bramble/owned'])(
    'refuses the key %j',
    (key) => {
      expect(kvKeyMistake(key)).toBeDefined()
    },
  )

  it('names a character that cannot be seen, and writes the key without it', () => {
    expect(kvKeyMistake('a\u00a0b')).toMatchObject({
      problem: 'holds a no-break space (U+00A0)',
      fix: 'write "a b"',
    })
  })

  it('counts the bytes of a value, not its characters', () => {
    expect(kvValueMistake(LARGEST)).toBeUndefined()
    expect(kvValueMistake(`${LARGEST}x`)?.problem).toBe(
      'holds 524289 bytes, more than the 524288 that Consul takes',
    )
  })
})

await describeEachConsul(120, (binary) => {
  let agent: DevAgent
  beforeAll(async () => {
    agent = await DevAgent.start(binary)
  })
  afterAll(async () => {
    await agent.end()
  })

  let count = 0
  const policy = (rules: string) =>
    agent.ask('PUT', '/v1/acl/policy', JSON.stringify({ Name: `p${(count += 1)}`, Rules: rules }))
  const path = (key: string) => `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`

  it('takes the rules that the check takes, and passes over what only the check finds', async () => {
    for (const rules of [...RIGHT, ...PASSED_OVER.map(([one]) => one)]) {
      expect(await policy(rules), rules).toMatchObject({ status: 200 })
    }
  })

  it('refuses the rules that the check refuses', async () => {
    for (const [rules] of REFUSED) expect(await policy(rules), rules).toMatchObject({ status: 500 })
  })

  it('takes the keys that the check takes, and no others', async () => {
    for (const key of KEYS) {
      expect(await agent.ask('PUT', path(key), 'x'), key).toMatchObject({ status: 200 })
      expect(JSON.parse((await agent.ask('GET', path(key))).text), key).toMatchObject([{ Key: key }])
    }
    for (const key of UNPRINTABLE) {
      expect(await agent.ask('PUT', path(key), 'x'), key).toMatchObject({ status: 400 })
    }
    for (const key of CLIMBING) {
      expect([301, 307, 400], key).toContain((await agent.ask('PUT', path(key), 'x')).status)
    }
  })

  it('takes an empty value and one of the largest size, and no larger one', async () => {
    for (const value of ['', LARGEST]) {
      expect(await agent.ask('PUT', path('size'), value)).toMatchObject({ status: 200 })
    }
    // The API itself lets a little more through than it promises.
    expect(await agent.ask('PUT', path('size'), 'x'.repeat(600_000))).toMatchObject({ status: 413 })
  })
})
