import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, scratchFolder } from '../../test/cli/command-run.ts'
import { EXIT_MEANINGS } from './exit-codes.ts'
import { buildProgram } from './program.ts'
import { VERBS } from './verbs.ts'

describe('the help', () => {
  it('of a command that does not exist is the one that is probably meant, and a mistake', async () => {
    const [asked, typed] = [await bramble(['help', 'chekc']), await bramble(['chekc'])]
    expect(asked).toEqual(typed)
    expect(asked.code).toBe(64)
    expect(asked.err).toContain("unknown command 'chekc'\n(Did you mean check?)")
    expect(await bramble(['help', 'check'])).toMatchObject({ code: 0 })
    expect((await bramble(['help', 'nope'])).err).toContain('bramble --help')
  })

  it('names every verb, and the meaning of every exit status', async () => {
    const { code, out } = await bramble(['--help'])
    expect(code).toBe(0)
    for (const { name, summary } of VERBS)
      expect(out).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'))
    for (const { code: status, meaning } of EXIT_MEANINGS)
      expect(out).toMatch(new RegExp(`^  ${status} +${meaning}`, 'm'))
  })

  it.each(VERBS.map(({ name }) => [name]))('shows the options of %s', async (name) => {
    const { code, out } = await bramble([name, '--help'])
    expect(code).toBe(0)
    expect(out).toContain(`Usage: bramble ${name}`)
    expect(out).toContain('-C, --folder <path>')
  })
})

it('loads the definition of a verb only when it was typed', async () => {
  const silent = { out: (): void => undefined, err: (): void => undefined, columns: 80 }
  const program = await buildProgram(['plan', '--help'], { run: () => Promise.resolve() }, silent)
  const defined = program.commands.filter(({ options }) => options.length > 0)
  expect(defined.map((command) => command.name())).toEqual(['plan'])
})

describe('bad usage', () => {
  it.each([
    [['plam'], "unknown command 'plam'\n(Did you mean plan?)"],
    [['plan', '--nodes', 'x'], '(Did you mean --node?)'],
    [['plan', '--concurrency', 'many'], 'It must be a whole number above zero.'],
    [['explain', 'A', 'B'], 'too many arguments'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
    [['ssh', 'hammond', '--lab'], 'Options stand before the node: bramble ssh --lab hammond'],
    [[], 'Usage: bramble'],
  ])('%j ends with 64 and says what is wrong', async (words, text) => {
    const { code, out, err } = await bramble(words, { folder: officeFolder() })
    expect(code).toBe(64)
    expect(out).toBe('')
    expect(err).toContain(text)
  })
})

describe('common options', () => {
  it('count before and after the verb', async () => {
    const folder = officeFolder()
    for (const words of [
      ['-C', folder, 'check'],
      ['check', '-C', folder],
      ['check', '--folder', folder],
    ]) {
      const { code, out } = await bramble(words, { folder: scratchFolder() })
      expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([0, 'office: 5 nodes, 0 roles, no mistakes'])
    }
  })

  it('colour a terminal, but not with --no-color, NO_COLOR or a dumb terminal, and nothing else unless forced', async () => {
    const folder = officeFolder()
    const coloured = async (words: readonly string[], environment: NodeJS.ProcessEnv, typed?: string) =>
      (await bramble(words, { folder, environment, ...(typed !== undefined && { typed }) })).out.includes(
        '\u001b[',
      )
    expect(await coloured(['check'], {}, '')).toBe(true)
    expect(await coloured(['check', '--no-color'], {}, '')).toBe(false)
    expect(await coloured(['check'], { NO_COLOR: '1' }, '')).toBe(false)
    expect(await coloured(['check'], { TERM: 'dumb' }, '')).toBe(false)
    expect(await coloured(['check'], {})).toBe(false)
    expect(await coloured(['check'], { FORCE_COLOR: '1' })).toBe(true)
  })
})

describe('a faulty cluster file', () => {
  it('is told on standard error with the faulty line, and nothing is asked of any node', async () => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'cluster.yaml'), 'cluster: office\ndomain: office.example.net\nnoddes: {}\n')
    const { code, out, err } = await bramble(['plan'], { folder })
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('error UNKNOWN_KEY')
    expect(err).toContain('3 | noddes: {}')
  })
})

it('lists the nodes of a cluster file that is in order', async () => {
  const { out } = await bramble(['check'], { folder: officeFolder() })
  expect(out).toContain('hammond  192.168.42.10  pi4     4 GiB')
})
