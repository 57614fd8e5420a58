/** `bramble schema`: prints the JSON Schema of the cluster file, for editors; with the roles beside the cluster file. */
import type { Command, Session } from '../command.ts'
import { CommandRefusal } from '../context.ts'
import { EXIT } from '../exit-codes.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command
    .option('--part', 'for a file that the cluster file includes, in which nothing is required')
    .action(({ part }, self) =>
      session.run(self, async ({ terminal, folder }) => {
        const { clusterFileSchemaText } = await import('../cluster-file-schema.ts')
        const { registryOf } = await import('../../api/own/load-own.ts')
        const { roles, diagnostics } = await registryOf(folder)
        if (diagnostics.length > 0) throw new CommandRefusal(...diagnostics)
        terminal.out(clusterFileSchemaText(roles, part ? 'part' : 'whole'))
        return EXIT.ok
      }),
    )
}
