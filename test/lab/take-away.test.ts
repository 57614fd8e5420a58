/** `destroy` and `reset` on real nodes: nothing stays but the way in, and what somebody else has made. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { labCut, labMend, labPreflight } from '../../src/lab/lab.ts'
import { ClusterUnderTest } from './cluster-under-test.ts'

const lacking = await labPreflight()
if (lacking.length > 0) console.log(`skipped, there can be no virtual nodes here:\n  ${lacking.join('\n  ')}`)

const TEXT = `cluster: takeaway
domain: office.example.net
access: { user: root }
nodes:
  hammond: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  oneil: { address: 192.0.2.11, model: pi4, memory: 1GiB }
roles:
  base:
    on: all
    users: { ada: { comment: Ada } }
`
/** Everything under /etc but what accounts are, with its mode, owner and bytes. */
const TREE =
  'find /etc -xdev \\( -name "passwd*" -o -name "group*" -o -name "shadow*" -o -name "gshadow*" -o -name "sub?id*" -o -name "ld.so.cache" \\) -prune -o ' +
  '-type f -printf "%p %m %U %G\\n" -exec sha256sum {} \\; -o -type l -printf "%p %l\\n"'

describe.skipIf(lacking.length > 0)('taking everything away', () => {
  let cluster: ClusterUnderTest
  const before = new Map<string, string>()
  const tree = (node: string): Promise<string> => cluster.output(node, 'sh', '-c', TREE)
  const lines = (text: string | undefined): string[] => (text ?? '').split('\n').sort()

  beforeAll(async () => {
    cluster = new ClusterUnderTest('takeaway', TEXT)
    const up = await cluster.bramble('lab', 'up', '--share-memory')
    expect(up.code, up.errors + up.text).toBe(0)
    for (const node of ['hammond', 'oneil']) before.set(node, await tree(node))
    await cluster.apply()
    expect(await tree('hammond')).not.toBe(before.get('hammond'))
  })
  afterAll(() => cluster.remove())

  it('asks first: with nobody there nothing is changed', async () => {
    const { code, errors } = await cluster.bramble('destroy')
    expect([code, errors]).toEqual([1, expect.stringContaining('CONFIRMATION_MISSING')])
    expect((await cluster.bramble('plan', '--detailed-exitcode')).code).toBe(0)
  })

  it('lays one node bare and no other, and the next apply sets it up again', async () => {
    const reset = await cluster.bramble('reset', 'oneil', '--yes')
    expect(reset.code, reset.errors + reset.text).toBe(0)
    expect(lines(await tree('oneil'))).toEqual(lines(before.get('oneil')))
    expect(await cluster.output('oneil', 'id', '-un', 'ada')).toBe('ada')
    const planned = await cluster.bramble('plan', '--detailed-exitcode', '-n', 'hammond')
    expect(planned.code, planned.text).toBe(0)
    await cluster.apply()
    expect(await tree('oneil')).not.toBe(before.get('oneil'))
  })

  it('takes from those that answer, says who does not, and is finished by the same command', async () => {
    await cluster.write('hammond', '/etc/systemd/journald.conf.d/mine.txt', 'mine\n')
    const lock = readFileSync(join(cluster.folder, '.bramble/lab/cluster.lock'), 'utf8')
    await labCut(cluster.id, 'oneil')
    const first = await cluster.bramble('destroy', '--yes')
    expect(first.code, first.errors + first.text).toBe(1)
    expect(first.text).toContain('oneil')
    expect(first.text).toContain('Left with what is in it: hammond /etc/systemd/journald.conf.d')
    await labMend(cluster.id, 'oneil')
    const second = await cluster.bramble('destroy', '--yes')
    expect(second.code, second.errors + second.text).toBe(0)
    await cluster.output('hammond', 'rm', '-r', '/etc/systemd/journald.conf.d')
    for (const node of ['hammond', 'oneil']) {
      expect(lines(await tree(node))).toEqual(lines(before.get(node)))
      expect((await cluster.bramble('ssh', node, '--', 'true')).code).toBe(0)
    }
    const choices = (text: string): unknown => text.replace(/^nodes:[^]*?^(?=\S)/m, '')
    expect(choices(readFileSync(join(cluster.folder, '.bramble/lab/cluster.lock'), 'utf8'))).toBe(
      choices(lock),
    )
    const third = await cluster.bramble('destroy', '--yes')
    expect(third.code, third.errors + third.text).toBe(0)
  })
})
