/** The role `swap`, held to the contract of roles, and what is its own: whoever writes it is told. */
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
import swap from './swap.ts'

describeRole({
  role: swap as unknown as Role<never>,
  required: { mode: 'off' },
  samples: { zram: { mode: 'zram', size_percent: 100 } },
})

function made(mode: string, writers: string): string[] {
  const options = swap.options.parse({ mode })
  const facts = { 'swap.writers': writers }
  const cluster = clusterFixture({ nodes: [{ roles: ['swap'], facts }], options: { swap: options } })
  const [node] = cluster.nodes
  if (node === undefined) throw new Error('no node')
  const given = {
    options,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  }
  return swap.resources(given).map(addressOf)
}

describe('swap that is off', () => {
  it.each([
    ['none', []],
    ['dphys-swapfile', ['service:dphys-swapfile.service']],
    [
      'rpi-swap',
      ['directory:/etc/rpi', 'directory:/etc/rpi/swap.conf.d', 'file:/etc/rpi/swap.conf.d/90-bramble.conf'],
    ],
    ['fstab', ['boot-command-line:systemd.swap', 'reboot:swap']],
    ['zram-generator', ['file:/etc/systemd/zram-generator.conf']],
  ])('is said to who writes it: %s', (writers, addresses) => {
    expect(made('off', writers)).toEqual(addresses)
  })
})

it('swap in compressed memory is the only one', () => {
  expect(made('zram', 'dphys-swapfile,fstab')).toEqual([
    'service:dphys-swapfile.service',
    'boot-command-line:systemd.swap',
    'reboot:swap',
    'package:systemd-zram-generator',
    'file:/etc/systemd/zram-generator.conf',
  ])
})
