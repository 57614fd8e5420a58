import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readClusterFile } from '../cluster-file/read.ts'
import { EMPTY_LOCK } from '../cluster-lock/cluster-lock.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { resolve } from '../resolve/resolve.ts'
import { defineRole, type Role } from '../roles/role.ts'
import { nodesInScope, oneNode, type Scope } from './scope.ts'

const named = (name: string): [string, unknown] => [
  name,
  defineRole({ name, summary: 'A role.', options: z.object({}), resources: () => [] }),
]
const roles = Object.fromEntries(['base', 'dns', 'consul-server', 'consul-client'].map(named)) as Readonly<
  Record<string, Role>
>

const TEXT = `
cluster: office
domain: office.example.net
nodes:
  ada: { model: pi4, memory: 4GiB, labels: { rack: "1" }, has: [speaker] }
  ant: { model: pi3, memory: 1GiB, labels: { rack: "2" } }
  bee: {}
  pi-1: { model: zero-w, memory: 512MiB, architecture: armv6 }
groups:
  core: [ada, ant]
  big: { memory: ">=2GiB" }
  one: { of: core, count: 1 }
  dns: [bee]
roles:
  base: { on: all }
  dns: { on: ant }
  consul-server: { on: core }
  consul-client: { on: pi-1 }
`

const cluster = (() => {
  const { file, positions, diagnostics } = readClusterFile({ path: 'cluster.yaml', text: TEXT }, { roles })
  if (!file) throw new Error(JSON.stringify(diagnostics))
  return resolve({ file, positions, lock: EMPTY_LOCK, roles, authorizedKeys: [] })
})()

/** Names of the chosen nodes, or the diagnostics. */
function chosen(scope: Scope | string): string | readonly Diagnostic[] {
  try {
    return nodesInScope(cluster, typeof scope === 'string' ? { nodes: [scope] } : scope).join(' ')
  } catch (error) {
    if (error instanceof DiagnosticsError) return error.diagnostics
    throw error
  }
}

function told(scope: Scope | string): string[] {
  const found = chosen(scope)
  return typeof found === 'string'
    ? [found]
    : found.map(({ code, summary, fix }) => `${code}: ${summary}: ${fix}`)
}

describe('the scope of a command', () => {
  it('is every node without filters', () => {
    expect(chosen({})).toBe('ada ant bee pi-1')
  })

  it.each([
    ['ant', 'ant'],
    ['bee,ada', 'ada bee'],
    ['all', 'ada ant bee pi-1'],
    ['core', 'ada ant'],
    ['group:big', 'ada'],
    ['one', 'ada'],
    ['consul-client', 'pi-1'],
    ['role:dns', 'ant'],
    ['group:dns', 'bee'],
    ['a*', 'ada ant'],
    ['?e?', 'bee'],
    ['pi-[0-9]', 'pi-1'],
    ['[!a]*', 'bee pi-1'],
    ['role:consul-*', 'ada ant pi-1'],
    ['rack=2', 'ant'],
    ['labels:rack=1', 'ada'],
    ['labels:rack', 'ada ant'],
    ['has:speaker', 'ada'],
    ['model:zero-w', 'pi-1'],
    ['architecture:armv6', 'pi-1'],
    ['memory:<2GiB', 'ant pi-1'],
    ['!core', 'bee pi-1'],
    ['not:core', 'bee pi-1'],
    ['core,!ant', 'ada'],
    ['core:!ant', 'ada'],
    ['!ant,core', 'ada'],
    ['core,&rack=2', 'ant'],
    ['core,and:role:dns', 'ant'],
    ['core:&role:dns', 'ant'],
    ['all,rack!=2', 'ada bee pi-1'],
    ['all,!rack!=2', 'ant'],
    ['all,!a*', 'bee pi-1'],
  ])('is, for %s, %s', (words, names) => {
    expect(chosen(words)).toBe(names)
  })

  it('is the nodes that fit both filters, each with the same words', () => {
    expect(chosen({ nodes: ['ada', 'bee'], roles: ['consul-server'] })).toBe('ada')
    expect(chosen({ roles: ['consul-*', '!consul-client'] })).toBe('ada ant')
  })

  it('leaves a node out of which it is not known whether it fits, either way', () => {
    expect(chosen('all,!model:pi4')).toBe('ant pi-1')
    expect(chosen('all,!memory:>=2GiB')).toBe('ant pi-1')
  })

  it('refuses every unknown word at once, with FILTER_UNKNOWN and the nearest of its sort', () => {
    expect(told({ nodes: ['adda,cores,role:base2', '!', 'rack=3', 'model:pi44'], roles: ['nomad'] })).toEqual(
      [
        'FILTER_UNKNOWN: --node adda is not in the cluster file: did you mean ada?',
        'FILTER_UNKNOWN: --node cores is not in the cluster file: did you mean core?',
        'FILTER_UNKNOWN: --node role:base2 is not in the cluster file: did you mean role:base?',
        expect.stringMatching(/^FILTER_UNKNOWN: --node ! is not in the cluster file: there are: ada, /),
        'FILTER_UNKNOWN: --node rack=3 is not in the cluster file: did you mean rack=1?',
        'FILTER_UNKNOWN: --node model:pi44 is not in the cluster file: did you mean model:pi4?',
        'FILTER_UNKNOWN: --role nomad is not in the cluster file: there are: base, consul-server, dns, consul-client',
      ],
    )
    expect(told('x*')[0]).toMatch(/^FILTER_UNKNOWN: --node x\* /)
    expect(told('core*')[0]).toMatch(/^FILTER_UNKNOWN/)
    expect(told('memory:lots')[0]).toMatch(/^FILTER_UNKNOWN/)
  })

  it('refuses what is the name of a group and of a role, with FILTER_AMBIGUOUS', () => {
    expect(told('!dns')).toEqual([
      'FILTER_AMBIGUOUS: --node dns is the name of a group or node, and of a role: type role:dns, group:dns or node:dns',
    ])
  })

  it('refuses words that leave no node, with FILTER_MATCHES_NOTHING and the words', () => {
    expect(told({ nodes: ['core'], roles: ['consul-client'] })[0]).toMatch(
      /^FILTER_MATCHES_NOTHING: no node fits --node core and --role consul-client: /,
    )
    expect(told('core,!all')[0]).toMatch(/^FILTER_MATCHES_NOTHING: no node fits --node core,!all: /)
  })

  it('is nobody for a list that is empty, as from a variable that is not set', () => {
    for (const nodes of [[], [''], [','], [' , ']])
      expect(told({ nodes })[0]).toMatch(/^FILTER_MATCHES_NOTHING/)
  })

  it('is one node where one is meant', () => {
    expect(oneNode(cluster, 'core,!ant')).toBe('ada')
    expect(() => oneNode(cluster, 'core')).toThrow(/FILTER_FITS_SEVERAL/)
  })
})
