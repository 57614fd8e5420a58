/** The role `units`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { addressOf } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import units from './units.ts'

const unit = 'doorbell'

describeRole({
  role: units as unknown as Role<never>,
  required: { unit },
  samples: {
    'a unit file written out': { unit, content: '[Service]\nExecStart=/usr/local/bin/doorbell\n' },
    'a unit file beside the cluster file and a drop-in': {
      unit,
      source: 'doorbell.service',
      drop_in: { limits: '[Service]\nMemoryMax=64M\n' },
    },
    'a unit that does not run': { unit, enabled: false },
    'a masked unit': { unit, enabled: 'masked' },
  },
})

function made(written: object) {
  const cluster = clusterFixture({ nodes: [{ roles: ['units'] }] })
  const node = cluster.nodes[0] as (typeof cluster.nodes)[0]
  const options = units.options.parse(written)
  return units.resources({
    options,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  })
}

const service = (written: object) => made(written).find(({ kind }) => kind === 'service')

describe('a unit', () => {
  it('runs as it is enabled, unless something else is said', () => {
    const row = (written: object) => service({ unit, ...written })?.row.slice(0, 2)
    expect(row({})).toEqual(['yes', 'running'])
    expect(row({ enabled: false })).toEqual(['no', 'stopped'])
    expect(row({ enabled: 'masked' })).toEqual(['masked', 'stopped'])
    expect(row({ running: false })).toEqual(['yes', 'stopped'])
    expect(row({ enabled: false, running: true })).toEqual(['no', 'running'])
  })

  it('is restarted for its file, its drop-ins and what it reads, and reloaded for what it takes up', () => {
    const all = made({
      unit,
      content: 'x',
      drop_in: { 'limits.conf': 'y' },
      reads: ['/etc/a'],
      reloads: ['/etc/b'],
    })
    expect(all.map(addressOf)).toEqual([
      'file:/etc/systemd/system/doorbell.service',
      'directory:/etc/systemd/system/doorbell.service.d',
      'file:/etc/systemd/system/doorbell.service.d/limits.conf',
      'service:doorbell.service',
    ])
    expect(all.at(-1)?.inputs).toEqual([
      [
        'file:/etc/systemd/system/doorbell.service',
        'file:/etc/systemd/system/doorbell.service.d/limits.conf',
        'file:/etc/a',
      ],
      ['file:/etc/b'],
    ])
  })

  it.each([
    [{ unit: 'door bell' }, 'unit', 'is no name of a systemd unit that can be started'],
    [{ unit: 'doorbell@.service' }, 'unit', 'is no name of a systemd unit that can be started'],
    [{ unit, content: 'x', source: 'y' }, 'source', 'is a second text of the unit file'],
    [{ unit, enabled: 'masked', running: true }, 'running', 'is true for a masked unit'],
    [{ unit, enabled: 'masked', content: 'x' }, 'enabled', 'masks a unit of your own'],
  ])('cannot be %j', (written, path, message) => {
    const { error } = units.options.safeParse(written)
    expect(error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toContainEqual([
      path,
      message,
    ])
  })
})
