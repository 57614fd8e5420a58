import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readClusterFile } from '../cluster-file/read.ts'
import { EMPTY_LOCK, type ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { defineRole, type Role } from '../roles/role.ts'
import { resolve } from './resolve.ts'

const crew = defineRole({
  name: 'crew',
  summary: 'Takes work.',
  options: z.object({}),
  orchestrates: 'boss',
  resources: () => [],
})
const roles = { crew } as unknown as Readonly<Record<string, Role>>

const HEAD =
  'cluster: office\ndomain: office.example.net\nnodes:\n  a: { model: pi4, has: [bell] }\n  b: { model: pi4, has: [bell] }\n  c: { model: pi4 }\n'

function resolved(service: string, crewOn = '[]', lock: ClusterLock = EMPTY_LOCK) {
  const uses = crewOn === '[]' ? '' : `roles: { crew: { on: ${crewOn} } }\n`
  const text = `${HEAD}${uses}services: { web: ${service} }\n`
  const { file, positions, diagnostics } = readClusterFile({ path: 'cluster.yaml', text }, { roles })
  expect(diagnostics).toEqual([])
  if (!file) throw new Error('refused')
  const all = resolve({ file, positions, lock, roles, authorizedKeys: [] })
  const [placed] = all.cluster.services()
  return { ...all, placed, said: all.diagnostics.map(({ code, summary }) => `${code}: ${summary}`) }
}

const place = (service: string, crewOn?: string): string => {
  const { placed } = resolved(service, crewOn)
  return `${placed?.by}: ${placed?.nodes.join(' ')}`
}

describe('a service', () => {
  it.each([
    ['{ on: [a, c] }', 'systemd: a c'],
    ['{ needs: bell, run: { unit: bell.service } }', 'systemd: a b'],
    ['{ needs: bell, run: { unit: bell.service }, count: 1 }', 'systemd: a'],
    ['{ run: { binary: /bin/web } }', 'systemd: a'],
    ['{ run: { binary: /bin/web }, count: 2, needs: bell }', 'systemd: a b'],
    ['{ run: { binary: /bin/web }, count: all }', 'systemd: a b c'],
  ])('%s is run by %s where nobody else takes work', (service, expected) => {
    expect(place(service)).toBe(expected)
  })

  it.each([
    ['{ on: [a, c] }', 'systemd: a c'],
    ['{ needs: bell, run: { unit: bell.service } }', 'systemd: a b'],
    ['{ run: { binary: /bin/web } }', 'boss: b c'],
    ['{ run: { binary: /bin/web }, needs: bell }', 'boss: b'],
    ['{ run: { binary: /bin/web }, on: a }', 'systemd: a'],
    ['{ run: { binary: /bin/web, by: systemd }, on: [b, c], count: 2 }', 'systemd: b c'],
    ['{ run: { container: "web:1" }, count: 2 }', 'boss: b c'],
  ])('%s is run by %s where b and c take work', (service, expected) => {
    expect(place(service, '[b, c]')).toBe(expected)
  })

  it('stays where it was put, and tells nobody of a node that it only may run on', () => {
    const lock = { ...EMPTY_LOCK, choices: { 'services.web.count': ['c'] } }
    const { placed, lock: after } = resolved('{ run: { binary: /bin/web } }', '[]', lock)
    expect(placed?.nodes).toEqual(['c'])
    expect(after.choices).toEqual({ 'services.web.count': ['c'] })
    const { cluster } = resolved('{ run: { binary: /bin/web }, port: 80 }', '[b, c]')
    expect(cluster.servicesOn('b')).toEqual([])
    expect(cluster.provided().map(({ node, name, role }) => `${node} ${name} ${role}`)).toEqual([
      'b web services',
      'c web services',
    ])
  })

  it('says what cannot be done where it is placed', () => {
    expect(resolved('{ run: { container: "web:1" } }').said).toEqual([
      'SERVICE_BEYOND_SYSTEMD: web is run by systemd, which runs no containers',
    ])
    expect(resolved('{ run: { binary: /bin/web, by: boss }, on: a }', '[b]').said).toEqual([
      'SERVICE_BY_NOBODY: web is to be run by boss, and no node that may run it has that',
    ])
    expect(resolved('{ run: { binary: /bin/web }, update: {} }').said).toEqual([
      'SERVICE_CHANGES_AT_ONCE: web is run by systemd, which has no way back from a change',
    ])
    expect(resolved('{ run: { binary: /bin/web }, needs: drum }').said).toHaveLength(1)
    expect(resolved('{ run: { binary: /bin/web }, count: 4 }').said).toHaveLength(1)
  })
})
