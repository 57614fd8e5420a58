import { describe, expect, it } from 'vitest'
import type { EngineStatus } from '../../engines/contract.ts'
import { reasonsOf, type NodeFindings } from './verdict.ts'

const NODE: NodeFindings = {
  name: 'ada',
  reached: true,
  drift: 0,
  certificateDaysLeft: 60,
  clockOffsetSeconds: 1,
  diskFreeBytes: 2 ** 33,
}
const ENGINE: EngineStatus = {
  name: 'consul',
  healthy: true,
  detail: '',
  problems: [],
  unknown: [],
  members: [],
  failingChecks: [],
}
const check = { node: 'ada', service: 'web', check: 'http', output: 'refused' }

const kinds = (node: Partial<NodeFindings>, engine: Partial<EngineStatus> = {}) =>
  reasonsOf({ nodes: [{ ...NODE, ...node }], engines: [{ ...ENGINE, ...engine }] }).map(({ kind }) => kind)

describe('all is well', () => {
  it('when nothing is wrong and everything is known', () => {
    expect(kinds({})).toEqual([])
    expect(kinds({ board: { throttled: { now: [], sinceBoot: ['throttled'] } }, boardTells: true })).toEqual(
      [],
    )
  })

  it.each<[string, Partial<NodeFindings>, string]>([
    ['a node does not answer', { reached: false }, 'unreachable'],
    ['a resource differs', { drift: 1 }, 'drift'],
    ['a certificate ends soon', { certificateDaysLeft: 3 }, 'certificate'],
    ['a certificate has ended', { certificateDaysLeft: -4 }, 'certificate'],
    ['a clock is off', { clockOffsetSeconds: -90 }, 'clock'],
    ['a disk is nearly full', { diskFreeBytes: 1000 }, 'disk'],
    [
      'a board is throttled now',
      { board: { throttled: { now: ['throttled'], sinceBoot: [] } } },
      'throttled',
    ],
    ['a board is hot', { board: { heat: 81 } }, 'throttled'],
    ['a board that could does not tell', { board: {}, boardTells: true }, 'unknown'],
    ['a root is read-only', { board: { isReadOnly: true } }, 'card'],
    ['a card has errors', { board: { cardErrors: 2 } }, 'card'],
    ['a card is worn', { board: { wear: 0.9 } }, 'card'],
    ['it waits for an offer', { waitsFor: ['vault/unseal-keys'] }, 'drift'],
    ['a resource was not compared', { unseen: ['file:/x was not compared'] }, 'unknown'],
  ])('not when %s', (_, node, kind) => {
    expect(kinds(node)).toEqual([kind])
  })

  it('not when nobody knows whether a node differs', () => {
    const { name, reached } = NODE
    expect(reasonsOf({ nodes: [{ name, reached }], engines: [] }).map(({ kind }) => kind)).toEqual([
      'unknown',
    ])
  })

  it.each<[string, Partial<EngineStatus>, string]>([
    ['an engine has a problem', { healthy: false, problems: ['ada does not vote'] }, 'engine'],
    ['an engine does not tell everything', { healthy: false, unknown: ['the checks: denied'] }, 'unknown'],
    ['an engine says no more than that it is not', { healthy: false }, 'engine'],
    ['a check fails', { failingChecks: [{ ...check, state: 'critical' }] }, 'check'],
    ['a check warns', { failingChecks: [{ ...check, state: 'warning' }] }, 'check'],
    ['a node is in maintenance', { failingChecks: [{ ...check, state: 'maintenance' }] }, 'maintenance'],
  ])('not when %s', (_, engine, kind) => {
    expect(kinds({}, engine)).toEqual([kind])
  })

  it.each([
    ['apply', 'bramble apply goes on'],
    ['reset', 'bramble reset ada goes on, bramble apply sets it up again'],
    ['destroy', 'bramble destroy goes on, bramble apply sets it up again'],
  ])('not when the last %s failed', (command, way) => {
    const run = '20261123-160501-a1b2'
    const openApply = { run, command, state: 'failed', nodes: ['ada'] } as const
    expect(reasonsOf({ nodes: [NODE], engines: [ENGINE], openApply })).toEqual([
      {
        kind: 'apply',
        about: run,
        text: `the last ${command} failed on ada: bramble log ${run} says why, ${way}`,
      },
    ])
  })
})
