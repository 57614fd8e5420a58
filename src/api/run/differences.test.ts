import { describe, expect, it } from 'vitest'
import type { NodeDifference } from '../../delivery/push/contract.ts'
import { compileResources } from '../../programs/programs.ts'
import { differenceEvent, orphanEvent } from './differences.ts'
import { file } from '../../resources/file/file.ts'
import { hosts } from '../../resources/hosts/hosts.ts'
import { resourceId } from '../../compile/compile.ts'
import type { Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'

/** What a plan tells of one resource of which a node says this. */
function told(resource: Resource, address: `${string}:${string}`, seen: Partial<NodeDifference>) {
  const program = compileResources('ada', [resource])
  const whole = {
    id: resourceId(address),
    address: `ada/${address}`,
    action: 'update',
    differences: [],
    ...seen,
  }
  const event = differenceEvent(program, whole as NodeDifference)
  if (event.type !== 'resource-differs') throw new Error(event.type)
  return event
}

describe('a value that a plan cannot show', () => {
  const content = [{ field: 'content' }]
  const of = (given: Parameters<typeof file>[0], seen: Partial<NodeDifference> = {}) =>
    told(file(given), `file:${given.path}`, { differences: content, ...seen }).differences

  it('is secret only when it is', () => {
    expect(of({ path: '/a', content: 'x', sensitive: true })).toEqual([
      { field: 'content', hidden: 'secret' },
    ])
    expect(of({ path: '/a', content: 'x'.repeat(70_000) })).toEqual([
      { field: 'content', hidden: 'too long', wantedBytes: 70_000 },
    ])
    expect(of({ path: '/a', content: Buffer.from([0xff, 0xfe]) })).toEqual([
      { field: 'content', hidden: 'no text', wantedBytes: 2 },
    ])
  })

  it('is too long when only what is there now is', () => {
    expect(of({ path: '/a', content: 'short' })).toEqual([
      { field: 'content', hidden: 'too long', wantedBytes: 5 },
    ])
    expect(of({ path: '/a', content: 'short' }, { currentText: 'old' })).toEqual([
      { field: 'content', is: 'old', wanted: 'short' },
    ])
  })

  it('is no secret in the hosts of a cluster, however many they are', () => {
    const entries = Array.from({ length: 2500 }, (_, index) => ({
      address: `10.0.${index >> 8}.${index & 255}`,
      names: [`node-${index}`],
    }))
    const [difference] = told(hosts({ entries }), 'hosts:/etc/hosts', {
      differences: [{ field: 'block' }],
    }).differences
    expect(difference).toMatchObject({ field: 'block', hidden: 'too long' })
  })
})

describe('the effect of a change', () => {
  const consul = service({ name: 'consul' })
  const effect = (action: NodeDifference['action'], field: string, is: string, wanted: string) =>
    told(consul, 'service:consul.service', { action, differences: [{ field, is, wanted }] }).effect

  it.each([
    ['update', 'configuration', 'started with another', 'as wanted', 'restart'],
    [
      'update',
      'configuration',
      'started with another',
      'as wanted after a reboot',
      'restart at the next boot',
    ],
    ['update', 'configuration', 'has read another', 'as wanted', 'reload'],
    ['update', 'state', 'restarting', 'running', 'restart'],
    ['update', 'state', 'stopped', 'running', 'start'],
    ['update', 'state', 'running', 'stopped', 'stop'],
    ['update', 'enabled', 'disabled', 'enabled', undefined],
    ['create', 'state', '', '', 'start'],
  ] as const)('%s of %s, %s to %s is %s', (action, field, is, wanted, expected) => {
    expect(effect(action, field, is, wanted)).toBe(expected)
  })
})

it('tells what is removed from what is put back', () => {
  expect(orphanEvent('ada', { kind: 'file', name: '/etc/a' })).not.toHaveProperty('putsBack')
  const aside = { kind: 'foreign-files', name: '/etc/consul.d', putsBack: true, what: 'zzz.json' } as const
  expect(orphanEvent('ada', aside)).toMatchObject({
    reason: 'it is no longer in the cluster file; what was there before is put back: zzz.json',
  })
  expect(orphanEvent('ada', { kind: 'service', name: 'ssh.service', putsBack: true })).toMatchObject({
    action: 'remove',
    putsBack: true,
    reason: 'it is no longer in the cluster file; what was there before is put back',
  })
})
