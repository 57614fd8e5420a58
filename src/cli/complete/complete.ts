/** Answers a shell that asks how a command line may go on. */
import type { Proposals } from './names.ts'
import { resolve } from 'node:path'
import { RootCommand } from '@bomb.sh/tab'
import type { Command, CommandUnknownOpts } from '../command.ts'
import { captured } from './shell-script.ts'
import { namesFor } from './names.ts'

/** The library's command, whichever level it stands for. */
interface Completed {
  option(name: string, description: string, handlerOrShort?: Handler | string, short?: string): unknown
  argument(name: string, handler?: Handler, variadic?: boolean): unknown
}

type Handler = (complete: (value: string, description: string) => void) => void

/**
 * The answer, in the form that the printed scripts read.
 *
 * @param words what was typed behind `bramble`; the last one is being typed and may be empty.
 * @param clients names of the engines' own clients that a cluster has; asked only where one can stand.
 */
export async function completions(
  program: Command,
  words: readonly string[],
  {
    folder,
    clients,
  }: { readonly folder: string; readonly clients: (folder: string) => Promise<readonly string[]> },
): Promise<string> {
  const place = words.findIndex((word) => word === '-C' || word === '--folder')
  const clusterFolder = resolve(folder, (place >= 0 && words[place + 1]) || '.')
  const takesClient = program.commands.some(
    (command) =>
      words.slice(0, -1).includes(command.name()) &&
      command.registeredArguments.some((argument) => argument.name() === 'engine'),
  )
  const engines = takesClient ? await clients(clusterFolder) : []
  const names = namesFor(clusterFolder, { typed: words.at(-1), engines })
  const root = new RootCommand()
  declare(root, program, names)
  const walk = (parent: CommandUnknownOpts, path: readonly string[]): void => {
    for (const command of parent.createHelp().visibleCommands(parent)) {
      const own = [...path, command.name()]
      declare(root.command(own.join(' '), command.description()), command, names)
      walk(command, own)
    }
  }
  walk(program, [])
  return captured(() => root.parse([...words]))
}

function declare(
  target: Completed,
  command: CommandUnknownOpts,
  names: (place: string) => Proposals | undefined,
): void {
  for (const option of command.createHelp().visibleOptions(command)) {
    const long = option.long?.slice(2)
    if (long === undefined) continue
    const takesValue = option.required || option.optional
    const short = option.short?.slice(1)
    if (!takesValue) target.option(long, option.description, short)
    else target.option(long, option.description, handler(choicesOf(option.argChoices) ?? names(long)), short)
  }
  for (const argument of command.registeredArguments) {
    const choices = choicesOf(argument.argChoices) ?? names(argument.name())
    target.argument(argument.name(), handler(choices), argument.variadic)
  }
}

function choicesOf(choices: readonly string[] | undefined): Proposals | undefined {
  return choices && ((): ReturnType<Proposals> => choices.map((choice) => [choice, '']))
}

function handler(proposals: Proposals | undefined): Handler {
  return (complete) => {
    for (const [value, description] of proposals?.() ?? []) complete(value, description)
  }
}
