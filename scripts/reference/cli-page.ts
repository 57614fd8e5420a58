/** The reference of the command line, from the definitions that parse it. */
import type { CommandUnknownOpts } from '../../src/cli/command.ts'
import { ENVIRONMENT_RULE } from '../../src/cli/environment.ts'
import { examplesOf } from '../../src/cli/examples.ts'
import { EXIT_MEANINGS } from '../../src/cli/exit-codes.ts'
import { buildProgram } from '../../src/cli/program.ts'

/** `docs/reference/cli.md`. */
export async function cliPage(): Promise<string> {
  const ignore = (): void => undefined
  const program = await buildProgram(
    'all',
    { run: () => Promise.resolve() },
    { out: ignore, err: ignore, columns: 80 },
  )
  const shared = new Set(program.options.map(({ long }) => long))
  const sections = commandsBelow(program)
    .filter((command) => command.commands.length === 0)
    .map((command) => section(command, shared))
  return `# The command line

Generated from the definitions in \`src/cli/commands/\`; \`bramble COMMAND --help\` shows the same.

Every command takes these options, before or after its name:

${optionTable(program, new Set(['--version']))}

${ENVIRONMENT_RULE}

How a command ends is told in [exit-codes.md](exit-codes.md).

Standard output holds the answer and nothing else, standard error every error and warning. With \`--json\` both are for programs:

- Standard output is one JSON document, or one event a line with \`plan\`, \`apply\` and \`log RUN\` ([events.md](events.md)); \`log\` writes
  one run a line. A command that has no answer writes \`{"diagnostics":[...]}\` as its last line.
- Standard error has one object a line: \`{"type":"diagnostic",...}\` for errors and warnings, \`{"type":"progress",...}\` for what \`lab up\` is at.

A reader that has seen enough, such as \`head\`, changes neither the work of a command nor its exit status. What cannot be written for another
reason, such as a full disk, is \`OUTPUT_UNWRITABLE\`, and the command ends with 1.

${sections.join('\n')}`
}

/** `docs/reference/exit-codes.md`. */
export function exitCodesPage(): string {
  const rows = EXIT_MEANINGS.map(({ code, meaning }) => `| ${code} | ${meaning} |`)
  return `# Exit status

Generated from \`src/cli/exit-codes.ts\`.

| status | means |
| --- | --- |
${rows.join('\n')}

There is one verdict (\`src/api/status/verdict.ts\`). \`bramble status\` ends with 0 when all is well, which means: every node answers and is as wanted,
every wanted member of an engine is alive, every wanted server votes, no check warns or fails, nothing is in maintenance, certificates, clocks and
disks are in order, and the last apply of every node ended well. What could not be looked at is never well: then \`status\` and \`plan\` end with 1, and say
what it was. \`apply\` without \`--yes\` and without a terminal ends with 0 when there is nothing to do, else with 1 and what to type.

\`bramble ssh\` and \`bramble lab ssh\` end with the status of the remote command; 255 is OpenSSH's own for "could not connect".
`
}

function commandsBelow(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return command.commands.flatMap((below) => [below, ...commandsBelow(below)])
}

function fullName(command: CommandUnknownOpts): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name()
}

function section(command: CommandUnknownOpts, shared: ReadonlySet<string | undefined>): string {
  const description = command.description()
  const parts = [
    `## ${fullName(command)}`,
    `${description.charAt(0).toUpperCase()}${description.slice(1)}.`,
    `\`\`\`text\n${fullName(command)} ${command.usage()}\n\`\`\``,
    argumentTable(command),
    optionTable(command, shared),
    exampleBlock(command),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function exampleBlock(command: CommandUnknownOpts): string {
  const lines = examplesOf(command).flatMap(([typed, what]) => [`# ${what}`, typed])
  return lines.length === 0 ? '' : ['```sh', ...lines, '```'].join('\n')
}

function argumentTable({ registeredArguments }: CommandUnknownOpts): string {
  const rows = registeredArguments.map((argument) => {
    const choices = argument.argChoices ? ` (${argument.argChoices.join(', ')})` : ''
    return `| \`${argument.name()}\` | ${argument.description}${choices} |`
  })
  return rows.length === 0 ? '' : ['| argument | |', '| --- | --- |', ...rows].join('\n')
}

function optionTable({ options }: CommandUnknownOpts, without: ReadonlySet<string | undefined>): string {
  const rows = options
    .filter(({ long, hidden }) => !without.has(long) && !hidden)
    .map((option) => {
      const choices = option.argChoices ? ` (${option.argChoices.join(', ')})` : ''
      return `| \`${option.flags}\` | ${option.description}${choices} |`
    })
  return rows.length === 0 ? '' : ['| option | |', '| --- | --- |', ...rows].join('\n')
}
