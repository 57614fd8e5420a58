/** Numbers with their nouns, and summaries as one phrase. */
import type { NodeOutcome, Outcome, RunOutcome, Summary } from '../../events/event.ts'

/** `1 node`, `2 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The order in which outcomes are told. */
const ORDER: readonly Outcome[] = ['changed', 'failed', 'skipped', 'unchanged']

/** `3 changed, 1 failed, 40 unchanged`, in a plan `3 to change`: what is zero is left out, what is all zero has no phrase. */
export function summaryPhrase(summary: Summary, command: 'plan' | 'apply' = 'apply'): string {
  const isQuiet = summary.changed + summary.failed + summary.skipped === 0
  if (isQuiet && summary.unchanged > 0 && command === 'plan') return 'nothing to do'
  return ORDER.filter((outcome) => summary[outcome] > 0)
    .map((outcome) => `${summary[outcome]} ${wordFor(outcome, command)}`)
    .join(', ')
}

function wordFor(outcome: Outcome, command: 'plan' | 'apply'): string {
  return outcome === 'changed' && command === 'plan' ? 'to change' : outcome
}

/** In a plan nothing was changed: a node only differs. */
export function outcomeWord(command: 'plan' | 'apply', outcome: NodeOutcome | RunOutcome): string {
  return command === 'plan' && outcome === 'changed' ? 'differs' : outcome
}

/** `a`, `a and b`, `a, b and 3 more`: at most `shown` names. */
export function listed(names: readonly string[], shown = 5): string {
  if (names.length <= 1) return names[0] ?? ''
  if (names.length > shown + 1) return `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
