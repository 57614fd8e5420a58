/** `bramble disconnect`: ends the connections that were kept for the next run (`access.keep_connections`). */
import type { Scope } from '../../api/index.ts'
import { choiceOf, withChoosingOptions } from '../choosing-options.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withChoosingOptions(command).action((options, self) =>
    session.run(self, (context) => end(context, choiceOf(options))),
  )
}

async function end(context: Context, scope: Scope): Promise<ExitCode> {
  const { terminal, common } = context
  const ended = await (await context.api()).disconnect(await context.openCluster(), scope)
  const text =
    ended === 0 ? 'No connection was kept.' : `Ended ${ended} kept connection${ended === 1 ? '' : 's'}.`
  terminal.out(common.json ? jsonText({ ended }) : `${text}\n`)
  return EXIT.ok
}
