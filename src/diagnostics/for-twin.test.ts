import { expect, it } from 'vitest'
import { deliveryCodes } from './catalogue/delivery.ts'
import { diagnosticForTwin, eventForTwin, forTwin } from './for-twin.ts'

it('names the twin in every command that would reach a board, and in no other', () => {
  expect(forTwin('bramble apply --node a, bramble ssh a, then bramble lab up or bramble explain X')).toBe(
    'bramble --lab apply --node a, bramble --lab ssh a, then bramble lab up or bramble explain X',
  )
})

it('reaches the ways out of diagnostics and events', () => {
  const unreachable = deliveryCodes.NODE_UNREACHABLE({ node: 'a', place: 'a:22', reason: 'gone' })
  expect(diagnosticForTwin(unreachable).fix).toContain('run bramble --lab apply --node a')
  const warning = { type: 'warning', code: 'X', text: 'odd; bramble facts' } as const
  expect(eventForTwin(warning)).toEqual({ ...warning, text: 'odd; bramble --lab facts' })
  const summary = { unchanged: 0, changed: 0, failed: 0, skipped: 0 }
  const finished = { type: 'node-finished', node: 'a', outcome: 'failed', summary } as const
  expect(eventForTwin({ ...finished, fix: 'bramble plan' })).toMatchObject({ fix: 'bramble --lab plan' })
  expect(eventForTwin(finished)).toBe(finished)
})
