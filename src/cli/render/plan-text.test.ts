import { stripVTControlCharacters } from 'node:util'
import { createColors } from 'picocolors'
import { expect, it } from 'vitest'
import { differs, finished, officePlan, recorded, started } from '../../../test/cli/example-run.ts'
import type { Difference, EventBody } from '../../events/event.ts'
import { NO_COLOURS } from '../../diagnostics/palette.ts'
import { planSummary, renderPlan } from './plan-text.ts'

const PLAIN = { palette: NO_COLOURS }

it('folds what is the same on several nodes, and shows the rest by node with its diff and reason', () => {
  expect(`${renderPlan(officePlan(), PLAIN).join('\n')}\n`).toBe(`on several nodes
  ~ file:/etc/hosts on 4 nodes: hammond, oneil, carter and jackson  (content differs)
      content:
        @@ line 1
          127.0.0.1 localhost
        - 127.0.1.1 raspberrypi
        + 192.168.42.10 hammond
        + 192.168.42.11 oneil

hammond
  + hammond/file:/etc/motd  (is not there)
      content:
        + Welcome
  ~ hammond/file:/etc/consul.d/consul.hcl  (mode differs)
      mode: 0644 → 0600

oneil
  ~ oneil/file:/etc/consul.d/token  (content differs)
      content: (secret)
  - oneil/package:nano  (is no longer in the cluster file)
`)
})

it('sums up actions and nodes, and names the nodes that were not seen', () => {
  expect(planSummary(officePlan())).toBe(
    'Plan: 1 to create, 6 to change, 1 to remove on 4 of 5 nodes; not seen: tealc',
  )
})

it('says that there is nothing to do', () => {
  expect(planSummary(recorded(started('plan')))).toBe('Plan: nothing to do on 5 nodes')
  expect(renderPlan(recorded(started('plan')), PLAIN)).toEqual([])
})

it('does not call it nothing to do when no node was seen', () => {
  const events = recorded(started('plan', ['hammond']), finished('hammond', 'failed'))
  expect(planSummary(events)).toBe('Plan: nothing is known; not seen: hammond')
})

it('counts what belongs to the cluster apart from its nodes', () => {
  const events = recorded(
    started('plan'),
    differs('cluster', 'consul-kv:app/colour', 'create', 'is not there'),
  )
  expect(planSummary(events)).toBe('Plan: 1 to create in the cluster')
  expect(renderPlan(events, PLAIN)[0]).toBe('in the cluster')
})

it('keeps apart what differs in one value only', () => {
  const mode = (node: string, wanted: string) =>
    differs(node, 'file:/etc/x', 'update', '', { field: 'mode', is: '644', wanted })
  const lines = renderPlan(recorded(started('plan'), mode('hammond', '600'), mode('oneil', '640')), PLAIN)
  expect(lines).toEqual([
    'hammond',
    '  ~ hammond/file:/etc/x',
    '      mode: 644 → 600',
    '',
    'oneil',
    '  ~ oneil/file:/etc/x',
    '      mode: 644 → 640',
  ])
})

it('lets nothing that a node says command the terminal', () => {
  const evil = '\u001b[2Jgone\r\u009b31m\u202e'
  const events = recorded(
    started('plan'),
    differs('hammond', `file:/${evil}`, 'update', evil, {
      field: evil,
      is: evil,
      wanted: `${evil}\n${evil}`,
    }),
    differs('oneil', 'file:/x', 'update', evil, { field: 'mode', is: evil, wanted: evil }),
  )
  const text = renderPlan(events, PLAIN).join('')
  expect(text).not.toMatch(/[\p{Cc}\u202e]/u)
  expect(text).toContain('␛[2Jgone')
})

it('shows the beginning of a long new text, and all of it when asked', () => {
  const wanted = Array.from({ length: 40 }, (_, index) => `line ${index + 1}\n`).join('')
  const events = recorded(
    started('plan'),
    differs('hammond', 'file:/x', 'create', '', { field: 'content', wanted }),
  )
  const short = renderPlan(events, PLAIN)
  expect(short.at(-1)).toBe('          … 28 more lines (--full shows them)')
  expect(short).toHaveLength(16)
  expect(renderPlan(events, { ...PLAIN, full: true }).at(-1)).toBe('        + line 40')
})

it('tells an empty value from none', () => {
  const events = recorded(
    started('plan'),
    differs('hammond', 'user:kai', 'update', '', { field: 'comment', is: '', wanted: 'Kai' }),
    differs('hammond', 'user:pi', 'update', '', { field: 'shell', wanted: '/bin/sh' }),
  )
  expect(renderPlan(events, PLAIN)).toContain('      comment: "" → Kai')
  expect(renderPlan(events, PLAIN)).toContain('      shell: (none) → /bin/sh')
})

it('gives up on lines when two texts have nothing in common, rather than taking minutes', () => {
  const text = (seed: string): string =>
    Array.from({ length: 9000 }, (_, index) => `${seed}${index}\n`).join('')
  const difference = { field: 'content', is: text('a'), wanted: text('b') }
  const events = recorded(started('plan'), differs('hammond', 'file:/x', 'update', '', difference))
  expect(renderPlan(events, PLAIN).at(-1)).toBe('        rewritten: 9000 lines → 9000 lines')
})

it('says when only the end of the last line differs', () => {
  const difference = { field: 'content', is: 'a\nb', wanted: 'a\nb\n' }
  const events = recorded(started('plan'), differs('hammond', 'file:/x', 'update', '', difference))
  expect(renderPlan(events, PLAIN).join('\n')).toContain('No newline at end of file')
})

it('has the same text with colours as without', () => {
  const coloured = renderPlan(officePlan(), { palette: createColors(true) })
  const bare = coloured.map((line) => stripVTControlCharacters(line))
  expect(bare).toEqual(renderPlan(officePlan(), PLAIN))
})

const unseen = (address: string, message: string): EventBody => ({
  type: 'resource-unseen',
  node: 'cluster',
  address: `cluster/${address}`,
  message,
})

it('says what could not be looked at, beside what differs, and never calls that nothing to do', () => {
  const events = recorded(
    started('plan'),
    differs('cluster', 'consul-kv:good', 'create', 'there is no such entry'),
    unseen('consul-kv:bad', 'reading the key bad: status 400'),
  )
  expect(renderPlan(events, PLAIN)).toEqual([
    'in the cluster',
    '  + cluster/consul-kv:good  (there is no such entry)',
    '',
    'not known, for it cannot be looked at',
    '  ? cluster/consul-kv:bad: reading the key bad: status 400',
  ])
  expect(planSummary(events)).toBe('Plan: 1 to create in the cluster; not seen: cluster/consul-kv:bad')
})

it('says which nodes wait for what, once for all that wait for the same, and counts that as no plan with nothing to do', () => {
  const waits = (node: string, ...addresses: string[]): EventBody => ({
    type: 'node-waits',
    node,
    offers: ['vault/unseal-keys'],
    addresses,
  })
  const events = recorded(
    started('plan'),
    waits('oneil', 'file:/etc/key', 'service:reader.service'),
    waits('hammond', 'file:/etc/key', 'service:reader.service'),
  )
  expect(renderPlan(events, PLAIN)).toEqual([
    'left until a running engine has made what it stands on; the same apply goes on with it',
    '  … hammond and oneil wait for vault/unseal-keys',
    '      file:/etc/key',
    '      service:reader.service',
  ])
  expect(planSummary(events)).toMatch(
    /^Plan: nothing else to do on \d nodes; 2 nodes wait for vault\/unseal-keys$/,
  )
})

it('calls a restart a restart, and what comes back put back', () => {
  const events = recorded(
    started('plan'),
    {
      ...differs('oneil', 'service:consul.service', 'update', 'configuration is not as wanted'),
      effect: 'restart',
    } as EventBody,
    {
      ...differs('oneil', 'service:ssh.service', 'remove', 'what was there before is put back'),
      putsBack: true,
    } as EventBody,
  )
  expect(renderPlan(events, PLAIN)).toEqual([
    'oneil',
    '  ~ oneil/service:consul.service  restart  (configuration is not as wanted)',
    '  ~ oneil/service:ssh.service  (what was there before is put back)',
  ])
  expect(planSummary(events)).toBe('Plan: 1 to change, 1 to put back on 1 of 5 nodes')
})

it('tells what is secret from what is too long or no text', () => {
  const change = (path: string, difference: Partial<Difference>) =>
    differs('hammond', `file:${path}`, 'update', '', { field: 'content', ...difference })
  const events = recorded(
    started('plan'),
    change('/a', { hidden: 'secret' }),
    change('/b', { hidden: 'too long', wantedBytes: 70_000 }),
    change('/c', { hidden: 'no text', wantedBytes: 12 }),
  )
  expect(renderPlan(events, PLAIN).filter((line) => line.includes('content:'))).toEqual([
    '      content: (secret)',
    '      content: (too long to show: 68 KiB wanted)',
    '      content: (no text: 12 B wanted)',
  ])
})

it('has the same text in whatever order the nodes answered', () => {
  const nodes = ['oneil', 'hammond', 'tealc', 'carter']
  const look = (names: readonly string[]) =>
    renderPlan(
      recorded(
        started('plan'),
        ...names.flatMap((node) => [
          differs(node, 'file:/etc/hosts', 'update', 'content differs'),
          differs(node, 'hostname:name', 'update', `${node} is another`),
        ]),
      ),
      PLAIN,
    )
  expect(look(nodes)).toEqual(look(nodes.toReversed()))
  expect(look(nodes)[1]).toBe(
    '  ~ file:/etc/hosts on 4 nodes: hammond, oneil, carter and tealc  (content differs)',
  )
})

it('says in which order nodes change, who goes first, and who one at a time', () => {
  const order: EventBody = {
    type: 'order-planned',
    concurrency: 2,
    lanes: [
      { guard: 'free', steps: [['jackson', 'tealc', 'vala']] },
      { guard: 'canary', steps: [['cam'], ['ba']] },
      { guard: 'consul', steps: [['oneil'], ['carter'], ['hammond']] },
    ],
    waits: [
      { nodes: ['hammond'], after: ['oneil', 'carter'], why: 'way-last' },
      { nodes: ['cam', 'ba'], after: ['vala'], why: 'stands-on' },
      { nodes: ['vala'], after: ['tealc'], why: 'taken-last' },
    ],
  }
  expect(renderPlan(recorded(started('plan'), order), PLAIN)).toEqual([
    'order',
    '  at once: jackson, tealc and vala (2 at a time)',
    '  the first alone: cam, then ba',
    '  one at a time, each only while consul can lose one more: oneil, then carter, then hammond',
    '  hammond after oneil and carter, which are reached through it',
    '  cam and ba after vala, which they stand on',
    '  vala after tealc, which stands on it',
  ])
})
