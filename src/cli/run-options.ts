/** The options that plan and apply have in common. */
import { choiceOf, withChoosingOptions, type ChoosingChoices } from './choosing-options.ts'
import { numberOption, type Command } from './command.ts'
import { wholeNumber } from './whole-number.ts'

/** What was chosen of them. */
export interface RunChoices extends ChoosingChoices {
  readonly concurrency?: number
  readonly timeout?: number
  readonly patience?: number
  readonly takeOver?: true
  readonly full?: true
}

/** Declares them. */
export function withRunOptions(command: Command) {
  return withChoosingOptions(command)
    .option('--concurrency <count>', 'how many nodes to work on at once', wholeNumber)
    .addOption(
      numberOption(
        '--timeout <seconds>',
        'begin nothing new after so long; what a node has begun it finishes',
        'BRAMBLE_TIMEOUT',
        wholeNumber,
      ),
    )
    .addOption(
      numberOption(
        '--patience <seconds>',
        'how long a member of a consensus group may be away before the others are left alone',
        'BRAMBLE_PATIENCE',
        wholeNumber,
      ),
    )
    .option('--full', 'show new texts whole, not only how they begin')
    .option('--take-over', "take a node's lock over from a run that holds it")
}

/** The same, in the words of the API. */
export function scopeOf({ concurrency, timeout, patience, takeOver, ...choices }: RunChoices) {
  return {
    ...choiceOf(choices),
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
    ...(patience !== undefined && { patienceSeconds: patience }),
    ...(takeOver && { takeOver }),
  }
}
