/** `bramble schema`: prints the JSON Schema of the cluster file, for editors. */
import type { Command, Session } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command.action((_options, self) =>
    session.run(self, async ({ terminal }) => {
      const { clusterFileSchemaText } = await import('../cluster-file-schema.ts')
      terminal.out(clusterFileSchemaText())
      return EXIT.ok
    }),
  )
}
