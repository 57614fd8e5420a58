import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bramble, officeFolder } from '../../../test/cli/command-run.ts'
import { OFFICE, officePlan, recorded, runFinished, started } from '../../../test/cli/example-run.ts'
import type { PlannedRun } from '../../api/planned/planned-run.ts'
import type { Event } from '../../events/event.ts'
import type { RunOptions } from '../../api/index.ts'

const PLANNED: PlannedRun = {
  plan: 1,
  bramble: '0.1.0',
  cluster: 'office',
  made: { at: '2026-11-23T16:05:01.000Z', by: 'kai@laptop' },
  lab: false,
  set: [],
  scope: { nodes: ['hammond'] },
  nodes: ['hammond'],
  inputs: { 'the cluster file': 'a'.repeat(64) },
  differences: [],
}

/** A plan that tells these events and can be kept, or not. */
const plans = (events: readonly Event[], planned?: PlannedRun) => ({
  async *plan(_cluster: unknown, options: RunOptions = {}) {
    yield* events
    if (planned) options.keep?.(planned)
  },
})

const UNCHANGED = recorded(started('apply'), runFinished('unchanged', { unchanged: 200 }))

/** Keeps {@link PLANNED}, changed by the caller, and applies it; with what the API was asked for. */
async function applied(words: readonly string[], changes: Partial<PlannedRun> = {}) {
  const folder = officeFolder()
  writeFileSync(join(folder, 'p.json'), JSON.stringify({ ...PLANNED, ...changes }))
  const given: RunOptions[] = []
  const asked: { lab: boolean; set: readonly string[] }[] = []
  const api = {
    async *apply(cluster: { lab: boolean; source: { set: readonly string[] } }, options: RunOptions = {}) {
      given.push(options)
      asked.push({ lab: cluster.lab, set: cluster.source.set })
      await options.confirm?.([])
      yield* UNCHANGED
    },
  }
  const end = await bramble(['apply', ...words, 'p.json'], { folder, api })
  return { ...end, given, asked }
}

describe('plan --out', () => {
  it('keeps the plan in a file that only its owner reads, and says what to type', async () => {
    const folder = officeFolder()
    const { code, out } = await bramble(['plan', '--out', 'p.json'], {
      folder,
      api: plans(UNCHANGED, PLANNED),
    })
    const file = join(folder, 'p.json')
    expect(code).toBe(0)
    expect(out).toContain('bramble apply p.json')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(PLANNED)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('takes the rights of others from a file that was there', async () => {
    const folder = officeFolder()
    const file = join(folder, 'p.json')
    writeFileSync(file, 'old', { mode: 0o644 })
    await bramble(['plan', '--out', 'p.json'], { folder, api: plans(UNCHANGED, PLANNED) })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('writes nothing when a node could not be looked at, and says why', async () => {
    const folder = officeFolder()
    const { code, err } = await bramble(['plan', '--out', 'p.json'], { folder, api: plans(officePlan()) })
    expect(code).toBe(1)
    expect(err).toContain('error PLAN_NOT_KEPT: p.json was not written')
    expect(existsSync(join(folder, 'p.json'))).toBe(false)
  })

  it('says nothing but events with --json', async () => {
    const folder = officeFolder()
    const { out } = await bramble(['plan', '--json', '--out', 'p.json'], {
      folder,
      api: plans(UNCHANGED, PLANNED),
    })
    const types = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Event).type)
    expect(types).toEqual(UNCHANGED.map(({ type }) => type))
  })
})

describe('apply FILE', () => {
  it('asks nobody, and holds the run to the plan and its nodes', async () => {
    const { code, given, err } = await applied([])
    expect([code, err]).toEqual([0, ''])
    expect(given[0]).toMatchObject({ nodes: ['hammond'], held: { to: PLANNED } })
  })

  it('takes settings from the plan, also when the same are typed', async () => {
    const set = ['domain=other.example.net']
    const { asked } = await applied([], { set })
    expect(asked).toEqual([{ lab: false, set }])
    expect((await applied(['--set', ...set, '-n', 'hammond'], { set })).asked).toEqual([{ lab: false, set }])
  })

  it.each([
    [['-n', 'oneil'], '--node'],
    [['--lab'], '--lab'],
    [['--set', 'domain=x.example.net'], '--set'],
    [['-r', 'base'], '--role'],
  ])('refuses %j, which is not what was planned', async (words, option) => {
    const { code, err, given } = await applied(words)
    expect(code).toBe(1)
    expect(err).toContain(
      `error PLAN_OUTDATED: since p.json was made, this has changed: the option ${option}`,
    )
    expect(err).toMatch(/bramble .*plan -n hammond --out p.json, read it, then bramble .*apply p.json/)
    expect(given).toEqual([])
  })

  it('names what has changed, and only the first of many', async () => {
    const { given } = await applied([])
    const refusal = given[0]?.held?.refusal
    expect(refusal?.(['the cluster file']).summary).toContain('this has changed: the cluster file')
    expect(refusal?.(OFFICE.flatMap((node) => [`${node}/a`, `${node}/b`])).summary).toContain('and 4 more')
  })

  it.each([
    ['nothing', undefined, 'is not there'],
    ['a text', 'cluster: office', 'is no plan'],
    ['another document', '{"plan": 1}', 'is no plan'],
    ['a plan of a later version', '{"plan": 2}', 'is a plan of format 2'],
  ])('refuses %s', async (_what, text, problem) => {
    const folder = officeFolder()
    if (text !== undefined) writeFileSync(join(folder, 'p.json'), text)
    const { code, err } = await bramble(['apply', 'p.json'], { folder })
    expect(code).toBe(1)
    expect(err).toContain(`error PLAN_FILE_UNUSABLE: p.json ${problem}`)
  })
})
