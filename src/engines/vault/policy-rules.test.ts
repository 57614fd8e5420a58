/** What is told of rules before Vault is asked. */
import { describe, expect, it } from 'vitest'
import { policyRulesMistake } from './policy-rules.ts'

describe('the rules of a policy', () => {
  it.each([
    'path "kv/data/app/*" { capabilities = ["read", "list"] }',
    '# who may write\npath "kv/+/app" {\n  capabilities = ["create", "update", "patch"]\n  denied_parameters = { "x" = [] }\n}\n',
    'path "sys/*" { policy = "write" }',
    'path "secret/{{identity.entity.id}}/*" { capabilities = ["deny"] }',
    '{"path": {"kv/*": {"capabilities": ["read"]}}}',
    'path "a" { capabilities = ["read"] max_wrapping_ttl = "90s" }',
  ])('are taken as they are: %s', (rules) => {
    expect(policyRulesMistake(rules)).toBeUndefined()
  })

  it.each([
    ['', 'holds no rule'],
    [
      'path "kv/*" { capabilities = ["write"] }',
      'has the capability "write" for the path kv/* (line 1 of the rules)',
    ],
    [
      '\npath "kv/*" { capabilities = ["raed"] }',
      'has the capability "raed" for the path kv/* (line 2 of the rules)',
    ],
    [
      'path "kv/*" { capabilities = "read" }',
      'has capabilities that are no list, for the path kv/* (line 1 of the rules)',
    ],
    [
      'path "kv/*" { capabilites = ["read"] }',
      'has "capabilites" in the block of the path kv/* (line 1 of the rules)',
    ],
    [
      'key_prefix "app/" { policy = "read" }',
      'has rules for "key_prefix", and rules of Vault are for a path (line 1 of the rules)',
    ],
    ['path { capabilities = ["read"] }', 'does not say for which path (line 1 of the rules)'],
    ['path "kv/+*" { capabilities = ["read"] }', 'has "+*" in the path kv/+* (line 1 of the rules)'],
    ['path "kv/*" { capabilities = ["read"]', 'ends where a "}" is missing (line 1 of the rules)'],
  ])('are refused with the line: %s', (rules, problem) => {
    expect(policyRulesMistake(rules)?.problem).toBe(problem)
  })

  it('say what writing is called in Vault', () => {
    expect(policyRulesMistake('path "kv/*" { capabilities = ["write"] }')?.fix).toContain(
      '"create", "update"',
    )
  })
})
