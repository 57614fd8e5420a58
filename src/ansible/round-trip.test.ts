/** What was imported and exported again is asked of Ansible itself: the same hosts, groups and ways. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bramble } from '../../test/cli/command-run.ts'

const INVENTORIES = resolve('test/inventories')
const hasAnsible = (() => {
  try {
    execFileSync('ansible-inventory', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
if (!hasAnsible)
  console.warn('round-trip.test.ts is skipped: there is no ansible-inventory (apt install ansible-core)')

interface Listed {
  readonly _meta: { readonly hostvars: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
  readonly [group: string]: unknown
}

function listed(path: string): Listed {
  const text = execFileSync('ansible-inventory', ['-i', path, '--list'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return JSON.parse(text) as Listed
}

/** How a host is reached, by Ansible's own words; an old one counts as the new one. */
function way(variables: Readonly<Record<string, unknown>> = {}, name: string): object {
  const { ansible_host, ansible_user, ansible_ssh_user, ansible_port } = variables
  return { host: ansible_host ?? name, user: ansible_user ?? ansible_ssh_user, port: ansible_port }
}

/** Hosts of each group, by its children too. */
function members(
  list: Listed,
  names: ReadonlyMap<string, string>,
): Readonly<Record<string, readonly string[]>> {
  const of = (group: string): readonly string[] => {
    const { hosts = [], children = [] } = (list[group] ?? {}) as { hosts?: string[]; children?: string[] }
    return [...hosts.map((host) => names.get(host) ?? host), ...children.flatMap(of)]
  }
  const groups = Object.keys(list).filter((group) => !['_meta', 'all', 'ungrouped'].includes(group))
  return Object.fromEntries(groups.map((group) => [group, [...new Set(of(group))].sort()]))
}

async function andBack(inventory: string): Promise<{ readonly before: Listed; readonly after: Listed }> {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-round-trip-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { out } = await bramble(['import', 'ansible', inventory], { folder: INVENTORIES })
  writeFileSync(join(folder, 'cluster.yaml'), out)
  const { out: back } = await bramble(['export', 'ansible'], { folder })
  writeFileSync(join(folder, 'back.ini'), back)
  return { before: listed(join(INVENTORIES, inventory)), after: listed(join(folder, 'back.ini')) }
}

describe.skipIf(!hasAnsible)('an inventory that was imported and exported again', () => {
  it('of INI form reaches its hosts as before', async () => {
    const { before, after } = await andBack('shelf.ini')
    const names = new Map([
      ['alder.local', 'alder'],
      ['birch.local', 'birch'],
      ['cedar.local', 'cedar'],
      ['192.0.2.11', 'elm'],
      ['192.0.2.12', 'fir'],
    ])
    for (const [old, name] of names) {
      const { user = 'pi', ...rest } = way(before._meta.hostvars[old], old) as { user?: string }
      expect([name, way(after._meta.hostvars[name], name)]).toEqual([name, { ...rest, user }])
    }
    expect(after._meta.hostvars['birch']).toMatchObject({
      ansible_ssh_common_args: '-o ProxyJump=ada@gate.example.net:2200',
    })
    expect(members(after, new Map())).toEqual(members(before, names))
  })

  it('of YAML form has the same groups, but for what was left out', async () => {
    const { before, after } = await andBack('oaks')
    const names = new Map([40, 41, 42].map((last) => [`192.0.2.${last}`, `ip-192-0-2-${last}`]))
    const { outside: _, control, ...rest } = members(before, names)
    expect(control).toEqual(['desk', 'gate'])
    expect(members(after, new Map())).toEqual({ ...rest, control: ['gate'] })
    for (const name of ['gate', 'oak1', 'oak2'])
      expect(way(after._meta.hostvars[name], name)).toMatchObject({
        host: before._meta.hostvars[name]?.['ansible_host'],
      })
  })
})
