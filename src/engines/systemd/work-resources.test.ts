/** What systemd is given of a service, read by systemd itself and by the shell where these are at hand. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { standInFor } from '../../cluster-file/references/stand-in.ts'
import { holdsStandIn } from '../../cluster-file/references/stand-in.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { calendarOf } from './calendar.ts'
import { environmentText, quotedWord } from './quoted.ts'
import { workUnitText, type ProgramWork } from './unit-text.ts'
import { workResources } from './work-resources.ts'

const folder = mkdtempSync(join(tmpdir(), 'bramble-units-'))
afterAll(() => rmSync(folder, { recursive: true }))

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

const WORK: ProgramWork = {
  name: 'tick',
  binary: '/bin/sleep',
  args: ['90'],
  env: {},
  memoryMebibytes: 64,
  count: 1,
  update: { parallel: 1, healthySeconds: 10, withinSeconds: 300 },
}
const EVERY_NIGHT = { cron: '30 3 * * 1,5', timeZone: 'Europe/Lisbon', missed: 'again' } as const

const made = (more: Partial<ProgramWork>, brought: readonly string[] = []) =>
  workResources(
    { ...WORK, ...more },
    { isBrought: (address) => brought.includes(address), isSecret: holdsStandIn },
  )
const text = (resources: readonly Resource[], path: string): string => {
  const [content] = resources.find(({ name }) => name === path)?.contents ?? []
  if (content === undefined || 'path' in content.bytes) throw new Error(`there is no ${path}`)
  return Buffer.from(content.bytes).toString()
}

describe('a program that systemd runs', () => {
  it('has a unit of ours, and no file for an environment that it does not have', () => {
    const all = made({})
    expect(all.map(addressOf)).toEqual([
      'file:/etc/systemd/system/bramble-tick.service',
      'service:bramble-tick.service',
    ])
    const unit = text(all, '/etc/systemd/system/bramble-tick.service')
    expect(unit).toContain('\nDynamicUser=yes\n')
    expect(unit).toContain('\nExecStart="/bin/sleep" "90"\n')
    expect(unit).toContain('\nMemoryMax=64M\n')
    expect(unit).not.toContain('EnvironmentFile')
  })

  it('is started anew for its unit, its environment and the program, where roles bring that', () => {
    const all = made({ env: { A: 'b' } }, ['file:/bin/sleep'])
    expect(all.at(-1)?.inputs[0]).toEqual([
      'file:/etc/systemd/system/bramble-tick.service',
      'file:/etc/bramble-services/tick.env',
      'file:/bin/sleep',
    ])
  })

  it('has its secrets in a file that root alone reads, and that shows nowhere', () => {
    const env = { COLOR: 'blue', KEY: standInFor('app/key') }
    const file = made({ env }).find(({ name }) => name === '/etc/bramble-services/tick.env')
    expect(file?.contents[0]?.sensitive).toBe(true)
    expect(file?.row).toContain('600')
    expect(text(made({ env }), '/etc/systemd/system/bramble-tick.service')).not.toContain('app/key')
  })

  it('on a schedule is begun by a timer, and what runs ends when it leaves', () => {
    const all = made({ schedule: EVERY_NIGHT })
    expect(all.map(addressOf)).toEqual([
      'file:/etc/systemd/system/bramble-tick.service',
      'file:/etc/systemd/system/bramble-tick.timer',
      'service:bramble-tick.timer',
      'farewell:end what runs of tick',
    ])
    const timer = text(all, '/etc/systemd/system/bramble-tick.timer')
    expect(timer).toContain('\nOnCalendar=Mon,Fri *-*-* 03:30:00 Europe/Lisbon\n')
    expect(timer).toContain('\nPersistent=yes\n')
    const unit = text(all, '/etc/systemd/system/bramble-tick.service')
    expect(unit).toContain('\nType=oneshot\n')
    expect(unit).not.toContain('Restart=')
    const skipping = made({ schedule: { ...EVERY_NIGHT, missed: 'skip' } })
    expect(text(skipping, '/etc/systemd/system/bramble-tick.timer')).toContain('\nPersistent=no\n')
  })
})

describe.runIf(hasSystemd)('by the word of systemd', () => {
  const verified = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })
    return stderr
      .split('\n')
      .filter((line) => line.includes(name))
      .join('\n')
  }

  it('units are well formed', () => {
    const hostile = ['a b', '"x"', '$HOME', '%n', '\\', 'ü', "'", '', '; rm']
    expect(verified('bramble-a.service', workUnitText({ ...WORK, args: hostile }))).toBe('')
    expect(verified('bramble-b.service', workUnitText({ ...WORK, schedule: EVERY_NIGHT }))).toBe('')
  })

  it.each([
    ['0,20,40 * * * *', 'UTC'],
    ['30 3 * * 1,5', 'Europe/Lisbon'],
    ['0 0 1,15 1,7 *', 'UTC'],
    ['59 23 * * 0', 'America/New_York'],
  ])('%s in %s is a time', (cron, timeZone) => {
    execFileSync('systemd-analyze', ['calendar', calendarOf({ cron, timeZone })])
  })

  it('every twentieth minute comes in these', () => {
    const next = execFileSync(
      'systemd-analyze',
      ['calendar', '--iterations=4', calendarOf({ cron: '0,20,40 * * * *', timeZone: 'UTC' })],
      { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } },
    )
    const minutes = [...next.matchAll(/(?:Next elapse|Iter\. #\d|Iteration #\d): \w+ [\d-]+ \d\d:(\d\d):00/g)]
    expect(new Set(minutes.map(([, minute]) => minute))).toEqual(new Set(['00', '20', '40']))
  })
})

describe('quoting', () => {
  it('keeps the values of an environment byte for byte, as the shell reads the same form', () => {
    const value = fc.string({
      unit: fc.constantFrom('a', ' ', '"', '\\', '$', '`', "'", '\n', '\t', '#', ';', '=', 'ü'),
      maxLength: 20,
    })
    fc.assert(
      fc.property(value, (given) => {
        const path = join(folder, 'env')
        writeFileSync(path, environmentText({ VALUE: given }))
        const read = execFileSync('sh', ['-c', '. "$1"; printf "%s." "$VALUE"', 'sh', path], {
          encoding: 'utf8',
        })
        expect(read).toBe(`${given}.`)
      }),
      { numRuns: 40 },
    )
  })

  it('leaves nothing in a word that systemd would replace', () => {
    expect(quotedWord('50% of $HOME')).toBe('"50%% of $$HOME"')
    expect(quotedWord('a\\b"c\n\u0001')).toBe(String.raw`"a\\b\"c\n\x01"`)
  })
})
