/**
 * What is wrong with the rules of a policy, before Vault is asked: words of `vault/policy.go` (Vault's page "Policies"). Vault refuses what is
 * refused here, in the middle of an apply.
 */
import type { Mistake } from '../../cluster-file/forms.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import type { HclEntry, HclValue } from '../hcl.ts'
import { mistakeInRules, RuleProblem } from '../rules-mistake.ts'

const CAPABILITIES = [
  'create',
  'read',
  'update',
  'patch',
  'delete',
  'list',
  'sudo',
  'deny',
  'subscribe',
  'recover',
]
/** The words of earlier Vaults, one for several capabilities. */
const OLD_LEVELS = ['deny', 'read', 'write', 'sudo']
const KEYS = [
  'capabilities',
  'policy',
  'comment',
  'allowed_parameters',
  'denied_parameters',
  'required_parameters',
  'min_wrapping_ttl',
  'max_wrapping_ttl',
  'mfa_methods',
  'control_group',
  'subscribe_event_types',
]
const SAMPLE = 'path "kv/data/app/*" { capabilities = ["read"] }'
const REFUSED = 'Vault refuses the rules, so nobody would have the policy'

/** The first mistake in a text of rules. */
export function policyRulesMistake(rules: string): Mistake | undefined {
  if (rules.trim() === '')
    return { problem: 'holds no rule', fix: `write rules such as  ${SAMPLE}`, why: REFUSED }
  return mistakeInRules(rules, checkEntry, { fix: `write rules such as  ${SAMPLE}`, why: REFUSED })
}

function wrong(line: number, problem: string, fix: string): RuleProblem {
  return new RuleProblem(line, problem, fix, REFUSED)
}

function checkEntry({ keys, value, line }: HclEntry): void {
  const [word = '', ...names] = keys
  if (word === 'name') return
  if (word !== 'path')
    throw wrong(line, `has rules for "${word}", and rules of Vault are for a path`, `write  ${SAMPLE}`)
  if (names.length > 1) throw wrong(line, 'gives a path more than one name', `write  ${SAMPLE}`)
  const blocks = Array.isArray(value) ? (value as readonly HclEntry[]) : []
  for (const { path, body, at } of named(names[0], blocks, line)) checkBody(path, body, at)
}

/** The blocks under their paths: `path "a" { … }`, or `path = { "a" = { … } }`, as JSON has it. */
function named(path: string | undefined, blocks: readonly HclEntry[], line: number) {
  if (path !== undefined) return [{ path, body: blocks, at: line }]
  const inner = blocks.flatMap(({ keys, value, line: own }) =>
    Array.isArray(value)
      ? [{ path: keys[0] ?? '', body: value as readonly HclEntry[], at: own || line }]
      : [],
  )
  if (inner.length > 0 && inner.length === blocks.length) return inner
  throw wrong(line, 'does not say for which path', `write  ${SAMPLE}`)
}

function checkBody(path: string, body: readonly HclEntry[], line: number): void {
  if (path.includes('+*')) {
    throw wrong(line, `has "+*" in the path ${path}`, 'write  +  for one part of a path, or  *  at its end')
  }
  for (const { keys, value, line: own } of body) {
    const at = own || line
    const key = keys[0] ?? ''
    if (!KEYS.includes(key)) {
      const near = didYouMean(key, KEYS)
      const fix = near ? `did you mean ${near}?` : `write one of: ${KEYS.join(', ')}`
      throw wrong(at, `has "${key}" in the block of the path ${path}`, fix)
    }
    if (key === 'capabilities') checkCapabilities(path, value, at)
    if (key === 'policy' && !(typeof value === 'string' && OLD_LEVELS.includes(value))) {
      throw wrong(
        at,
        `has a policy that is none of ${OLD_LEVELS.join(', ')}`,
        'write  capabilities = ["read"]',
      )
    }
  }
}

function checkCapabilities(path: string, value: HclValue, line: number): void {
  const isList = typeof value === 'object' && 'other' in value && value.other === 'a list'
  if (!isList) {
    throw wrong(
      line,
      `has capabilities that are no list, for the path ${path}`,
      'write  capabilities = ["read"]',
    )
  }
  for (const item of value.items) {
    if (typeof item === 'string' && CAPABILITIES.includes(item)) continue
    const written = typeof item === 'string' ? item : 'a value that is no text'
    throw wrong(
      line,
      `has the capability ${JSON.stringify(written)} for the path ${path}`,
      capabilityFix(written),
    )
  }
}

function capabilityFix(written: string): string {
  if (written === 'write') return 'write  "create", "update"  for it: that is what writing is called'
  const near = didYouMean(written, CAPABILITIES)
  return near ? `did you mean "${near}"?` : `write some of: ${CAPABILITIES.join(', ')}`
}
