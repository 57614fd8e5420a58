import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, scratchFolder } from '../../../test/cli/command-run.ts'
import { officeApply } from '../../../test/cli/example-run.ts'
import type { Event } from '../../events/event.ts'
import { openJournal } from '../../journal/journal.ts'

function journalled(folder: string, events: readonly Event[], limits: readonly string[] = []): string {
  const subject = { command: 'apply', arguments: limits, by: 'kai@laptop', version: '1.2.3' }
  const journal = openJournal(folder, (text) => text, subject)
  for (const event of events) journal.sink({ ...event, run: journal.run })
  journal.close()
  return journal.run
}

describe('log', () => {
  it('says in a folder without a cluster that there is none, and in one with a cluster that it has not run yet', async () => {
    const nowhere = await bramble(['log'], { folder: scratchFolder() })
    expect(nowhere.code).toBe(1)
    expect(nowhere.err).toContain('error CLUSTER_FILE_MISSING')
    expect(await bramble(['log'], { folder: officeFolder() })).toMatchObject({
      code: 0,
      out: 'There are no runs yet.\n',
    })
  })

  it('lists runs with who, what, outcome and counts, and marks one that has no end', async () => {
    const folder = scratchFolder()
    const whole = journalled(folder, officeApply())
    const cut = journalled(folder, officeApply().slice(0, 9))
    const { code, out } = await bramble(['log'], { folder })
    expect(code).toBe(0)
    const lines = out.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^RUN +WHEN +BY +COMMAND +NODES +OUTCOME +RESOURCES$/)
    const line = lines.find((text) => text.startsWith(whole))
    expect(line).toMatch(/kai@laptop {2}apply +5 {2}failed +7 changed, 1 failed, 1 skipped, 158 unchanged$/)
    // The process that wrote it is this one, so the run counts as still going on.
    expect(lines.find((text) => text.startsWith(cut))).toMatch(/apply +5 {2}running$/)
  })

  it('says what a run was limited to', async () => {
    const folder = scratchFolder()
    const limits = ['--node=hammond', '--role=consul-server']
    journalled(folder, officeApply(), limits)
    const { out } = await bramble(['log'], { folder })
    expect(out).toContain('apply --node=hammond --role=consul-server')
  })

  it('replays a run by its name, its beginning or as the last one', async () => {
    const folder = scratchFolder()
    const run = journalled(folder, officeApply())
    for (const name of [run, run.slice(0, -2), 'last']) {
      const { code, out } = await bramble(['log', name], { folder })
      expect(code).toBe(0)
      expect(out).toContain('16:05:01 hammond/file:/etc/motd: to create: is not there\n')
      expect(out).toContain('16:05:05 carter/service:consul: | consul[812]: failed to parse config\n')
    }
  })

  it('gives back every line of a run with --json', async () => {
    const folder = scratchFolder()
    const run = journalled(folder, officeApply())
    const { out } = await bramble(['log', 'last', '--json'], { folder })
    const [head, ...events] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event)
    expect(head).toMatchObject({ type: 'journal', run, by: 'kai@laptop', version: '1.2.3' })
    expect(events).toEqual(officeApply().map((event) => ({ ...event, run })))
  })

  it('lists as JSON, one run a line', async () => {
    const folder = scratchFolder()
    journalled(folder, officeApply())
    const { out } = await bramble(['log', '--json'], { folder })
    expect(JSON.parse(out)).toMatchObject({
      state: 'finished',
      finished: { failedNodes: ['carter', 'tealc'] },
    })
  })

  it('refuses a run that is not there, and proposes the one that was meant', async () => {
    const folder = scratchFolder()
    const run = journalled(folder, officeApply())
    const { code, err } = await bramble(['log', `${run.slice(0, -1)}x`], { folder })
    expect(code).toBe(1)
    expect(err).toContain('error RUN_UNKNOWN')
    expect(err).toContain(`did you mean ${run}?`)
    expect((await bramble(['log', '../../../etc/passwd'], { folder })).err).toContain('RUN_UNKNOWN')
  })
})
