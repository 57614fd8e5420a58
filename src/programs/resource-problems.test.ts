import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readClusterFile } from '../cluster-file/read.ts'
import { EMPTY_LOCK } from '../cluster-lock/cluster-lock.ts'
import { resolve } from '../resolve/resolve.ts'
import { command } from '../resources/command/command.ts'
import { file } from '../resources/file/file.ts'
import { roles as ours } from '../roles/registry.generated.ts'
import { defineRole, type Role } from '../roles/role.ts'
import { resourceProblems } from './resource-problems.ts'

const circle = defineRole({
  name: 'circle',
  summary: 'Needs itself.',
  options: z.object({}),
  own: true,
  resources: () => [
    command({ name: 'a', run: ['true'], creates: '/a', needs: ['command:b'] }),
    command({ name: 'b', run: ['true'], creates: '/b', needs: ['command:a'] }),
  ],
})
const journal = defineRole({
  name: 'journal',
  summary: 'Says what base says otherwise.',
  options: z.object({}),
  own: true,
  resources: () => [file({ path: '/etc/systemd/journald.conf.d/90-bramble.conf', content: 'mine' })],
})
const roles = { ...ours, circle, journal } as unknown as Readonly<Record<string, Role>>

function problems(uses: string) {
  const text = `cluster: office\ndomain: office.example.net\nnodes: { a: { model: pi4 }, b: { model: pi4 } }\nroles:\n${uses}`
  const { file: read, positions, diagnostics } = readClusterFile({ path: 'cluster.yaml', text }, { roles })
  if (!read) throw new Error(JSON.stringify(diagnostics))
  const resolved = resolve({ file: read, positions, lock: EMPTY_LOCK, roles, authorizedKeys: [] })
  return resourceProblems(resolved, ['a', 'b']).map(({ code, summary, where, also }) => [
    code,
    summary,
    where && 'line' in where ? where.line : undefined,
    also?.map(({ place }) => ('line' in place ? place.line : undefined)),
  ])
}

describe('what several uses make together', () => {
  it('may be the same thing twice', () => {
    const same = '{ on: all, path: /etc/motd, content: x }'
    expect(
      problems(
        `  files: [${same}, ${same}]\n  packages: [{ on: all, install: [git] }, { on: a, install: [git] }]\n`,
      ),
    ).toEqual([])
  })

  it('may not be one thing in two ways (RESOURCE_WANTED_TWICE), each place told', () => {
    const uses =
      '  files:\n    - { on: all, path: /etc/motd, content: x }\n    - { on: all, path: /etc/motd, content: y }\n'
    expect(problems(uses)).toEqual([
      ['RESOURCE_WANTED_TWICE', 'file:/etc/motd is wanted in two ways on a and 1 more', 7, [6]],
    ])
    expect(problems('  base: { on: all }\n  journal: { on: b }\n')).toEqual([
      [
        'RESOURCE_WANTED_TWICE',
        'file:/etc/systemd/journald.conf.d/90-bramble.conf is wanted in two ways on b',
        6,
        [5],
      ],
    ])
    expect(
      problems(
        '  files:\n    - { on: a, path: /etc/motd, content: x }\n    - { on: b, path: /etc/motd, content: y }\n',
      ),
    ).toEqual([])
  })

  it('may not stand on what the node does not have (RESOURCE_NEED_MISSING)', () => {
    const unit = '{ on: all, unit: bell.service, content: x, reads: [/etc/bell.conf] }'
    expect(problems(`  units: [${unit}]\n`)).toEqual([
      [
        'RESOURCE_NEED_MISSING',
        'service:bell.service needs file:/etc/bell.conf, which a does not have',
        5,
        undefined,
      ],
    ])
    expect(problems(`  units: [${unit}]\n  files: { on: all, path: /etc/bell.conf, content: x }\n`)).toEqual(
      [],
    )
  })

  it('may not need each other in a circle (RESOURCE_CIRCLE)', () => {
    expect(problems('  circle: { on: a }\n')).toEqual([
      ['RESOURCE_CIRCLE', 'on a these resources need each other: command:a, command:b', 5, undefined],
    ])
  })
})
