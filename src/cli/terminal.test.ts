import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { officeFolder } from '../../test/cli/command-run.ts'
import { TestTerminal, hasTerminal } from '../../test/cli/terminal.ts'

const CTRL_C = '\u0003'
const HIDE = '\u001b[?25l'
const SHOW = '\u001b[?25h'
const PROGRAM = fileURLToPath(new URL('../../test/cli/slow-apply.ts', import.meta.url))
const LOADER = fileURLToPath(import.meta.resolve('jiti/register'))

const start = (...words: string[]): TestTerminal =>
  new TestTerminal(officeFolder(), ['node', '--import', LOADER, PROGRAM, ...words])

describe.skipIf(!hasTerminal)('in a real terminal', { timeout: 120_000 }, () => {
  it('shows the plan, asks, and draws the run after a yes', async () => {
    const terminal = start('apply')
    await terminal.shows('Apply these changes? [y/N]')
    expect(terminal.text).toContain('+ pi-001/file:/etc/motd')
    terminal.type('y\r')
    await terminal.shows(/apply office {2}20 of 60 nodes done/)
    await terminal.shows(/… and \d+ more: .*20 queued/)
    terminal.type(CTRL_C)
    expect(await terminal.ended()).toBe(130)
  })

  it('comes to an end with the first Ctrl-C, says so, and gives the cursor back', async () => {
    const terminal = start('apply', '--yes')
    await terminal.shows(/pi-021 +converging/)
    expect(terminal.text).toContain(HIDE)
    terminal.type(CTRL_C)
    await terminal.shows(/Stopping: no new work is started; pi-021, .* come to an end first/)
    expect(await terminal.ended()).toBe(130)
    expect(terminal.text).toContain('Interrupted; bramble apply --yes goes on where this run stopped.')
    expect(terminal.text.lastIndexOf(SHOW)).toBeGreaterThan(terminal.text.lastIndexOf(HIDE))
  })

  it('leaves with the second Ctrl-C even when the run does not end, and gives the cursor back', async () => {
    const terminal = start('apply', '--yes', '--concurrency', '1')
    await terminal.shows(/pi-021 +converging/)
    terminal.type(CTRL_C)
    await terminal.shows('Stopping:')
    terminal.type(CTRL_C)
    expect(await terminal.ended()).toBe(130)
    expect(terminal.text.lastIndexOf(SHOW)).toBeGreaterThan(terminal.text.lastIndexOf(HIDE))
  })

  it('changes nothing when the question is answered with Ctrl-C', async () => {
    const terminal = start('apply')
    await terminal.shows('[y/N]')
    terminal.type(CTRL_C)
    expect(await terminal.ended()).toBe(130)
    expect(terminal.text).not.toContain('converging')
  })

  it('does not show a password that is typed', async () => {
    const terminal = start('plan')
    await terminal.shows('Password for sudo on the nodes:')
    terminal.type('hunter22\r')
    await terminal.shows('8 characters')
    expect(await terminal.ended()).toBe(0)
    expect(terminal.text).not.toContain('hunter')
  })

  it('asks what a first cluster file needs', async () => {
    const terminal = start('init', '-C', 'new')
    await terminal.shows('What is the cluster called?')
    terminal.type('home\r')
    await terminal.shows('Under which domain?')
    terminal.type('\r')
    await terminal.shows('Which user')
    terminal.type('\r')
    await terminal.shows('Which boards are there?')
    terminal.type('hammond=192.168.1.10 oneil\r')
    await terminal.shows('Which public SSH key')
    terminal.type('\u0015\r')
    await terminal.shows('Wrote cluster.yaml, cluster.schema.json, .gitignore in new.')
    expect(await terminal.ended()).toBe(0)
  })
})
