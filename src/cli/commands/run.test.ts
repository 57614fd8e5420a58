import { describe, expect, it } from 'vitest'
import { bramble, officeFolder } from '../../../test/cli/command-run.ts'

describe('run', () => {
  it.each([
    [['run', '--', 'reboot'], 'Say on which nodes'],
    [['run', '-n', 'all'], 'There is nothing to run'],
    [['run', '-n', 'all', '-s', 'date', '--', 'date'], 'not both'],
  ])('does not understand %s', async (words, told) => {
    const { code, err } = await bramble(words, { folder: officeFolder() })
    expect([code, err]).toEqual([64, expect.stringContaining(told)])
  })

  it('refuses words that choose nobody before anything runs', async () => {
    const { code, err } = await bramble(['run', '-n', 'hamond', '--', 'date'], { folder: officeFolder() })
    expect([code, err]).toEqual([1, expect.stringContaining('did you mean hammond?')])
  })

  it('refuses more on standard input than nodes can hold, with INPUT_TOO_LONG', async () => {
    const words = ['run', '-n', 'all', '-i', '--', 'cat']
    const { code, err } = await bramble(words, {
      folder: officeFolder(),
      piped: 'x'.repeat(64 * 1024 * 1024 + 1),
    })
    expect([code, err]).toEqual([1, expect.stringContaining('INPUT_TOO_LONG')])
  })
})
