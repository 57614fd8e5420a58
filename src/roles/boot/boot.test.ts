/** The role `boot`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
  type NodeFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import type { Role } from '../role.ts'
import boot from './boot.ts'

const everything = {
  config: { all: { gpu_mem: 16, dtoverlay: ['disable-bt', 'vc4-kms-v3d'] }, pi4: { arm_boost: 1 } },
  memory_cgroup: true,
}

describeRole({ role: boot as unknown as Role<never>, samples: { 'everything said': everything } })

function made(node: Partial<NodeFixture> = {}) {
  const options = boot.options.parse(everything)
  const cluster = clusterFixture({ nodes: [{ ...node, roles: ['boot'] }], options: { boot: options } })
  const [first] = cluster.nodes
  if (!first) throw new Error('no node')
  return boot.resources({
    options,
    node: first,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  })
}

describe('the firmware', () => {
  it('is told each setting below its filter, and each of several of one name', () => {
    const block = made().find(({ kind }) => kind === 'boot-config')
    expect(block?.row.slice(2)).toEqual([
      '[all]',
      '[all]',
      'gpu_mem=16',
      'dtoverlay=disable-bt',
      'dtoverlay=vc4-kms-v3d',
      '[pi4]',
      'arm_boost=1',
      '[all]',
    ])
  })

  it('is no part of a PC', () => {
    expect(made({ model: 'pc' })).toEqual([])
  })
})

describe('the memory of control groups', () => {
  const words = (fact?: string) =>
    made({ facts: fact === undefined ? {} : { 'boot.memory_cgroup': fact } })
      .filter(({ kind }) => kind === 'boot-command-line')
      .map(({ name }) => name)

  it('is asked for where the kernel does not count it, and stays asked for once it does because of that', () => {
    expect(words('off')).toEqual(['cgroup_enable=memory'])
    expect(words('asked')).toEqual(['cgroup_enable=memory'])
  })

  it('is not asked for where the kernel counts it by itself', () => {
    expect(words('on')).toEqual([])
  })
})
