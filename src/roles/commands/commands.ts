/** The role `commands`: programs and scripts that are run until there is nothing left to do. */
import { z } from 'zod'
import { oneOrMore, text } from '../../cluster-file/forms.ts'
import { command } from '../../resources/command/command.ts'
import { directory } from '../../resources/directory/directory.ts'
import { absolutePath, file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { beside } from '../../wishes/file-wish.ts'
import { defineRole, type RoleContext } from '../role.ts'

const words = () => oneOrMore(text())

const commandsOptions = z
  .strictObject({
    name: text().meta({ description: 'What it does, in a few words; unique on a node.' }),
    run: words().optional().meta({ description: 'Program and arguments, as a list. No shell reads them.' }),
    script: beside(
      'The file beside the cluster file that is run: a script with `#!` in its first line, or one for sh.',
    ),
    arguments: words().default([]).meta({ description: 'Arguments of the script.' }),
    creates: absolutePath
      .optional()
      .meta({ description: 'There is nothing left to do when this path is there.' }),
    unless: words().optional().meta({
      description:
        'Program and arguments that change nothing; there is nothing left to do when it ends with 0.',
    }),
    only_if: words().optional().meta({
      description:
        'Program and arguments that change nothing; there is something to do only when it ends with 0.',
    }),
    reads: z.array(absolutePath).default([]).meta({
      description:
        'Files of the cluster file that it reads: without `creates` and `unless` it runs again when one of them is another.',
    }),
    undo: words()
      .optional()
      .meta({ description: 'Program and arguments that undo it when the use leaves the cluster file.' }),
  })
  .superRefine((options, context) => {
    const issue = (path: string[], message: string, fix: string): void => {
      context.addIssue({ code: 'custom', path, message, params: { fix } })
    }
    const { run, script } = options
    if (run === undefined && script === undefined) issue([], 'has nothing to run', 'write run or script')
    if (run !== undefined && script !== undefined)
      issue(['script'], 'is a second thing to run', 'write one of run, script')
    if (run !== undefined && options.arguments.length > 0)
      issue(['arguments'], 'belong to a script', 'write them behind the program, in run')
  })

type CommandsOptions = z.output<typeof commandsOptions>

/** Where scripts lie on a node. */
const FOLDER = '/usr/local/lib/bramble'

function scriptOf({ options: { name, script }, file: read }: RoleContext<CommandsOptions>): Resource[] {
  if (script === undefined) return []
  const own = name.replaceAll(/[^A-Za-z0-9.-]+/g, '-').replaceAll(/^[.-]+/g, '') || 'script'
  return [directory({ path: FOLDER }), file({ path: `${FOLDER}/${own}`, content: read(script), mode: '700' })]
}

function resources(context: RoleContext<CommandsOptions>): Resource[] {
  const { name, run = [], creates, unless, only_if, reads, undo, arguments: given } = context.options
  const script = scriptOf(context)
  const path = script.at(-1)
  return [
    ...script,
    command({
      name,
      run: path === undefined ? run : [path.name, ...given],
      // Without a guard of its own it has come through once and for all, until it or what it reads is another.
      once: creates === undefined && unless === undefined,
      reads: [...script.slice(-1).map(addressOf), ...reads.map((one) => `file:${one}` as const)],
      ...(creates !== undefined && { creates }),
      ...(unless && { unless }),
      ...(only_if && { onlyIf: only_if }),
      ...(undo && { undo }),
    }),
  ]
}

/** Programs and scripts that are run as root until there is nothing left to do: by a guard, or until they have come through as they are. */
const commands = defineRole({
  name: 'commands',
  summary: 'Programs, and scripts beside the cluster file, that are run until there is nothing left to do.',
  pace: 'together',
  options: commandsOptions,
  uses: 'several',
  files: ({ script }) => (script === undefined ? [] : [{ path: script, option: 'script' }]),
  resources,
})

export default commands
