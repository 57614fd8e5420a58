/** What is wrong with rules in HCL, told before an engine refuses them in the middle of an apply. */
import type { Mistake } from '../cluster-file/forms.ts'
import { HclProblem, parseHcl, type HclEntry } from './hcl.ts'

/** Thrown for rules that an engine would refuse, or pass over. */
export class RuleProblem extends Error {
  readonly mistake: Mistake

  /** `line` counts from 1 within the rules; 0 where it is not known. */
  constructor(line: number, problem: string, fix: string, why: string) {
    super(problem)
    this.mistake = { problem: `${problem}${lineText(line)}`, fix, why }
  }
}

function lineText(line: number): string {
  return line === 0 ? '' : ` (line ${line} of the rules)`
}

/** The first mistake in a text of rules; `unreadable` says what to do about one that is no HCL at all. */
export function mistakeInRules(
  rules: string,
  checkEntry: (entry: HclEntry) => void,
  unreadable: Omit<Mistake, 'problem'>,
): Mistake | undefined {
  try {
    for (const entry of parseHcl(rules)) checkEntry(entry)
    return undefined
  } catch (error) {
    if (error instanceof RuleProblem) return error.mistake
    if (!(error instanceof HclProblem)) throw error
    return { ...unreadable, problem: `${error.message}${lineText(error.line)}` }
  }
}
