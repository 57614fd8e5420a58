import { describe, expect, it } from 'vitest'
import { bramble } from '../../test/cli/command-run.ts'
import type { CommandUnknownOpts } from './command.ts'
import { EXAMPLES, fullName } from './examples.ts'
import { buildProgram } from './program.ts'

const silent = { out: (): void => undefined, err: (): void => undefined, columns: 80 }

async function commandNames(): Promise<string[]> {
  const program = await buildProgram('all', { run: () => Promise.resolve() }, silent)
  const below = (command: CommandUnknownOpts): string[] =>
    command.commands.length === 0 ? [fullName(command)] : command.commands.flatMap(below)
  return below(program)
}

/** The words of a command line, without what a shell would do with the rest. */
function wordsOf(typed: string): string[] {
  const [line = ''] = typed.split(/ [|<>]/, 1)
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

describe('examples', () => {
  it('are there for every command, and for no other', async () => {
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(['bramble', ...(await commandNames())].toSorted())
  })

  it.each(Object.entries(EXAMPLES).flatMap(([name, examples]) => examples.map(([typed]) => [name, typed])))(
    'of %s: %s can be typed',
    async (name, typed) => {
      let ran = ''
      const session = {
        run: (command: CommandUnknownOpts) => {
          ran = fullName(command)
          return Promise.resolve()
        },
      }
      const [first, ...words] = wordsOf(typed)
      expect(first).toBe('bramble')
      const program = await buildProgram(words, session, silent)
      await program.parseAsync(words, { from: 'user' })
      if (name === 'bramble') expect(ran).not.toBe('')
      else expect(ran).toBe(name)
    },
  )

  it('stand in the help, within 80 columns', async () => {
    for (const [name, examples] of Object.entries(EXAMPLES)) {
      const { code, out } = await bramble([...name.split(' ').slice(1), '--help'])
      expect(code).toBe(0)
      for (const [typed] of examples) expect(out).toContain(`  ${typed}`)
      for (const [, meaning] of examples) expect(out).toContain(meaning)
      const lines = out.slice(out.indexOf('Examples:')).split('\n')
      expect(lines.filter((line) => line.length > 80)).toEqual([])
    }
  })
})
