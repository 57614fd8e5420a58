/** The manual page, from the definitions that parse the command line. See man(7) for the macros. */
import type { CommandUnknownOpts } from '../../src/cli/command.ts'
import { ENVIRONMENT_RULE } from '../../src/cli/environment.ts'
import { examplesOf, fullName } from '../../src/cli/examples.ts'
import { EXIT_MEANINGS } from '../../src/cli/exit-codes.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { readVersion } from '../../src/support/version.ts'

const FILES: readonly (readonly [string, string])[] = [
  ['cluster.yaml', 'the cluster file'],
  ['cluster.lock', 'facts seen, choices made, versions pinned; commit it'],
  ['secrets/', 'the secrets, encrypted with age'],
  ['.bramble/', 'the journal, and what only this computer needs'],
]

/** `docs/reference/bramble.1`. */
export async function manPage(): Promise<string> {
  const ignore = (): void => undefined
  const streams = { out: ignore, err: ignore, columns: 80 }
  const program = await buildProgram('all', { run: () => Promise.resolve() }, streams)
  const shared = new Set(program.options.map(({ long }) => long))
  return [
    '.\\" Generated from the definitions in src/cli/commands.',
    `.TH BRAMBLE 1 "" "bramble ${plain(readVersion())}" "User Commands"`,
    '.SH NAME',
    `bramble \\- ${plain(`${program.description().charAt(0).toLowerCase()}${program.description().slice(1, -1)}`)}`,
    '.SH SYNOPSIS',
    '.B bramble',
    plain(program.usage()),
    '.SH OPTIONS',
    'Every command takes these, before or after its name.',
    ...optionLines(program, new Set()),
    '.SH COMMANDS',
    ...commandsBelow(program).flatMap((command) => commandLines(command, shared)),
    '.SH ENVIRONMENT',
    plain(ENVIRONMENT_RULE),
    '.SH FILES',
    ...FILES.flatMap(([name, what]) => term(`.I ${plain(name)}`, what)),
    '.SH EXIT STATUS',
    ...EXIT_MEANINGS.flatMap(({ code, meaning }) => term(`.B ${code}`, meaning)),
    '.SH EXAMPLES',
    ...exampleLines(program),
    '.SH SEE ALSO',
    '.BR ssh (1),',
    '.BR ssh_config (5)',
    '',
  ].join('\n')
}

/** The commands that do something, not the words that only lead to them. */
function commandsBelow(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return command.commands.flatMap((one) => (one.commands.length === 0 ? [one] : commandsBelow(one)))
}

function commandLines(command: CommandUnknownOpts, shared: ReadonlySet<string | undefined>): string[] {
  const description = command.description()
  return [
    `.SS ${plain(`${fullName(command)} ${command.usage()}`)}`,
    plain(`${description.charAt(0).toUpperCase()}${description.slice(1)}.`),
    ...command.registeredArguments.flatMap((argument) =>
      term(`.I ${plain(argument.name())}`, `${argument.description}${choicesOf(argument.argChoices)}`),
    ),
    ...optionLines(command, shared),
    ...exampleLines(command),
  ]
}

function optionLines({ options }: CommandUnknownOpts, without: ReadonlySet<string | undefined>): string[] {
  return options
    .filter(({ long, hidden }) => !without.has(long) && !hidden)
    .flatMap((option) =>
      term(`.B ${plain(option.flags)}`, `${option.description}${choicesOf(option.argChoices)}`),
    )
}

function exampleLines(command: CommandUnknownOpts): string[] {
  return examplesOf(command).flatMap(([typed, what]) => [
    '.PP',
    plain(`${what}:`),
    '.PP',
    '.RS 4',
    '.EX',
    plain(typed),
    '.EE',
    '.RE',
  ])
}

function choicesOf(choices: readonly string[] | undefined): string {
  return choices === undefined ? '' : ` (${choices.join(', ')})`
}

function term(name: string, text: string): string[] {
  return ['.TP', name, plain(text)]
}

/** As it is: the formatter takes a backslash, a hyphen, and a dot or quote that begins a line, for its own. */
function plain(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
  return escaped
    .replace(/^(?=[.'])/, '\\&')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
}
