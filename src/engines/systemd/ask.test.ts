import { describe, expect, it } from 'vitest'
import type { ClusterService, ServiceWork } from '../../topology/service.ts'
import { askUnits } from './ask.ts'

const RUN: ServiceWork = {
  work: { binary: '/bin/web' },
  args: [],
  env: {},
  memoryMebibytes: 64,
  count: 1,
  update: { parallel: 1, healthySeconds: 10, withinSeconds: 300 },
}
const service = (name: string, run?: ClusterService['run']): ClusterService => ({
  name,
  tags: [],
  meta: {},
  checks: [],
  ...(run && { run }),
})
const NIGHT = { cron: '0 3 * * *', timeZone: 'UTC', missed: 'skip' } as const

const UNITS: Readonly<Record<string, string>> = {
  'bell.service':
    'active\nSubState=running\nResult=success\nStateChangeTimestamp=Mon 2026-11-30 12:00:00 UTC',
  'bramble-web.service':
    'failed\nSubState=failed\nResult=exit-code\nStateChangeTimestamp=Mon 2026-11-30 12:00:01 UTC',
  'bramble-new.service': 'activating\nSubState=auto-restart\nResult=exit-code\nStateChangeTimestamp=',
  'bramble-tick.service':
    'inactive\nSubState=dead\nResult=success\nStateChangeTimestamp=Mon 2026-11-30 03:00:09 UTC',
  'bramble-tick.timer': 'active\nSubState=waiting\nNextElapseUSecRealtime=Tue 2026-12-01 03:00:00 UTC',
  'bramble-long.service': 'activating\nSubState=start\nResult=success\nStateChangeTimestamp=',
  'bramble-long.timer': 'active\nSubState=running\nNextElapseUSecRealtime=',
  'bramble-off.service': 'inactive\nSubState=dead\nResult=success\nStateChangeTimestamp=',
  'bramble-off.timer': 'inactive\nSubState=dead\nNextElapseUSecRealtime=',
}

let words: readonly string[] = []
const link = {
  run: (_: string, argv: readonly string[]) => {
    words = argv
    const units = argv.slice(argv.indexOf('--') + 1)
    const blocks = units.map((unit) =>
      UNITS[unit] === undefined
        ? `Id=${unit}\nLoadState=not-found\nActiveState=inactive`
        : `Id=${unit}\nLoadState=loaded\nActiveState=${UNITS[unit]}`,
    )
    return Promise.resolve({ code: 0, stdout: Buffer.from(`${blocks.join('\n\n')}\n`), stderr: '' })
  },
}

describe('services of a node', () => {
  it('are asked for in one process, and told as systemd has them', async () => {
    const states = await askUnits(link, 'ant', [
      service('bell', { unit: 'bell' }),
      service('web', RUN),
      service('new', RUN),
      service('gone', RUN),
      service('tick', { ...RUN, schedule: NIGHT }),
      service('long', { ...RUN, schedule: NIGHT }),
      service('off', { ...RUN, schedule: NIGHT }),
      service('said'),
    ])
    expect(words.slice(0, 5)).toEqual(['env', 'TZ=UTC', 'LC_ALL=C', 'systemctl', 'show'])
    const told = Object.fromEntries(
      [...states].map(([name, { instances, next, detail }]) => [
        name,
        [
          instances[0]?.state ?? detail,
          instances[0]?.isWrong,
          instances[0]?.since?.toISOString(),
          next?.toISOString(),
        ],
      ]),
    )
    expect(told).toEqual({
      bell: ['running', false, '2026-11-30T12:00:00.000Z', undefined],
      web: ['failed: exit-code', true, '2026-11-30T12:00:01.000Z', undefined],
      new: ['activating (auto-restart)', true, undefined, undefined],
      gone: ['there is no such unit', true, undefined, undefined],
      tick: ['waits for its next run', false, '2026-11-30T03:00:09.000Z', '2026-12-01T03:00:00.000Z'],
      long: ['running', false, undefined, undefined],
      off: ['its timer does not run', true, undefined, undefined],
      said: ['nothing is run here: it is only announced', undefined, undefined, undefined],
    })
  })

  it('are not known where they cannot be asked for', async () => {
    const broken = { run: () => Promise.resolve({ code: 1, stdout: Buffer.from(''), stderr: 'no bus' }) }
    await expect(askUnits(broken, 'ant', [service('web', RUN)])).rejects.toThrow(
      'systemctl ended with 1: no bus',
    )
  })
})
