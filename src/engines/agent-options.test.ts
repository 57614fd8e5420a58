/** Folders for the state of engines. */
import { describe, expect, it } from 'vitest'
import { serverOptions as consulOptions } from './consul/options.ts'
import { clientOptions as nomadClientOptions } from './nomad/client-options.ts'
import { serverOptions as nomadOptions } from './nomad/options.ts'
import { vaultOptions } from './vault/options.ts'

const SCHEMAS = {
  'consul-server': consulOptions,
  'nomad-server': nomadOptions,
  'nomad-client': nomadClientOptions,
  vault: vaultOptions,
}

describe.each(Object.entries(SCHEMAS))('the folder of the state of %s', (_, schema) => {
  it.each(['/srv/engine', '/mnt/ssd/engine', '/var/lib/engine', '/data/engine-1.0', '/srv/..engine'])(
    'may be %s',
    (folder) => {
      expect(schema.safeParse({ data_dir: folder }).success).toBe(true)
    },
  )

  it.each([
    '/',
    '/srv',
    '/var/lib',
    '/etc/engine',
    '/tmp/engine',
    '/run/engine',
    '/home/ada',
    '/root/engine',
  ])('may not be %s: others live there, or nothing lasts there', (folder) => {
    expect(schema.safeParse({ data_dir: folder }).success).toBe(false)
  })

  it.each(['/var/lib/dpkg', '/var/lib/apt/lists', '/var/lib/systemd', '/var/lib/bramble/engine'])(
    'may not be %s, which is of the system',
    (folder) => {
      expect(schema.safeParse({ data_dir: folder }).success).toBe(false)
    },
  )

  it.each([
    '/srv/../etc',
    '/srv/./engine',
    '/srv/engine/..',
    'srv/engine',
    '/srv//engine',
    '/srv/engine/',
    '/srv/a b',
    '/srv/%H',
  ])('may not be written as %s', (folder) => {
    expect(schema.safeParse({ data_dir: folder }).success).toBe(false)
  })
})
