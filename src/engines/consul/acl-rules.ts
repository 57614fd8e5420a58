/**
 * What is wrong with ACL rules, before Consul is asked. Words and levels are those of "ACL Rules" in Consul's documentation; what
 * Consul itself refuses is refused here (the test asks it), and what it passes over without a word, too.
 */
import type { Mistake } from '../../cluster-file/forms.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import type { HclEntry, HclValue } from '../hcl.ts'
import { mistakeInRules, RuleProblem } from '../rules-mistake.ts'

const LEVELS = ['read', 'write', 'deny']
/** Without a name: the whole of something. */
const WHOLE = ['acl', 'keyring', 'mesh', 'operator', 'peering']
/** With a name, and as a prefix of names. */
const NAMED = ['agent', 'event', 'identity', 'key', 'node', 'query', 'service', 'session']
const WORDS = [...WHOLE, ...NAMED.flatMap((word) => [word, `${word}_prefix`])]

const REFUSED = 'Consul refuses the rules, so no token can be made with them'
const PASSED_OVER = 'Consul passes over it without a word, so it would allow nothing'

/** The first mistake in a text of rules; no rules at all are none. */
export function aclRulesMistake(rules: string): Mistake | undefined {
  return mistakeInRules(rules, checkEntry, {
    fix: 'write rules as in  key_prefix "app/" { policy = "read" }',
    why: REFUSED,
  })
}

function wrong(line: number, problem: string, fix: string, why = REFUSED): RuleProblem {
  return new RuleProblem(line, problem, fix, why)
}

function checkEntry({ keys, value, line }: HclEntry): void {
  const [written = '', ...names] = keys
  const word = written.toLowerCase()
  if (!WORDS.includes(word)) {
    const near = didYouMean(word, WORDS)
    const fix = near ? `did you mean ${near}?` : `write one of: ${WORDS.join(', ')}`
    throw wrong(line, `has rules for "${written}", which is nothing of Consul`, fix, PASSED_OVER)
  }
  if (WHOLE.includes(word)) {
    if (names.length > 0 || Array.isArray(value)) {
      throw wrong(line, `gives ${word} a block`, `write  ${word} = "read"`)
    }
    checkLevel(word, value, LEVELS, line)
    return
  }
  for (const { body, at } of named(word, names, value, line)) checkBody(word, body, at)
}

/** The blocks under their names: `key "a" { … }`, or `key = { "a" = { … } }`, as JSON has it. */
function named(
  word: string,
  names: readonly string[],
  value: HclValue,
  line: number,
): readonly { readonly body: readonly HclEntry[]; readonly at: number }[] {
  const blocks = Array.isArray(value) ? (value as readonly HclEntry[]) : undefined
  if (names.length === 1 && blocks) return [{ body: blocks, at: line }]
  const inner = blocks?.map((entry) => ({ body: entry.value, at: entry.line || line })) ?? []
  const isNamed = names.length === 0 && inner.length > 0 && inner.every(({ body }) => Array.isArray(body))
  if (isNamed) return inner as readonly { body: readonly HclEntry[]; at: number }[]
  const sample = word.endsWith('_prefix') ? 'app/' : 'app'
  throw wrong(
    line,
    names.length > 1 ? `gives ${word} more than one name` : `does not say for which ${word}`,
    `write  ${word} "${sample}" { policy = "read" }${word.endsWith('_prefix') ? ';  "" stands for all' : ''}`,
    names.length > 1 ? REFUSED : 'Consul takes it for something else than it looks like',
  )
}

function checkBody(word: string, body: readonly HclEntry[], line: number): void {
  const subject = word.replace(/_prefix$/, '')
  const levels = subject === 'key' ? [...LEVELS, 'list'] : LEVELS
  const hasIntentions = subject === 'service' || subject === 'identity'
  // Sentinel is for Consul Enterprise; the free Consul reads it and does nothing with it.
  const known = ['policy', ...(hasIntentions ? ['intentions'] : []), 'sentinel']
  for (const { keys, value, line: own } of body) {
    const at = own || line
    const key = keys[0]?.toLowerCase() ?? ''
    if (!known.includes(key)) {
      const fix = `did you mean ${didYouMean(key, known) ?? 'policy'}?`
      throw wrong(at, `has "${keys.join(' ')}" in the block of a ${word}`, fix, PASSED_OVER)
    }
    if (key === 'policy') checkLevel('policy', value, levels, at)
    if (key === 'intentions') checkLevel('intentions', value, LEVELS, at)
  }
  if (body.some(({ keys }) => keys[0]?.toLowerCase() === 'policy')) return
  throw wrong(line, `gives no policy for a ${word}`, 'write  policy = "read"  into its block')
}

function checkLevel(key: string, value: HclValue, levels: readonly string[], line: number): void {
  if (typeof value === 'string') {
    const level = value.toLowerCase()
    // Only what is not the main thing may be empty, which is as if it were not there.
    if (levels.includes(level) || (level === '' && key !== 'policy')) return
    const near = didYouMean(level, levels)
    const fix = near ? `did you mean ${key} = "${near}"?` : `write one of: ${levels.join(', ')}`
    throw wrong(line, `has ${key} = ${JSON.stringify(value)}`, fix)
  }
  throw wrong(line, `has a ${key} that is no text`, `write  ${key} = "read"`)
}
