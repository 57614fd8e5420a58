/** `bramble top`: memory, load, heat, throttling, disk and wear of the boards, worst first. */
import { choiceOf, withChoosingOptions, type ChoosingChoices } from '../choosing-options.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { renderTop } from '../render/top-text.ts'
import { watchRounds, watchSummary, type Round } from '../watch-rounds.ts'
import { wholeNumber } from '../whole-number.ts'

const SECONDS = 5

/** Declares the command. */
export function define(command: Command, session: Session): void {
  const declared = withChoosingOptions(command).option(
    '--watch [seconds]',
    watchSummary(SECONDS),
    wholeNumber,
  )
  withExamples(declared, [
    ['bramble top', 'all boards, those that need a look first'],
    ['bramble top -n model:zero-w --watch', 'some of them, again and again'],
    ['bramble top --json', 'for programs'],
  ])
  declared.action((options, self) => session.run(self, (context) => showTop(context, options)))
}

interface TopChoices extends ChoosingChoices {
  readonly watch?: number | true
}

async function showTop(context: Context, choices: TopChoices): Promise<ExitCode> {
  const cluster = await context.openCluster({ despiteFindings: true })
  const api = await context.api()
  const look = async (signal?: AbortSignal): Promise<Round> => {
    const boards = await api.top(cluster, { ...choiceOf(choices), ...(signal && { signal }) })
    const { palette, width } = context.terminal
    const lines = renderTop(boards, palette, width)
    return {
      lines,
      document: boards,
      // How long a board is up changes all the time, and says nothing.
      changes: renderTop(
        boards.map(({ uptimeSeconds: _up, ...board }) => board),
        palette,
      ).join('\n'),
      exit: boards.every(({ reached }) => reached) ? EXIT.ok : EXIT.unreached,
    }
  }
  return watchRounds(context, choices.watch, SECONDS, look)
}
