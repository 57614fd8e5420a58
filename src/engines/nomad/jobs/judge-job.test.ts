/** When a job is well, and what is said where it is not. */
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { jobReply } from './job.ts'
import { judge, type JobState } from './judge-job.ts'
import { allocationsReply, deploymentsReply, evaluationsReply } from './replies.ts'

type Written<Schema extends z.ZodType> = readonly Partial<Record<keyof z.output<Schema> | string, unknown>>[]

const REGISTERED = { id: 'web', index: 42, evaluation: 'eval' }
const job = (more: object = {}) =>
  jobReply.parse({ ID: 'web', Type: 'service', Version: 3, JobModifyIndex: 42, TaskGroups: [], ...more })
const COMPLETE = { ID: 'eval', Status: 'complete', ModifyIndex: 43, FailedTGAllocs: null }

interface Given {
  readonly evaluations?: Written<typeof evaluationsReply>
  readonly deployment?: object
  readonly allocations?: readonly object[]
  readonly held?: JobState['job']
}

const state = ({
  evaluations = [COMPLETE],
  deployment,
  allocations = [],
  held = job(),
}: Given): JobState => ({
  job: held,
  evaluations: evaluationsReply.parse(evaluations),
  deployments: deploymentsReply.parse(
    deployment === undefined
      ? []
      : [
          {
            ID: 'd34db33f-0000',
            Status: 'running',
            JobSpecModifyIndex: 42,
            JobVersion: 3,
            TaskGroups: {},
            ...deployment,
          },
        ],
  ),
  allocations: allocationsReply.parse(
    allocations.map((one) => ({
      ID: 'a',
      Name: 'web.web[0]',
      NodeName: 'dog',
      JobVersion: 3,
      DesiredStatus: 'run',
      ClientStatus: 'running',
      ModifyIndex: 44,
      ...one,
    })),
  ),
})

/** Whether what was waited for was waited for long enough. */
const told = (given: Given, isOver = true): string => {
  const { passed, isFinal = false, detail } = judge(state(given), REGISTERED, { isOver: () => isOver })
  return `${passed ? 'well' : isFinal ? 'failed' : 'waits'}: ${detail}`
}

const EXIT = (Type: string, DisplayMessage: string, Time: number) => ({ Type, DisplayMessage, Time })
const DIED = {
  ClientStatus: 'failed',
  TaskStates: {
    web: {
      Events: [
        EXIT('Started', 'Task started by client', 1),
        EXIT('Terminated', 'Exit Code: 1', 2),
        EXIT('Not Restarting', 'Exceeded allowed attempts 2', 3),
        EXIT('Alloc Unhealthy', 'Unhealthy because of failed task', 4),
      ],
    },
  },
}

describe('a job', () => {
  it('is well when its deployment has succeeded and its work runs', () => {
    expect(told({ deployment: { Status: 'successful' }, allocations: [{}] })).toBe('well: 1 allocation begun')
    expect(
      told({ deployment: { Status: 'successful' }, allocations: [{ ClientStatus: 'pending' }] }, false),
    ).toBe('waits: 1 allocation of 1 not begun')
  })

  it('is waited for while its deployment goes on', () => {
    const groups = { web: { DesiredTotal: 2, HealthyAllocs: 1 } }
    expect(told({ deployment: { TaskGroups: groups } })).toBe('waits: 1 of 2 healthy')
  })

  it('without a deployment is well when the servers gave it a place and what they placed has begun', () => {
    expect(told({ allocations: [{}, { ClientStatus: 'complete' }] })).toBe('well: 2 allocations begun')
    expect(told({ allocations: [] })).toBe('well: 0 allocations begun')
    const replaced = { ...DIED, NextAllocation: 'other' }
    expect(told({ allocations: [{}, replaced, { ...DIED, JobVersion: 2 }] })).toBe('well: 1 allocation begun')
  })

  it('whose deployment has failed says what its work said last', () => {
    expect(
      told({
        deployment: { Status: 'failed', StatusDescription: 'Failed due to progress deadline' },
        allocations: [DIED],
      }),
    ).toBe('failed: its deployment has failed: Failed due to progress deadline; web on dog: Exit Code: 1')
    const driver = { web: { Events: [EXIT('Driver Failure', 'Failed to pull `x`: not found', 2)] } }
    expect(told({ allocations: [{ ClientStatus: 'pending', TaskStates: driver }] })).toBe(
      'failed: 1 allocation of 1 not begun; web on dog: Failed to pull `x`: not found',
    )
  })

  it('that runs once and has failed says so', () => {
    expect(told({ held: job({ Type: 'batch' }), allocations: [DIED] })).toBe(
      'failed: 1 allocation of 1 failed; web on dog: Exit Code: 1',
    )
  })

  it('is judged by its deployment even when the servers have put the version before it back', () => {
    const held = job({ Version: 4, JobModifyIndex: 50 })
    expect(told({ held, deployment: { Status: 'failed', StatusDescription: 'rolling back' } })).toBe(
      'failed: its deployment has failed: rolling back',
    )
    expect(told({ held })).toContain('somebody else has registered it anew since')
    const gone = judge({ ...state({}), job: undefined }, REGISTERED, { isOver: () => true })
    expect(gone.detail).toBe('somebody has taken it away since')
  })

  it.each([
    [{ Status: 'paused' }, 'failed: somebody has paused its deployment:  nomad deployment resume d34db33f'],
    [
      { TaskGroups: { web: { DesiredCanaries: 1, HealthyAllocs: 1, DesiredTotal: 2 } } },
      'failed: what is tried beside it is well and waits for a person:  nomad deployment promote d34db33f',
    ],
    [
      { TaskGroups: { web: { DesiredCanaries: 1, HealthyAllocs: 1, DesiredTotal: 2, AutoPromote: true } } },
      'waits: 1 of 2 healthy',
    ],
  ])('that waits for a person says so: %j', (deployment, expected) => {
    expect(told({ deployment })).toBe(expected)
  })

  it('without a place is waited for while nodes may come, and then says why', () => {
    const metric = {
      NodesEvaluated: 2,
      NodesFiltered: 1,
      ConstraintFiltered: { '${meta.room} = attic': 1 },
      DimensionExhausted: { memory: 1 },
    }
    const failed = { FailedTGAllocs: { web: metric } }
    const evaluations = [
      { ...COMPLETE, ...failed },
      { ID: 'next', Status: 'blocked', ModifyIndex: 44, ...failed },
    ]
    expect(told({ evaluations }, false)).toMatch(/^waits: group web finds no place/)
    expect(told({ evaluations, deployment: {} })).toBe(
      'failed: group web finds no place: 1 node kept out by  ${meta.room} = attic, no memory left on 1 node; ' +
        'change what it asks for, or what nodes are (labels, has, drivers); ask for less in its resources, or give more nodes the role nomad-client',
    )
    const later = [
      ...evaluations.slice(0, 1),
      { ID: 'next', Status: 'complete', ModifyIndex: 50, FailedTGAllocs: null },
    ]
    expect(told({ evaluations: later, allocations: [{}] })).toBe('well: 1 allocation begun')
  })

  it.each([
    [{ NodesEvaluated: 0, NodesAvailable: { home: 0 } }, 'no node takes work in home'],
    [{ NodesEvaluated: 0 }, 'there is no node that takes work'],
    [
      { NodesEvaluated: 2, ConstraintFiltered: { 'computed class ineligible': 1, 'x = y': 1 } },
      '1 node kept out by  x = y, 1 node like one of these;',
    ],
    [
      { NodesEvaluated: 2, ConstraintFiltered: { 'missing drivers': 2 } },
      '2 nodes without the driver that it asks for (the option drivers of nomad-client)',
    ],
  ])('says of %j that %s', (metric, expected) => {
    expect(told({ evaluations: [{ ...COMPLETE, FailedTGAllocs: { web: metric } }] })).toContain(expected)
  })

  it('is waited for while the servers look for a place', () => {
    expect(told({ evaluations: [] })).toBe('waits: the servers look for a place')
    expect(told({ evaluations: [{ ...COMPLETE, Status: 'pending' }] })).toBe(
      'waits: the servers look for a place',
    )
  })
})
