/** `bramble update`: brings packages up to date and starts boards anew that have to be, one node at a time. */
import type { Command, Session } from '../command.ts'
import { withRunOptions } from '../run-options.ts'
import { apply } from './apply.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withRunOptions(command)
    .option('-y, --yes', 'agree to the updates beforehand')
    .option('--now', 'also while the window for updates is closed')
    .action((options, self) =>
      session.run(self, (context) => apply(context, { ...options, command: 'update' })),
    )
}
