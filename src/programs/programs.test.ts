import { describe, expect, it } from 'vitest'
import { releaseFixture, secretsFixture } from '../../test/contract/cluster-fixture.ts'
import { readClusterFile } from '../cluster-file/read.ts'
import { positionsWithoutLines } from '../cluster-file/positions.ts'
import { EMPTY_LOCK } from '../cluster-lock/cluster-lock.ts'
import { resolve, type Resolved } from '../resolve/resolve.ts'
import { roles } from '../roles/registry.generated.ts'
import { addressOf } from '../resources/kind.ts'
import { roleSchemas } from '../api/open.ts'
import { nodeResources } from './programs.ts'

const NODES = 'cluster: office\ndomain: office.example.net\nnodes: { a: { model: pi4 }, b: { model: pi4 } }\n'

function read(services: string, more = '') {
  const text = `${NODES}${more}services:\n${services}`
  return readClusterFile({ path: 'cluster.yaml', text }, { roles: roleSchemas() })
}

function resolved(services: string, more = ''): Resolved {
  const { file, diagnostics } = read(services, more)
  if (!file) throw new Error(JSON.stringify(diagnostics))
  const positions = positionsWithoutLines('cluster.yaml')
  return resolve({ file, positions, lock: EMPTY_LOCK, roles, authorizedKeys: [] })
}

function unitsOf(cluster: Resolved, node: string): string[] {
  const provisions = { secrets: secretsFixture(), release: releaseFixture }
  return nodeResources(cluster, node, provisions)
    .map(addressOf)
    .filter((address) => address.startsWith('service:'))
}

describe('the unit that keeps a declared service running', () => {
  it('is enabled and runs on the nodes of the service, and on no other', () => {
    const cluster = resolved('  motor: { on: [a], run: { unit: motor } }\n')
    expect(unitsOf(cluster, 'a')).toEqual(['service:motor.service'])
    expect(unitsOf(cluster, 'b')).toEqual([])
  })

  it('is made once when two services share it, and left to the role that takes care of it already', () => {
    const both =
      '  motor: { on: [a], run: { unit: motor.service } }\n  gear: { on: [a], run: { unit: motor } }\n'
    expect(unitsOf(resolved(both), 'a')).toEqual(['service:motor.service'])
    const ssh = resolved('  ssh: { on: [a], run: { unit: ssh.service } }\n', 'roles: { base: { on: all } }\n')
    expect(unitsOf(ssh, 'a').filter((address) => address === 'service:ssh.service')).toHaveLength(1)
  })

  it.each([
    ['run: { unit: "motor on" }', 'BAD_VALUE'],
    ['run: { container: nginx }', 'BAD_VALUE'],
    ['run: { binary: motor }', 'BAD_VALUE'],
    ['run: { binary: /bin/motor }, schedule: "61 * * * *"', 'BAD_VALUE'],
    ['run: { binary: /bin/motor }, time_zone: Atlantis', 'BAD_VALUE'],
    ['run: { binary: /bin/motor }, env: { 1A: x }', 'BAD_VALUE'],
    ['run: { binary: /bin/motor, args: [{ from: { secret: x } }] }', 'SECRET_NOT_TAKEN'],
  ])('is not asked for by %s, which is refused with its place', (run, code) => {
    const { diagnostics } = read(`  motor: { on: [a], ${run} }\n`)
    const found = diagnostics.find((diagnostic) => diagnostic.code === code)
    expect(found?.where).toMatchObject({ file: 'cluster.yaml', line: 5 })
  })
})

describe('the unit that is made for a program', () => {
  it('is on the node that was chosen, shares the folder of the environment, and is started anew for a program that a role brings', () => {
    const cluster = resolved(
      '  motor: { run: { binary: /usr/local/bin/motor }, env: { A: 1 } }\n  gear: { run: { binary: /bin/gear }, env: { B: 2 } }\n',
      'roles: { files: { on: all, path: /usr/local/bin/motor, mode: "755", content: x } }\n',
    )
    const provisions = { secrets: secretsFixture(), release: releaseFixture }
    const all = nodeResources(cluster, 'a', provisions)
    expect(all.filter(({ name }) => name === '/etc/bramble-services')).toHaveLength(1)
    const motor = all.find(({ name }) => name === 'bramble-motor.service')
    expect(motor?.inputs[0]).toContain('file:/usr/local/bin/motor')
    expect(unitsOf(cluster, 'b')).toEqual([])
  })
})
