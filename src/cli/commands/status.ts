/** `bramble status`: what is wanted against what is, per node and per engine; ends with 1 when something is not well. */
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { showDiagnostics } from '../show-diagnostics.ts'
import { isWell, renderStatus } from '../render/status-text.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command.action((_options, self) => session.run(self, showStatus))
}

async function showStatus(context: Context): Promise<ExitCode> {
  const { terminal, common } = context
  const cluster = await context.openCluster()
  const api = await context.api()
  const status = await api.status(cluster)
  if (common.json) terminal.out(`${JSON.stringify(status, undefined, 2)}\n`)
  else {
    const lines = renderStatus(status, terminal.palette, terminal.width)
    terminal.out(lines.map((line) => `${line}\n`).join(''))
    showDiagnostics(terminal, status.problems ?? [], { json: false, lab: common.lab ?? false })
  }
  return isWell(status) ? EXIT.ok : EXIT.failure
}
