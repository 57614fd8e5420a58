import { expect, it } from 'vitest'
import type { EngineProbe, EngineStatus, NodeLink } from '../../engines/contract.ts'
import { memoryIn, withMemory } from './engine-memory.ts'

const MEMBER = { state: 'alive' } as const
const STATUS: EngineStatus = {
  name: 'nomad',
  healthy: true,
  detail: '',
  problems: [],
  unknown: [],
  members: [
    { ...MEMBER, node: 'ant', role: 'server' },
    { ...MEMBER, node: 'ant', role: 'client' },
    { ...MEMBER, node: 'bee', role: 'client' },
    { ...MEMBER, node: 'cow', role: 'client' },
  ],
  failingChecks: [],
}
const PROBE: EngineProbe = {
  name: 'nomad',
  members: ['ant'],
  units: { server: 'nomad-server.service', client: 'nomad-client.service' },
  ask: () => Promise.resolve(STATUS),
}

function linkThatSays(lines: Readonly<Record<string, string>>): NodeLink {
  return {
    connect: () => Promise.reject(new Error('not asked for')),
    run: (node, argv) => {
      const text = lines[`${node} ${argv.at(-1)}`]
      if (text === undefined) return Promise.reject(new Error('its session is gone'))
      return Promise.resolve({ code: 0, stdout: Buffer.from(text), stderr: '' })
    },
  }
}

const figures = async (probe: EngineProbe, link: NodeLink) =>
  (await withMemory(STATUS, probe, link, (node) => Promise.resolve(node !== 'cow'))).members.map(
    ({ node, role, memoryBytes }) => [node, role, memoryBytes],
  )

it('says of each member what its program takes, and of no one what nobody knows', async () => {
  const link = linkThatSays({
    'ant nomad-server.service': 'nomad-server.service 81920\n',
    'ant nomad-client.service': '',
    'cow nomad-client.service': 'nomad-client.service 1\n',
  })
  expect(await figures(PROBE, link)).toEqual([
    ['ant', 'server', 81_920 * 1024],
    ['ant', 'client', undefined],
    ['bee', 'client', undefined],
    ['cow', 'client', undefined],
  ])
})

it('asks nothing for an engine without a program of its own', async () => {
  const { units: _, ...probe } = PROBE
  expect(await withMemory(STATUS, probe, linkThatSays({}), () => Promise.resolve(true))).toBe(STATUS)
})

it('takes no word of a node for a figure that is none', () => {
  for (const text of ['', 'a.service', 'a.service -1', 'a.service 1 2', 'b.service 7', 'a.service 9e9']) {
    expect(memoryIn(text, 'a.service'), text).toBeUndefined()
  }
  expect(memoryIn('b.service 7\na.service 12\n', 'a.service')).toBe(12 * 1024)
})
