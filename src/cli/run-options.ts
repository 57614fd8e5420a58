/** The options that plan and apply have in common. */
import { choiceOf, withChoosingOptions, type ChoosingChoices } from './choosing-options.ts'
import type { Command } from './command.ts'
import { wholeNumber } from './whole-number.ts'

/** What was chosen of them. */
export interface RunChoices extends ChoosingChoices {
  readonly concurrency?: number
  readonly timeout?: number
  readonly patience?: number
  readonly takeOver?: true
  readonly waitLock?: number
  readonly full?: true
  readonly verbose?: true
  readonly quiet?: true
}

/** Declares them. */
export function withRunOptions(command: Command) {
  return withChoosingOptions(command)
    .option('--concurrency <count>', 'how many nodes to work on at once', wholeNumber)
    .option(
      '--timeout <seconds>',
      'begin nothing new after so long; what a node has begun it finishes',
      wholeNumber,
    )
    .option(
      '--patience <seconds>',
      'how long a member of a consensus group may be away before the others are left alone',
      wholeNumber,
    )
    .option(
      '--wait-lock <seconds>',
      'how long another run that holds nodes or groups is waited for',
      wholeNumber,
    )
    .option('--full', 'show new texts whole, not only how they begin')
    .option('--take-over', "take a node's lock over from a run that holds it")
    .option('--verbose', 'show every step of the run with its time')
    .option('--quiet', 'show problems and the last line alone')
}

/** The same, in the words of the API. */
export function scopeOf({ concurrency, timeout, patience, waitLock, takeOver, ...choices }: RunChoices) {
  return {
    ...choiceOf(choices),
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
    ...(patience !== undefined && { patienceSeconds: patience }),
    ...(waitLock !== undefined && { waitLockSeconds: waitLock }),
    ...(takeOver && { takeOver }),
  }
}
