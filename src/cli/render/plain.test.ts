import { expect, it } from 'vitest'
import {
  finished,
  officeApply,
  officePlan,
  recorded,
  runFinished,
  started,
} from '../../../test/cli/example-run.ts'
import type { Event } from '../../events/event.ts'
import { jsonRenderer } from './json.ts'
import { plainRenderer } from './plain.ts'

function plain(events: readonly Event[], options: Parameters<typeof plainRenderer>[1]): string {
  let text = ''
  const renderer = plainRenderer((part) => (text += part), options)
  for (const event of events) renderer.event(event)
  renderer.close()
  return text
}

it('writes one line for every event that matters, each with its node or address first', () => {
  expect(plain(officeApply(), { differences: false }))
    .toBe(`run 20261123-160501-a1b2: apply office on 5 nodes by kai@laptop
hammond: connected
oneil: connected
carter: connected
jackson: connected
tealc: | ssh: connect to host 192.168.42.14 port 22: No route to host
tealc: failed: NODE_UNREACHABLE: does not answer at 192.168.42.14; why: nothing was changed on it; fix: look at its power and cable, then run bramble apply --node tealc
oneil: warning CLOCK_OFF: the clock is 4 s behind
hammond/file:/etc/hosts: changed
hammond/file:/etc/motd: created
oneil/package:nano: removed
carter/service:consul: failed: the unit did not start
carter/service:consul: | consul[812]: failed to parse config
carter/service:consul: | consul[812]: ␛[31mexit 1␛[0m
carter/command:join: skipped: needs service:consul
carter: failed: the unit did not start (1 changed, 1 failed, 1 skipped, 38 unchanged)
jackson: waits for consul
hammond: waits until well: consul
hammond: consul is well: 3 voters, leader hammond
hammond: changed (3 changed, 40 unchanged)
oneil: changed (3 changed, 39 unchanged)
jackson: unchanged (41 unchanged)
run 20261123-160501-a1b2: failed (7 changed, 1 failed, 1 skipped, 158 unchanged); failed nodes: carter, tealc
`)
})

it('names every resource that differs when a run is replayed, with the time of each event', () => {
  const text = plain(officePlan(), { differences: true, times: true })
  expect(text).toContain('16:05:01 hammond/file:/etc/motd: to create: is not there\n')
  expect(text).toContain('16:05:01 oneil/package:nano: to remove: is no longer in the cluster file\n')
  expect(text).toContain('hammond: 1 to change, 40 unchanged\n')
  expect(text).toContain('16:05:04 tealc: failed: NODE_UNREACHABLE: does not answer')
})

it('never says of a plan that something was changed, and says of a node in order that there is nothing to do', () => {
  const text = plain(
    recorded(
      started('plan', ['hammond', 'oneil']),
      finished('hammond', 'changed', { changed: 4, unchanged: 37 }),
      finished('oneil', 'unchanged', { unchanged: 41 }),
      runFinished('changed', { changed: 4, unchanged: 78 }),
    ),
    { differences: false },
  )
  expect(text.split('\n').slice(1)).toEqual([
    'hammond: 4 to change, 37 unchanged',
    'oneil: nothing to do',
    'run 20261123-160501-a1b2: 4 to change, 78 unchanged',
    '',
  ])
})

it('passes over events that only a newer version knows', () => {
  const unknown = { ...officePlan()[0], type: 'node-exploded' } as unknown as Event
  expect(plain([unknown], { differences: true })).toBe('')
})

it('writes each event as one line of JSON, the end of the run last', () => {
  let text = ''
  const renderer = jsonRenderer((part) => (text += part))
  for (const event of officeApply()) renderer.event(event)
  renderer.note('only for people')
  renderer.close()
  const lines = text.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as Event)).toEqual(officeApply())
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'run-finished', summary: { changed: 7 } })
})
