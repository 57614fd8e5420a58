import { describe, expect, it } from 'vitest'
import { readBoard, worstFirst } from './board-reading.ts'

const WELL = [
  'MemTotal 1000000',
  'MemAvailable 600000',
  'SwapTotal 100',
  'SwapFree 60',
  'load 0.10 0.20 0.30',
  'cpus 4',
  'uptime 12345.67',
  'heat 52000',
  'throttled 0x0',
  'root writable',
  'disk 1000 400 500 /',
  'disk 900 100 700 /boot/firmware',
  'wear 0x01 0x03',
]

/** The same with some lines in place of those that begin like them. */
function but(...lines: readonly string[]): string[] {
  const keys = lines.map((line) => line.split(' ')[0])
  return [...WELL.filter((line) => !keys.includes(line.split(' ')[0])), ...lines]
}

describe('a board', () => {
  it('that tells all and is well', () => {
    expect(readBoard('ada', WELL)).toEqual({
      node: 'ada',
      reached: true,
      memory: { totalBytes: 1_024_000_000, usedBytes: 409_600_000, swapUsedBytes: 40_960 },
      load: { averages: [0.1, 0.2, 0.3], processors: 4 },
      heat: 52,
      throttled: { now: [], sinceBoot: [] },
      disk: { path: '/', usedShare: 400 / 900, freeBytes: 512_000, readOnly: false },
      wear: 0.3,
      uptimeSeconds: 12_345,
      unknown: [],
      severity: 0,
      severities: { memory: 0, load: 0, heat: 0, throttled: 0, disk: 0, wear: 0 },
    })
  })

  it.each([
    ['throttled 50005', 'throttled', 2],
    ['throttled 0x50000', 'throttled', 1],
    ['heat 70000', 'heat', 1],
    ['heat 85000', 'heat', 2],
    ['MemAvailable 40000', 'memory', 2],
    ['load 9 16.1 3', 'load', 2],
    ['disk 1000 860 140 /', 'disk', 1],
    ['root read-only', 'disk', 2],
    ['card_errors 3', 'disk', 2],
    ['wear 0x0b 0x01', 'wear', 2],
  ])('that says %s needs a look because of %s', (line, measure, severity) => {
    const board = readBoard('ada', but(line))
    expect(board.severities).toMatchObject({ [measure]: severity })
    expect(board.severity).toBe(severity)
  })

  it('names the reasons of throttling', () => {
    expect(readBoard('ada', but('throttled 50005')).throttled).toEqual({
      now: ['under-voltage', 'throttled'],
      sinceBoot: ['under-voltage', 'throttled'],
    })
  })

  it('that does not tell something is not taken for well there', () => {
    const { unknown, severities } = readBoard('ada', [
      'load 1 1 1',
      'cpus 4',
      'wear 0x00 0x00',
      'heat 0',
      'throttled error',
    ])
    expect(unknown).toEqual(['memory', 'heat', 'throttled', 'disk', 'wear', 'uptime'])
    expect(severities).toEqual({ load: 0 })
    expect(readBoard('ada', []).unknown).toHaveLength(7)
    expect(
      readBoard('ada', ['MemTotal x', 'disk a b c /', 'load', 'cpus 0', 'uptime ages']).unknown,
    ).toHaveLength(7)
  })
})

it('the worst board comes first', () => {
  const lost = { ...readBoard('lost', []), reached: false }
  const boards = [
    readBoard('well', WELL),
    readBoard('warm', but('heat 75000')),
    readBoard('full', but('disk 1000 990 10 /')),
    readBoard('fuller', but('disk 1000 990 10 /', 'heat 75000')),
    lost,
    readBoard('used', but('MemAvailable 300000')),
  ]
  expect(worstFirst(boards).map(({ node }) => node)).toEqual([
    'lost',
    'fuller',
    'full',
    'warm',
    'used',
    'well',
  ])
})
