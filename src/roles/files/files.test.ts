/** The role `files`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { contentOf, type Resource } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import files from './files.ts'

const path = '/etc/motd'

describeRole({
  role: files as unknown as Role<never>,
  required: { path, content: 'hello\n' },
  samples: {
    'a file beside the cluster file': { path, source: 'motd', owner: 'daemon', group: 'adm', mode: '0640' },
    'a secret': { path, source: 'key', secret: true },
    'a template': { path, template: 'motd.txt' },
    'a folder': { path: '/srv/data', folder: true, mode: '2775' },
    'no file': { path, absent: true },
  },
})

function made(written: Readonly<Record<string, unknown>>, file = fileFixture): Resource {
  const cluster = clusterFixture({ nodes: [{ labels: { room: 'attic' }, roles: ['files'] }] })
  const [node] = cluster.nodes
  const options = files.options.parse(written)
  if (!node) throw new Error('no node')
  const given = { options, node, cluster, secrets: secretsFixture(), release: releaseFixture, file }
  const [resource] = files.resources(given)
  if (!resource) throw new Error('no resource')
  return resource
}

const problems = (written: object) =>
  files.options.safeParse(written).error?.issues.map(({ path: at, message }) => [at.join('.'), message])

describe('a file of your own', () => {
  it('has exactly one content', () => {
    expect(problems({ path })).toEqual([['', 'has no content']])
    expect(problems({ path, content: '', source: 'a' })).toEqual([['source', 'has content and source']])
    expect(problems({ path, content: '' })).toBeUndefined()
  })

  it('has its mode as people write it, and a stricter one when it is secret', () => {
    const mode = (written: object) => made({ path, content: 'x', ...written }).row[2]
    expect([mode({}), mode({ mode: '0600' }), mode({ mode: 1777 }), mode({ secret: true })]).toEqual([
      '644',
      '600',
      '1777',
      '600',
    ])
    expect(problems({ path, content: '', mode: '9' })).toEqual([['mode', 'is no octal mode']])
  })

  it('is filled in for each node, and stays secret', () => {
    const template = contentOf('@{node.name} in the @{node.labels.room}\n', true)
    const [content] = made({ path, template: 'motd' }, () => template).contents
    expect(content).toEqual(contentOf('node-1 in the attic\n', true))
  })
})
