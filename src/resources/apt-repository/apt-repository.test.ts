import { describe, expect, it } from 'vitest'
import type { Resource } from '../kind.ts'
import { aptRepository } from './apt-repository.ts'

const textOf = (resource: Resource | undefined): string =>
  Buffer.from(resource?.contents[0]?.bytes as Uint8Array).toString()

describe('a source of packages', () => {
  const common = { name: 'vendor', uri: 'https://apt.example.net/debian', suites: ['bookworm'] }

  it('trusts a keyring that is on the node for this source alone', () => {
    const [source] = aptRepository({ ...common, key: '/usr/share/keyrings/debian-archive-keyring.gpg' })
    expect(textOf(source)).toBe(
      'Types: deb\nURIs: https://apt.example.net/debian\nSuites: bookworm\nComponents: main\n' +
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
    )
  })

  it('brings a key of its own, before the source that names it', () => {
    const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n…\n-----END PGP PUBLIC KEY BLOCK-----\n'
    const [keyring, source] = aptRepository({ ...common, key })
    expect(keyring?.name).toBe('/etc/apt/keyrings/bramble-vendor.asc')
    expect(source?.needs).toEqual(['file:/etc/apt/keyrings/bramble-vendor.asc'])
  })

  it('lets nothing but the named packages come from a suite of another release', () => {
    const only = { packages: ['consul'], release: 'n=bullseye' }
    const [pin] = aptRepository({ ...common, key: '/k.gpg', only })
    expect(textOf(pin)).toContain('Package: *\nPin: release n=bullseye\nPin-Priority: -1\n')
    expect(textOf(pin)).toContain('Package: consul\nPin: release n=bullseye\nPin-Priority: 500\n')
  })

  it('comes before packages', () => {
    for (const resource of aptRepository({ ...common, key: '/k.gpg' }))
      expect(resource.stage).toBeLessThan(20)
  })

  it('refuses what would write another field into the source', () => {
    expect(() => aptRepository({ ...common, suites: ['bookworm\nTrusted: yes'], key: '/k.gpg' })).toThrow()
  })
})
