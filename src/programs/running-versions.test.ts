/** What may follow what runs. Real nodes are asked in `test/lab/rainbow.test.ts`. */
import { describe, expect, it } from 'vitest'
import { clusterFixture } from '../../test/contract/cluster-fixture.ts'
import { positionsWithoutLines } from '../cluster-file/positions.ts'
import { serverOptions } from '../engines/consul/options.ts'
import { consulVersion } from '../engines/consul/upgrades.ts'
import type { EngineProbe } from '../engines/contract.ts'
import { noLink } from '../../test/engines/ports-only.ts'
import { versionRefusals, versionsInScope } from './running-versions.ts'

/** A datacenter whose members say that they run these versions; without them, nobody answers. */
function probe(versions?: Readonly<Record<string, string>>): EngineProbe {
  return {
    name: 'consul',
    members: ['node-1', 'node-2'],
    ask: (_link, member) =>
      // The first one is off; the second one knows everybody.
      versions === undefined || member === 'node-1'
        ? Promise.reject(new Error('no answer'))
        : Promise.resolve({
            name: 'consul',
            healthy: true,
            detail: '',
            problems: [],
            unknown: [],
            failingChecks: [],
            members: Object.entries(versions).map(([node, version]) => ({
              node,
              role: 'server' as const,
              state: 'alive',
              version,
            })),
          }),
  }
}

function wanted(version: string, source = 'release') {
  const options = serverOptions.parse({ version, source })
  const cluster = clusterFixture({
    nodes: [
      { roles: ['consul-server'] },
      { roles: ['consul-server'] },
      { roles: ['consul-server'] },
      { roles: ['consul-client'] },
    ],
    options: { 'consul-server': options },
  })
  return { ...consulVersion(options, cluster), role: 'consul-server' }
}

async function refusals(version: string, living?: Record<string, string>, locked?: string) {
  const found = await versionRefusals({
    versions: [wanted(version)],
    probes: [probe(living)],
    running: locked === undefined ? {} : { consul: locked },
    positions: positionsWithoutLines('cluster.ts'),
    link: noLink,
  })
  return found.map(({ code, why }) => `${code}: ${why}`)
}

const all = (version: string) => Object.fromEntries([1, 2, 3, 4].map((number) => [`node-${number}`, version]))

describe('a change of version', () => {
  it('is refused when it goes too far for one step, with the steps (ENGINE_UPGRADE_TOO_FAR)', async () => {
    const [text] = await refusals('1.19.2', all('1.8.7+dfsg1-2'))
    expect(text).toMatch(/^ENGINE_UPGRADE_TOO_FAR: node-1, node-2, node-3, node-4 run 1\.8\.7\+dfsg1-2/)
    expect(text).toContain('1.10, then 1.12, then 1.14, then 1.16, then 1.18, then 1.19')
  })

  it('is refused backwards, also by one patch (ENGINE_DOWNGRADE)', async () => {
    expect((await refusals('1.19.1', all('1.19.2')))[0]).toMatch(/^ENGINE_DOWNGRADE/)
  })

  it('goes on where it was broken off, and not back', async () => {
    const halfway = { ...all('1.19.2'), 'node-2': '1.20.1' }
    expect(await refusals('1.20.1', halfway)).toEqual([])
    expect(await refusals('1.19.2', halfway)).toEqual([
      expect.stringMatching(/^ENGINE_DOWNGRADE: node-2 runs/),
    ])
  })

  it('is judged by what runs and not by the cluster lock, which may be older', async () => {
    expect(await refusals('1.20.1', all('1.19.2'), '1.8.7')).toEqual([])
  })

  it('is judged by the cluster lock when nobody answers', async () => {
    expect((await refusals('1.19.2', undefined, '1.8.7'))[0]).toMatch(/^ENGINE_UPGRADE_TOO_FAR/)
    expect(await refusals('1.19.2', undefined, '1.19.2')).toEqual([])
  })

  it('does not go to a line that nobody here knows (ENGINE_LINE_UNKNOWN_STEP)', async () => {
    const [text] = await refusals('9.0.0', all('1.22.7'))
    expect(text).toMatch(/^ENGINE_LINE_UNKNOWN_STEP: node-1, .* run 1\.22\.7/)
    expect(await refusals('9.0.0', all('9.0.0'))).toEqual([])
    expect(await refusals('9.0.0')).toEqual([])
  })

  it('is free for a new datacenter, of which nothing is known', async () => {
    expect(await refusals('1.19.2')).toEqual([])
  })

  it('does not look at members that are not in the cluster file', async () => {
    expect(await refusals('1.19.2', { ...all('1.19.2'), stranger: '1.8.7' })).toEqual([])
  })

  it('is no matter of a run over other nodes', () => {
    const versions = [wanted('1.19.2')]
    expect(versionsInScope(versions, new Set(['node-4', 'other']))).toHaveLength(1)
    expect(versionsInScope(versions, new Set(['other']))).toEqual([])
  })
})
