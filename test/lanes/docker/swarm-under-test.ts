/** A swarm in the lab, asked through Docker's own client on its nodes. */
import { expect } from 'vitest'
import { poll } from '../../../src/support/poll.ts'
import { ClusterUnderTest } from '../../lab/cluster-under-test.ts'

/** Four boards: three managers and a worker. */
export class SwarmUnderTest extends ClusterUnderTest {
  readonly names = ['ant', 'bee', 'cow', 'dog'] as const

  constructor(name: string) {
    super(
      name,
      `cluster: ${name}
domain: ${name}.home.arpa
nodes:
  ant: { address: 192.168.42.10, model: pi3, memory: 1GiB }
  bee: { address: 192.168.42.11, model: pi3, memory: 1GiB }
  cow: { address: 192.168.42.12, model: pi3, memory: 1GiB, has: [speaker] }
  dog: { address: 192.168.42.13, model: pi3, memory: 1GiB, has: [speaker] }
roles:
  docker: { on: all }
  swarm-manager: { on: [ant, bee, cow] }
  swarm-worker: { on: [dog] }
`,
    )
  }

  /** Boots the nodes. */
  async up(): Promise<void> {
    await this.labUp()
  }

  /** Runs Docker's client on a node; it must end with 0. */
  docker(node: string, ...words: string[]): Promise<string> {
    return this.output(node, 'docker', ...words)
  }

  /** The nodes as a manager counts them: name, state, availability, part. */
  async listed(through = 'ant'): Promise<string[]> {
    const part = '{{if .ManagerStatus}}manager{{else}}worker{{end}}'
    const format = `{{.Hostname}} {{.Status}} {{.Availability}} ${part}`
    return (await this.docker(through, 'node', 'ls', '--format', format)).split('\n').sort()
  }

  /** Waits for it, three minutes at most. */
  async holds(what: string, condition: () => Promise<boolean>): Promise<void> {
    const ask = async () => ({ passed: await condition(), detail: what })
    expect(await poll(ask, { patienceSeconds: 180 })).toMatchObject({ passed: true })
  }
}

/** What `listed` gives of the swarm as it is written. */
export const FOUR = [
  'ant Ready Active manager',
  'bee Ready Active manager',
  'cow Ready Active manager',
  'dog Ready Active worker',
]
