/** The kind `command`: a program that is run until its guard says that there is nothing left to do. */
import { z } from 'zod'
import { absolutePath } from '../file/file.ts'
import { defineKind, digestOf, type LocalAddress } from '../kind.ts'

const words = z.array(z.string()).min(1)

const commandOptions = z
  .strictObject({
    name: z.string().min(1).describe('What the command does, in a few words: it names the resource.'),
    run: words.describe('Program and arguments. No shell reads them.'),
    unless: words
      .optional()
      .describe('Program and arguments that change nothing and end with 0 when there is nothing left to do.'),
    onlyIf: words
      .optional()
      .describe(
        'Program and arguments that change nothing and end with 0 when there is something to do at all.',
      ),
    creates: absolutePath.optional().describe('There is nothing left to do when this path is there.'),
    once: z
      .boolean()
      .default(false)
      .describe(
        'There is nothing left to do when this very command has come through, with what it reads as it is now.',
      ),
    reads: z
      .array(z.custom<LocalAddress>((value) => typeof value === 'string' && value.includes(':')))
      .default([])
      .describe('Addresses of what it reads: with `once` it runs again when that is another.'),
    undo: words.optional().describe('Program and arguments that undo it when the resource leaves the node.'),
  })
  .refine(
    ({ unless, creates, once }) => unless !== undefined || creates !== undefined || once,
    'a command needs a guard',
  )

/** What command takes. */
export type CommandOptions = z.input<typeof commandOptions>

/** A list in a row: the number of its words, then the words. */
function counted(list: readonly string[] = []): string[] {
  return [String(list.length), ...list]
}

/**
 * A guarded command, for what no kind can say. It runs in the folder `/` (of the root that is worked on) with the
 * environment of the program. Guards that are programs (`unless`,
 * `onlyIf`) cost a process in each check; `creates` and `once` cost none. Nothing runs for the root of another node: that is left for its first boot.
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
      inputs: [options.reads],
      row: [
        options.creates ?? '',
        options.once ? digestOf(options.run) : '-',
        ...counted(options.unless),
        ...counted(options.onlyIf),
        ...counted(options.undo),
        ...options.run,
      ],
    }
  },
})

export default command.kind
