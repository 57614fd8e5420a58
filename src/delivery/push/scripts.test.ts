import { describe, expect, it } from 'vitest'
import { runtime } from '../../compile/runtime.generated.ts'
import { kinds } from '../../resources/registry.generated.ts'
import { quote } from '../../shell/quote.ts'
import { run } from '../../support/run.ts'
import { loginWords } from '../transport/shell-start.ts'
import { RUNNER, SCRIPTS } from './scripts.ts'

/** Names that shell text gives to functions, and to variables that outlive the function that sets them. */
function namesIn(text: string): Set<string> {
  const names = new Set<string>()
  let locals = new Set<string>()
  for (const line of text.split('\n')) {
    const [, name] = /^(\w+)\(\) \{/.exec(line) ?? []
    if (name !== undefined) {
      names.add(name)
      locals = new Set()
    }
    for (const [, words = ''] of line.matchAll(/\blocal ([^;]*)/g)) {
      for (const word of words.split(' ')) locals.add(word.split('=', 1)[0] ?? '')
    }
    const set = [...line.matchAll(/(?:(?:^|[\s;({])|\bfor )(\w+)(?:=| in )|\bread ((?:-r )?[\w ]+)/g)]
    for (const word of set.flatMap(([, one = '', several = '']) => [one, ...several.split(' ')])) {
      if (/^[a-z]/i.test(word) && !locals.has(word)) names.add(word)
    }
  }
  return names
}

const all = Object.entries({ ...SCRIPTS, runner: RUNNER })

describe('the scripts of a session', () => {
  // fish(1) takes \' and \\ inside single quotes for a quote and a backslash, csh(1) ! and line ends for its own.
  it('are started by one line that reads the same in every login shell', () => {
    for (const word of loginWords) {
      expect(word).not.toMatch(/['\\!\n]/)
      expect([word, `'${word}'`]).toContain(quote(word))
    }
  })

  it.each(['dash', 'bash', 'busybox sh'])('are shell for %s', async (shell) => {
    const [program = '', ...before] = shell.split(' ')
    for (const [name, text] of all) {
      expect([name, (await run(program, [...before, '-n', '-c', text])).stderr]).toEqual([name, ''])
    }
  })

  it('stay small: they go to every node on every run', () => {
    expect(SCRIPTS.observe.length).toBeLessThan(2200)
  })

  it('and a program that runs in the shell of one share no name but those that mean the same to both', () => {
    const program = namesIn(
      runtime +
        Object.values(kinds)
          .map(({ shell }) => shell)
          .join(''),
    )
    expect(program).toContain('note_path')
    const session = namesIn(SCRIPTS.observe)
    expect(session).toContain('refuse_others')
    expect(session).toContain('author')
    expect([...session].filter((name) => program.has(name))).toEqual(['LC_ALL', 'PATH'])
  })
})
