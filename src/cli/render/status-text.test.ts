import { expect, it } from 'vitest'
import { bramble, officeFolder } from '../../../test/cli/command-run.ts'
import type { ClusterStatus } from '../../cluster/index.ts'

const MIB = 1024 ** 2

const WELL: ClusterStatus = {
  nodes: [
    {
      name: 'hammond',
      wanted: ['base', 'consul-server'],
      reached: true,
      model: 'pi4',
      memoryBytes: 4096 * MIB,
      memoryUsedBytes: 812 * MIB,
      diskFreeBytes: 21_000 * MIB,
      clockOffsetSeconds: 0.04,
      uptimeSeconds: 5000,
      certificateDaysLeft: 63.7,
      drift: 0,
    },
  ],
  engines: [
    {
      name: 'consul',
      healthy: true,
      detail: '1 voter, can lose none',
      leader: 'hammond',
      members: [
        { node: 'hammond', role: 'server', state: 'alive', voter: true, leader: true, version: '1.19.2' },
      ],
      failingChecks: [],
    },
  ],
  support: [],
}

const UNWELL: ClusterStatus = {
  nodes: [
    ...WELL.nodes,
    {
      name: 'ears',
      wanted: ['base'],
      reached: false,
      model: 'zerow',
      memoryBytes: 0,
      detail: 'no route\u001b[2J',
    },
  ],
  engines: WELL.engines.map((engine) => ({
    ...engine,
    healthy: false,
    failingChecks: [{ node: 'ears', service: 'doorbell', check: 'http', output: 'connection refused' }],
  })),
  support: [],
}

const status = (recorded: ClusterStatus, ...words: string[]) =>
  bramble(['status', ...words], { folder: officeFolder(), api: { status: () => Promise.resolve(recorded) } })

it('tells how nodes and engines stand, without columns that nobody filled', async () => {
  const { code, out } = await status(WELL)
  expect(code).toBe(0)
  expect(out)
    .toBe(`NODE     STATE  ROLES                BOARD            MEMORY  DISK FREE  CLOCK      UP  CERT  DRIFT
hammond  up     base, consul-server  pi4    812 MiB of 4 GiB     21 GiB  +0.0s  83 min  63 d      0

consul is healthy: 1 voter, can lose none
  MEMBER   AS      STATE  QUORUM  VERSION
  hammond  server  alive  leader  1.19.2

All is well: 1 node, 1 engine
`)
})

it('ends with 1 and names what is not well', async () => {
  const { code, out } = await status(UNWELL)
  expect(code).toBe(1)
  expect(out).toMatch(/ears +unreachable +base +zerow .* no route␛\[2J\n/)
  expect(out).toContain('consul is not healthy')
  expect(out).toContain('  failing ears: doorbell, http: connection refused\n')
  expect(out).toMatch(/\nunreachable: ears; not healthy: consul\n$/)
})

it('is one JSON document with --json', async () => {
  const { code, out } = await status(UNWELL, '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toEqual(UNWELL)
})
