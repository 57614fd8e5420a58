import { expect, it } from 'vitest'
import { bramble, officeFolder } from '../../../test/cli/command-run.ts'
import type { ClusterStatus } from '../../api/index.ts'
import { reasonsOf } from '../../api/status/verdict.ts'
import { NO_COLOURS } from '../../diagnostics/palette.ts'
import { nodeTable, renderStatus } from './status-text.ts'

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
      problems: [],
      unknown: [],
      detail: '1 voter, can lose none',
      leader: 'hammond',
      members: [
        { node: 'hammond', role: 'server', state: 'alive', voter: true, leader: true, version: '1.19.2' },
      ],
      failingChecks: [],
    },
  ],
  support: [],
  reasons: [],
}

const UNWELL_FINDINGS: Omit<ClusterStatus, 'reasons'> = {
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
    problems: ['oneil does not vote'],
    failingChecks: [
      { node: 'ears', service: 'doorbell', check: 'http', state: 'critical', output: 'connection refused' },
    ],
  })),
  support: [],
}

const UNWELL: ClusterStatus = { ...UNWELL_FINDINGS, reasons: reasonsOf(UNWELL_FINDINGS) }

const status = (recorded: ClusterStatus, ...words: string[]) =>
  bramble(['status', ...words], { folder: officeFolder(), api: { status: () => Promise.resolve(recorded) } })

it('tells how nodes and engines stand, without columns that nobody filled', async () => {
  const { code, out } = await status(WELL)
  expect(code).toBe(0)
  expect(out).toBe(`NODE     STATE  DRIFT  CERT  CLOCK  DISK FREE            MEMORY      UP  BOARD  ROLES
hammond  up         0  63 d  +0.0s     21 GiB  812 MiB of 4 GiB  83 min  pi4    base, consul-server

consul is healthy: 1 voter, can lose none
  MEMBER   AS      STATE  QUORUM  VERSION
  hammond  server  alive  leader  1.19.2

All is well: 1 node, 1 engine
`)
})

it('ends with 1 and gives every reason', async () => {
  const { code, out } = await status(UNWELL)
  expect(code).toBe(1)
  expect(out).toMatch(/ears +unreachable +zerow +base\n/)
  expect(out).toContain('consul is not healthy')
  expect(out).toMatch(
    /\nNot all is well:\n {2}ears: unreachable: no route␛\[2J\n {2}consul: oneil does not vote\n {2}consul: ears: doorbell, http is critical: connection refused\n$/,
  )
})

it('is one JSON document with --json', async () => {
  const { code, out } = await status(UNWELL, '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toEqual(UNWELL)
})

it('leaves out what matters least where there is little room, never drift and certificates', () => {
  for (const width of [80, 60, 40]) {
    const lines = renderStatus(WELL, NO_COLOURS, width)
    for (const line of lines.slice(0, 2)) expect(line.length).toBeLessThanOrEqual(width)
    expect(lines[0]).toMatch(/^NODE +STATE +DRIFT +CERT/)
    expect(lines[1]).toMatch(/^hammond +up +0 +63 d/)
  }
  expect(renderStatus(WELL, NO_COLOURS, 80)[0]).not.toContain('BOARD')
})

it('shows who has answered while another has not', () => {
  const waiting = { name: 'ears', wanted: ['base'] }
  expect(nodeTable({ nodes: [...WELL.nodes, waiting] }, NO_COLOURS, 60)[2]).toMatch(/^ears +\.\.\. +base$/)
})
