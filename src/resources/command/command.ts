/** The kind `command`: a program that is run until its guard says that there is nothing left to do. */
import { z } from 'zod'
import { absolutePath } from '../file/file.ts'
import { defineKind } from '../kind.ts'

const words = z.array(z.string()).min(1)

const commandOptions = z
  .strictObject({
    name: z.string().min(1).describe('What the command does, in a few words: it names the resource.'),
    run: words.describe('Program and arguments. No shell reads them.'),
    unless: words
      .optional()
      .describe('Program and arguments that change nothing and end with 0 when there is nothing left to do.'),
    creates: absolutePath.optional().describe('There is nothing left to do when this path is there.'),
    undo: words.optional().describe('Program and arguments that undo it when the resource leaves the node.'),
  })
  .refine(({ unless, creates }) => unless !== undefined || creates !== undefined, 'a command needs a guard')

/** What command takes. */
export type CommandOptions = z.input<typeof commandOptions>

/** A list in a row: the number of its words, then the words. */
function counted(list: readonly string[] = []): string[] {
  return [String(list.length), ...list]
}

/**
 * A guarded command, for what no kind can say. It runs in the folder `/` (of the root that is worked on) with the
 * environment of the program. A guard of its own (`unless`) costs a process in each check; `creates` costs none.
 *
 * @example
 * command({
 *   name: 'make the index of the library',
 *   run: ['library-index', '--all'],
 *   creates: '/var/lib/library/index',
 *   undo: ['rm', '-f', '/var/lib/library/index'],
 * })
 */
export const command = defineKind<CommandOptions>({
  name: 'command',
  summary: 'A program that is run until its guard says that there is nothing left to do.',
  stage: 90,
  converges: 'each',
  options: commandOptions,
  resource: (given) => {
    const options = commandOptions.parse(given)
    return {
      name: options.name,
      row: [options.creates ?? '', ...counted(options.unless), ...counted(options.undo), ...options.run],
    }
  },
})

export default command.kind
