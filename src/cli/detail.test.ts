import { describe, expect, it } from 'vitest'
import { bramble, officeFolder } from '../../test/cli/command-run.ts'
import { officeApply, officePlan, recorded, runFinished, started } from '../../test/cli/example-run.ts'
import type { Event } from '../events/event.ts'

const told = (command: 'plan' | 'apply', events: readonly Event[]) => ({
  async *[command]() {
    yield* events
  },
})

const run = (words: readonly string[], events: readonly Event[]) =>
  bramble(words, { folder: officeFolder(), api: told(words[0] as 'plan', events) })

describe('--quiet', () => {
  it('shows problems and the last line alone', async () => {
    const { code, out } = await run(['plan', '--quiet'], officePlan())
    expect(code).toBe(1)
    const lines = out.trimEnd().split('\n')
    expect(lines.at(-1)).toMatch(/^Plan: /)
    const others = lines.slice(0, -1).filter((line) => !line.startsWith('tealc: '))
    expect(others).toEqual([])
  })

  it('has one line for a run in which all went well', async () => {
    const { out } = await run(
      ['apply', '--quiet', '--yes'],
      recorded(started('apply'), 0.4, runFinished('unchanged', { unchanged: 200 })),
    )
    expect(out).toBe('Apply: 200 unchanged on 5 nodes in 0.4s\n')
  })

  it('keeps failures of an apply, without the table', async () => {
    const { out } = await run(['apply', '--quiet', '--yes'], officeApply())
    expect(out).toContain('the unit did not start')
    expect(out).not.toContain('NODE ')
    expect(out).not.toContain('connected')
  })
})

describe('--verbose', () => {
  it('shows every step with its time, and what a node is', async () => {
    const { out } = await run(['plan', '--verbose'], officePlan())
    expect(out).toMatch(/^\d\d:\d\d:\d\d hammond: is asked what differs$/m)
    expect(out).toMatch(/^\d\d:\d\d:\d\d hammond: it is pi4$/m)
  })

  it('makes no sense together with --quiet', async () => {
    expect(await run(['plan', '--verbose', '--quiet'], [])).toMatchObject({ code: 64 })
  })
})

it('version answers people and programs', async () => {
  expect((await bramble(['version'])).out).toMatch(/^bramble \d+\.\d+\.\d+, Node\.js v/)
  expect(JSON.parse((await bramble(['version', '--json'])).out)).toMatchObject({ node: process.version })
})
