import { describe, expect, it } from 'vitest'
import { bramble } from '../../test/cli/command-run.ts'
import type { CommandUnknownOpts } from './command.ts'
import { EXAMPLES } from './example-table.ts'
import { examplesOf, fullName } from './examples.ts'
import { buildProgram } from './program.ts'

const silent = { out: (): void => undefined, err: (): void => undefined, columns: 80 }

const program = await buildProgram('all', { run: () => Promise.resolve() }, silent)
const commands = [program, ...below(program)]

/** The commands that do something, not the words that only lead to them. */
function below(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return command.commands.flatMap((one) => (one.commands.length === 0 ? [one] : below(one)))
}

/** The words of a command line, without what a shell would do with the rest. */
function wordsOf(typed: string): string[] {
  const found = [...typed.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)]
  const end = found.findIndex(([, , , plain]) => plain !== undefined && /^[|<>]/.test(plain))
  return found.slice(0, end < 0 ? found.length : end).map(([, one, two, plain]) => one ?? two ?? plain ?? '')
}

describe('examples', () => {
  it('are there for every command, and for no other', () => {
    expect(commands.filter((command) => examplesOf(command).length === 0).map(fullName)).toEqual([])
    expect(Object.keys(EXAMPLES).filter((name) => !commands.map(fullName).includes(name))).toEqual([])
  })

  it.each(commands.flatMap((command) => examplesOf(command).map(([typed]) => [fullName(command), typed])))(
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
      const typedProgram = await buildProgram(words, session, silent)
      await typedProgram.parseAsync(words, { from: 'user' })
      if (name === 'bramble') expect(ran).not.toBe('')
      else expect(ran).toBe(name)
    },
  )

  it('stand in the help, within 80 columns', async () => {
    for (const command of commands) {
      const { code, out } = await bramble([...fullName(command).split(' ').slice(1), '--help'])
      expect(code).toBe(0)
      const lines = out.slice(out.indexOf('Examples:')).split('\n')
      for (const [typed, what] of examplesOf(command)) {
        expect(lines).toContain(`  ${typed}`)
        expect(lines).toContain(`  # ${what}`)
      }
      expect(lines.filter((line) => line.length > 80)).toEqual([])
    }
  })
})
