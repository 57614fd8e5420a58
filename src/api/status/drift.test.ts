import { expect, it } from 'vitest'
import { resourceId } from '../../compile/compile.ts'
import type { NodeDifference, Observation } from '../../delivery/push/contract.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { service } from '../../resources/service/service.ts'
import { driftOf } from './drift.ts'
import { compileResources } from '../../programs/programs.ts'

const program = compileResources('ada', [
  file({ path: '/etc/engine', content: 'a' }),
  file({ path: '/usr/local/bin/engine', content: 'a program' }),
  service({ name: 'engine', restartOn: ['file:/usr/local/bin/engine'] }),
  directory({ path: '/srv/x' }),
])
const missing = program.resources.get(resourceId('file:/usr/local/bin/engine'))?.resource.contents[0]

const seen = (...addresses: `${string}:${string}`[]): Observation => ({
  reached: true,
  node: 'ada',
  facts: {},
  differing: addresses.map((address): NodeDifference => ({
    id: resourceId(address),
    address: `ada/${address}`,
    action: 'update',
    differences: [],
  })),
  orphans: [{ kind: 'file', name: '/etc/old' }],
  missingKinds: [],
  obstacles: [],
  notices: [],
})

it('counts what differs and what is to be removed', () => {
  expect(driftOf(program, seen('file:/etc/engine', 'directory:/srv/x'), () => false)).toEqual({ drift: 3 })
})

it('says that a release which is not here was not compared, and counts neither it nor what was started with it', () => {
  const differing = seen('file:/usr/local/bin/engine', 'service:engine.service', 'file:/etc/engine')
  expect(driftOf(program, differing, ({ sha256 }) => sha256 === missing?.sha256)).toEqual({
    drift: 2,
    unseen: [
      'file:/usr/local/bin/engine was not compared: its release is not on this computer; bramble plan fetches it',
    ],
  })
})
