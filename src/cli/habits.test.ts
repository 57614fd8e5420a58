import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bramble, officeFolder } from '../../test/cli/command-run.ts'
import { comingFrom } from '../../test/cli/coming-from.ts'
import { habitText } from './habits.ts'
import { VERBS } from './verbs.ts'

const OURS = VERBS.map(({ name }) => name)

/** The first words of the commands that a text names. */
const verbsIn = (text: string): string[] =>
  [...text.matchAll(/\bbramble (?:-C FOLDER )?([a-z-]+)/g)].map(([, verb = '']) => verb)

describe('who types what another tool calls it', () => {
  const habits = comingFrom().flatMap(({ to, others, here }) => others.map((other) => ({ to, other, here })))

  it.each(habits)('to $to ($other) finds $here', async ({ other, here }) => {
    const words = other.split(' ').slice(1)
    const [name = ''] = words
    const wanted = here.flatMap(verbsIn)
    if (OURS.includes(name)) {
      expect((await bramble([name, '--help'])).code).toBe(0)
      // An import is of inventories, and its help says that what runs needs none. An upgrade of what runs and the lock of a run are options or commands of their own here; the name must not mean something dangerous. What is below `vault` is about the engine, and its help says where secrets are.
      expect(['init', 'apply', 'import', 'vault', ...wanted]).toContain(name)
      return
    }
    const { code, err } = await bramble(words, { folder: officeFolder() })
    expect([code, err]).toEqual([
      64,
      expect.stringContaining(`there is no command '${name}'; here it is bramble`),
    ])
    expect(verbsIn(err).filter((verb) => wanted.includes(verb))).not.toEqual([])
  })

  it('is never sent to a command that is not there, and never kept from one that is', () => {
    const source = readFileSync(new URL('habits.ts', import.meta.url), 'utf8')
    const names = [...source.matchAll(/names: \[([^\]]*)\]/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name),
    )
    expect(names.length).toBeGreaterThan(60)
    expect(names.filter((name, at) => OURS.includes(name) || names.indexOf(name) !== at)).toEqual([])
    for (const name of names) {
      const verbs = verbsIn(habitText(name) ?? '')
      expect(verbs.length).toBeGreaterThan(0)
      expect(verbs.filter((verb) => !OURS.includes(verb) && verb !== 'help')).toEqual([])
    }
  })

  it('is answered the same with options, with --help, behind help and behind other options', async () => {
    const text = "there is no command 'exec'; here it is bramble run"
    for (const words of [
      ['exec', 'ant', '-it', '--', 'sh', '-c', 'x'],
      ['exec', '--help'],
      ['help', 'exec'],
      ['--lab', '-C', '.', 'exec'],
    ])
      expect(await bramble(words)).toMatchObject({ code: 64, err: expect.stringContaining(text) as string })
  })

  it('is answered as a program is, with --json', async () => {
    const { code, out } = await bramble(['exec', '--json'])
    expect(code).toBe(64)
    expect(JSON.parse(out)).toMatchObject({ diagnostics: [{ code: 'NOT_UNDERSTOOD' }] })
  })

  it('is not in the help, nor proposed', async () => {
    expect((await bramble(['--help'])).out).not.toMatch(/^ {2}exec/m)
    expect((await bramble(['exec-x'])).err).not.toContain('exec?')
    expect((await bramble(['complete', '--', 'exe'], { folder: officeFolder() })).out).not.toContain('exec')
  })
})
