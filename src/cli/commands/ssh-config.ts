/** `bramble ssh-config`: prints `Host` blocks, so that ssh, scp and editors reach the nodes by their names. */
import type { Command, Session } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { tell } from '../tell.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command.action((_options, self) =>
    session.run(self, async (context) => {
      const cluster = await context.openCluster()
      const api = await context.api()
      tell(context, api.sshDials(cluster), (await api.sshConfigText(cluster)).trimEnd())
      return EXIT.ok
    }),
  )
}
