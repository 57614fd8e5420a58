/** `bramble explain`: prints the long text of an error code, or the list of all codes. */
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import type { Command, Session } from '../command.ts'
import { CommandRefusal, type Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { wrapped } from '../render/columns.ts'
import { jsonText } from '../render/json.ts'
import { renderTable } from '../render/table.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command
    .argument('[code]', 'code of an error or warning; without one, all are listed')
    .action((code, _options, self) => session.run(self, (context) => explain(context, code)))
}

async function explain({ terminal, common }: Context, name: string | undefined): Promise<ExitCode> {
  const { CATALOGUE, codeByName } = await import('../../api/explain/catalogue.ts')
  const { explainCode } = await import('../../api/explain/code-reference.ts')
  if (name === undefined) {
    const list = CATALOGUE.map(({ code, entry }) => ({
      code,
      severity: entry.severity ?? 'error',
      title: entry.title,
    }))
    const rows = list.map(({ code, severity, title }) => [
      { text: code, style: severity === 'error' ? terminal.palette.red : terminal.palette.yellow },
      { text: title },
    ])
    const lines = renderTable([{ title: 'CODE' }, { title: 'MEANS' }], rows, {
      titleStyle: terminal.palette.dim,
    })
    terminal.out(common.json ? jsonText(list) : lines.map((line) => `${line}\n`).join(''))
    return EXIT.ok
  }
  const found = codeByName(name)
  if (!found) {
    const near = didYouMean(
      name,
      CATALOGUE.map(({ code }) => code),
    )
    throw new CommandRefusal(commandCodes.CODE_UNKNOWN({ name, near }))
  }
  const { severity = 'error', title, explain: text } = found.entry
  terminal.out(
    common.json
      ? jsonText({ code: found.code, severity, title, text })
      : wrapped(explainCode(found), terminal.width),
  )
  return EXIT.ok
}
