import { describe, expect, it } from 'vitest'
import { quote } from '../../shell/quote.ts'
import { run } from '../../support/run.ts'
import { RUNNER, SCRIPTS } from './scripts.ts'

const all = Object.entries({ ...SCRIPTS, runner: RUNNER })

describe('the scripts of a session', () => {
  // fish(1) takes \' and \\ inside single quotes for a quote and a backslash.
  it.each(all)('%s reads the same in every login shell', (_, text) => {
    expect(text).not.toMatch(/'|\\\\|!\w/)
    expect(quote(text)).toBe(`'${text}'`)
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
})
