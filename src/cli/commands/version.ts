/** `bramble version`: which Bramble this is, and on what it runs. */
import { readVersion } from '../../support/version.ts'
import type { Command, Session } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { tell } from '../tell.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command.action((_options, self) =>
    session.run(self, (context) => {
      const version = readVersion()
      const [node, system] = [process.version, `${process.platform} ${process.arch}`]
      tell(context, { version, node, system }, `bramble ${version}, Node.js ${node}, ${system}`)
      return EXIT.ok
    }),
  )
}
