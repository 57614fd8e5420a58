/** What is said of a version, by made-up knowledge of an engine that does not exist: nothing here is about Consul. */
import { hashicorpLayout } from './hashicorp.ts'
import { describe, expect, it } from 'vitest'
import type { EngineLines } from './engine-lines.ts'
import { judgeVersion, nextStep, type Judging } from './judge-version.ts'
import { stateOf, supportDates, supportOf, type SupportDates } from './support.ts'

const lines: EngineLines = {
  layout: hashicorpLayout,
  product: 'engine',
  title: 'Engine',
  maker: 'Maker',
  known: ['26', '27', '28', '29'],
  withdrawn: [{ version: '28.0.1', source: 'https://maker.example/withdrawn' }],
  holes: [
    {
      id: 'CVE-0000-1',
      mended: ['26.0.9', '27.0.2'],
      means: 'anybody may do anything',
      breaksPromise: true,
      source: 'https://maker.example/1',
    },
    {
      id: 'CVE-0000-2',
      mended: ['28.1.0'],
      means: 'somebody may do something',
      breaksPromise: false,
      source: 'https://maker.example/2',
    },
  ],
  path: { linesPerStep: 1, stops: [], source: 'https://maker.example/upgrade' },
}

const dates: SupportDates = {
  date: '2026-01-01',
  source: 'a test',
  products: {
    engine: {
      title: 'Engine',
      lines: [
        { line: '29', newest: '29.1.0' },
        { line: '28', ends: '2026-06-30' },
        { line: '27', ends: '2026-03-01' },
      ],
    },
  },
}

const on = (day: string): Judging => ({ lines, dates, today: new Date(`${day}T12:00:00Z`) })

function said(version: string, day: string, isAccepted = false) {
  return judgeVersion({ version, isAccepted, role: 'engine-server' }, on(day)).map(
    ({ code, severity, summary, why }) => ({ code, severity, text: `${summary}: ${why}` }),
  )
}

const codes = (version: string, day: string, isAccepted = false) =>
  said(version, day, isAccepted).map(({ code, severity }) => `${severity} ${code}`)

describe('a version', () => {
  it('of which there is nothing to say is not spoken of', () => {
    expect(said('29.1.0', '2026-01-01')).toEqual([])
    expect(said('28.1.0', '2026-04-30')).toEqual([])
  })

  it('of a line that is no longer supported: since when, and where to go (ENGINE_LINE_ENDED)', () => {
    const [ended] = said('28.1.0', '2026-06-30')
    expect(ended).toMatchObject({ code: 'ENGINE_LINE_ENDED', severity: 'warning' })
    expect(ended?.text).toMatch(/^Engine 28 is out of support since 2026-06-30: .*; the next step is 29$/)
    expect(codes('28.1.0', '2026-06-29')).toEqual(['warning ENGINE_LINE_ENDS_SOON'])
  })

  it('of a line that is older than all dates has ended, nobody knows when', () => {
    expect(said('26.1.0', '2026-01-01').map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Engine 26 is out of support: /),
    )
  })

  it('of a line whose support ends within 60 days: a word in time (ENGINE_LINE_ENDS_SOON)', () => {
    expect(codes('28.1.0', '2026-04-30')).toEqual([])
    expect(said('28.1.0', '2026-05-01')[0]?.text).toMatch(
      /^Engine 28 is supported until 2026-06-30, for 60 more days: .*the next step is 29$/,
    )
    expect(said('28.1.0', '2026-06-29')[0]?.text).toContain('for 1 more day:')
  })

  it('that breaks what is promised is an error, also while its line is supported (ENGINE_VERSION_UNSAFE)', () => {
    expect(codes('27.0.1', '2026-01-01')).toContain('error ENGINE_VERSION_UNSAFE')
    expect(codes('27.0.2', '2026-01-01')).not.toContain('error ENGINE_VERSION_UNSAFE')
    // 25 never got a mended version.
    expect(codes('25.3.0', '2026-01-01')).toContain('error ENGINE_VERSION_UNSAFE')
  })

  it('that is accepted all the same is told with what it means (ENGINE_VERSION_UNSAFE_ACCEPTED)', () => {
    const [accepted] = said('26.0.8', '2026-01-01', true)
    expect(accepted).toMatchObject({ code: 'ENGINE_VERSION_UNSAFE_ACCEPTED', severity: 'warning' })
    expect(accepted?.text).toContain('anybody may do anything')
    expect(codes('26.0.8', '2026-01-01', true).filter((text) => text.startsWith('error'))).toEqual([])
  })

  it('with a lesser weakness is a warning (ENGINE_VERSION_WEAK)', () => {
    expect(codes('28.0.5', '2026-01-01')).toEqual(['warning ENGINE_VERSION_WEAK'])
  })

  it('that was taken back is a warning (ENGINE_VERSION_WITHDRAWN)', () => {
    expect(codes('28.0.1', '2026-01-01')).toContain('warning ENGINE_VERSION_WITHDRAWN')
  })

  it('of a line that came later than all that are known is a warning (ENGINE_LINE_UNKNOWN)', () => {
    expect(codes('30.0.0', '2026-01-01')).toEqual(['warning ENGINE_LINE_UNKNOWN'])
  })

  it('has a next step towards the newest line that is known and supported', () => {
    expect(nextStep('27.0.2', on('2026-01-01'))).toBe('28')
    expect(nextStep('29.0.0', on('2026-01-01'))).toBeUndefined()
  })
})

describe('the dates that came with this Bramble', () => {
  const today = new Date('2026-11-29T00:00:00Z')

  it('say their own day and where they are from', () => {
    const { date, source, products } = supportDates()
    expect([date, source]).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      expect.stringContaining('endoflife.date'),
    ])
    expect(Object.keys(products).join(' ')).toBe(
      'consul nomad vault openbao kubernetes containerd etcd docker traefik prometheus grafana debian',
    )
  })

  it.each([
    ['consul', '1.19.2', { state: 'ended', line: '1.19', since: '2025-10-27' }],
    ['consul', '1.8.7', { state: 'ended', line: '1.8' }],
    ['consul', '2.1.0', { state: 'supported', line: '2.1' }],
    ['consul', '9.0.0', { state: 'unknown' }],
    ['kubernetes', '1.35.4', { state: 'supported', line: '1.35' }],
    ['docker', '28.1.0', { state: 'ended', line: '28' }],
    ['nothing', '1.0.0', { state: 'unknown' }],
  ])('%s %s', (product, version, state) => {
    expect(supportOf(supportDates(), product, version, today)).toEqual(state)
  })

  it('count by the calendar: a line is supported until the day before its end', () => {
    const line = { line: '1', ends: '2026-03-01' }
    expect(stateOf(line, new Date('2026-02-28T23:59:59Z'))).toMatchObject({ state: 'ends-soon', days: 1 })
    expect(stateOf(line, new Date('2026-03-01T00:00:00Z'))).toMatchObject({ state: 'ended' })
  })
})
