/** Tests with nodes that carry what belongs to another one: cards that were copied, the state of another cluster. */
import { expect, it } from 'vitest'
import type { ClusterUnderTest } from './cluster-under-test.ts'

interface Scene {
  readonly cluster: ClusterUnderTest
  readonly nodes: readonly string[]
  readonly wishForAnother: () => void
  readonly isInForce: (node: string) => Promise<boolean>
  readonly finishes: () => Promise<void>
}

/** Defines them. */
export function whatAnotherLeft({ cluster, nodes, wishForAnother, isInForce, finishes }: Scene): void {
  const onOneil = (command: string) => cluster.output('oneil', 'sh', '-c', command)

  it('the machine id of another node is refused by the run that sees it, before anything is changed', async () => {
    wishForAnother()
    const id = await cluster.output('hammond', 'cat', '/etc/machine-id')
    await onOneil(`cp /etc/machine-id /root && echo ${id} >/etc/machine-id`)
    expect((await cluster.bramble('status')).text).toContain(
      'refused by an apply: oneil and hammond have the same machine id',
    )
    const plan = await cluster.bramble('plan')
    expect([plan.code, plan.errors]).toEqual([1, expect.stringContaining('DUPLICATE_MACHINE_ID')])
    const refused = await cluster.bramble('apply', '--yes')
    expect(refused.code).toBe(1)
    expect(refused.errors).toContain('error DUPLICATE_MACHINE_ID: oneil and hammond have the same machine id')
    expect(refused.errors).toMatch(/bramble .*--lab facts oneil/)
    for (const node of nodes) expect(await isInForce(node)).toBe(false)
    await onOneil('mv /root/machine-id /etc/machine-id')
    expect((await cluster.bramble('facts', 'oneil')).code).toBe(0)
    await finishes()
  })

  it('the id of another agent is refused by the run that sees it, with both nodes', async () => {
    wishForAnother()
    let without = ''
    const roles =
      '  consul-server: { on: [oneil], source: package, version: "1.8.7", unmaintained: accepted, old_state: adopt }\n' +
      '  consul-client: { on: [hammond] }\n'
    cluster.edit((text) => {
      without = text
      return text + roles
    })
    const id = '2c3f9c9e-1f4b-4d7a-9d0e-0a1b2c3d4e5f'
    for (const node of nodes)
      await cluster.output(node, 'sh', '-c', `mkdir -p /var/lib/consul; echo ${id} >/var/lib/consul/node-id`)
    const plan = await cluster.bramble('plan')
    expect(plan.code).toBe(1)
    expect(plan.errors).toMatch(
      /error CONSUL_NODE_ID_TWICE: (hammond and oneil|oneil and hammond) have the same node id of Consul/,
    )
    expect(plan.errors).toMatch(/bramble .*--lab facts (oneil|hammond)/)
    for (const node of nodes) expect(await isInForce(node)).toBe(false)
    cluster.edit(() => without)
    for (const node of nodes) await cluster.output(node, 'rm', '-r', '/var/lib/consul')
    await finishes()
  })

  it('the state of another Consul is told by plan and apply, with both ways out, before any node is changed', async () => {
    wishForAnother()
    let without = ''
    const server = 'consul-server: { on: [oneil], source: package, version: "1.8.7", unmaintained: accepted }'
    cluster.edit((text) => {
      without = text
      return `${text}  ${server}\n`
    })
    await onOneil('mkdir -p /var/lib/consul/raft && echo votes >/var/lib/consul/raft/raft.db')
    for (const verb of [['plan'], ['apply', '--yes']]) {
      const { code, text, errors } = await cluster.bramble(...verb)
      expect(code).toBe(1)
      expect(text + errors).toContain(
        'OBSTACLE: oneil: /var/lib/consul holds the state of another Consul: raft',
      )
      expect(text + errors).toMatch(/old_state: adopt[^]*old_state: set_aside/)
    }
    for (const node of nodes) expect(await isInForce(node)).toBe(false)
    cluster.edit(() => without)
    await onOneil('rm -r /var/lib/consul')
    await finishes()
  })
}
