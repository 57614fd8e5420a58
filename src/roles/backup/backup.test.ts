/** The role `backup`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { clusterFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import type { Role } from '../role.ts'
import consulServer from '../consul-server/consul-server.ts'
import backup from './backup.ts'
import { settingsText } from './settings.ts'
import { viewOf } from './status.ts'
import { keptOn } from './what-to-keep.ts'

describeRole({
  role: backup as unknown as Role<never>,
  required: { to: { folder: '/srv/backup' } },
  samples: {
    'everything said': {
      to: { folder: '/srv/backup' },
      paths: ['/srv/data', { path: '/srv/more', mounted: true }, { path: '/srv/any', mounted: false }],
      keep: { last: 1, hourly: 2, daily: 3, weekly: 4, monthly: 5, yearly: 6 },
      every: 'hourly',
    },
    'one node that keeps those of all': { to: { node: 'n0', folder: '/srv/backup' } },
    'a bucket of S3': {
      to: {
        s3: 'https://s3.office.example.net:9000/backups/rack',
        access_key: 'ada',
        secret_key: 'sesame-12345',
        region: 'eu-central-1',
        authority: 'a certificate',
      },
    },
  },
})

const options = backup.options.parse({
  to: { folder: '/srv/backup' },
  paths: ['/srv/data', { path: '/srv/disk', mounted: true }],
  keep: { last: 3 },
})

describe('a node', () => {
  it('keeps what its roles provide and what the cluster file names', () => {
    const consul = consulServer.options.parse({ source: 'package' })
    const roles = ['consul-server', 'backup']
    const cluster = clusterFixture({
      nodes: [{ name: 'ada', roles }],
      options: { backup: options, 'consul-server': consul },
    })
    const kept = keptOn('ada', options, cluster)
    expect(kept.made.map(({ name, of }) => [name, of])).toEqual([['consul.snapshot', 'cluster']])
    const text = settingsText('ada', { address: '/srv/backup/ada' }, options.keep, kept)
    expect(text.split('\n').slice(0, 6)).toEqual([
      'node\tada',
      'repository\t/srv/backup/ada',
      'keep\t--keep-last 3',
      'path\t/srv/data\tas-found',
      'path\t/srv/disk\tmounted',
      'made\tconsul.snapshot\tcluster',
    ])
    expect(cluster.keeper('ada')?.restore(['/srv/data'], '12ab').slice(1)).toEqual([
      'restore',
      '12ab',
      '/srv/data',
    ])
  })
})

it('takes an empty folder for good where a role says that it begins empty', () => {
  const paths = [{ path: '/srv/images', startsEmpty: true }, { path: '/srv/data' }]
  const text = settingsText('ada', { address: '/srv/backup/ada' }, options.keep, { paths, made: [] })
  expect(text).toContain('path\t/srv/images\tas-found\tstarts-empty\n')
  expect(text).toContain('path\t/srv/data\tas-found\n')
})

describe('the status of a node', () => {
  const HOUR = 3600
  const view = (...lines: string[]) => viewOf('ada', ['now\t1000000', ...lines].join('\n'), HOUR).problems

  it('is well as long as the good backups are young', () => {
    expect(
      view(`good\t/srv/data\t${1_000_000 - HOUR}\t3\t9`, `never\t/srv/new\t${1_000_000 - HOUR}`),
    ).toEqual([])
  })

  it('says what failed, what is old, and what was never saved', () => {
    const old = 1_000_000 - 3 * HOUR
    expect(
      view(
        `good\t/srv/data\t${old}\t3\t9`,
        'failed\t/srv/data\t999999\tit holds no file',
        `never\t/srv/new\t${old}`,
      ),
    ).toEqual([
      'ada: the last good backup of /srv/data is 3 h old',
      'ada: the last backup of /srv/data failed: it holds no file',
      'ada: there is no good backup of /srv/new',
    ])
  })
})
