import { describe, expect, it } from 'vitest'
import { compareVersions, dialectOf, parseVersion, upgradeStep } from './version.ts'

describe('a version', () => {
  it.each([
    ['1.19.2', { major: 1, minor: 19, patch: 2 }],
    ['v1.8.7', { major: 1, minor: 8, patch: 7 }],
    ['1.8.7+dfsg1-2+b3', { major: 1, minor: 8, patch: 7 }],
    ['2.0.0-rc1', { major: 2, minor: 0, patch: 0 }],
    ['1.19', undefined],
    ['latest', undefined],
  ])('%s is read as what it says', (text, version) => {
    expect(parseVersion(text)).toEqual(version)
  })

  it('is newer by number, not by text', () => {
    const versions = ['1.10.0', '1.9.17', '2.0.0', '1.8.7', 'none', '1.8.19']
    expect(versions.toSorted(compareVersions)).toEqual([
      'none',
      '1.8.7',
      '1.8.19',
      '1.9.17',
      '1.10.0',
      '2.0.0',
    ])
  })

  it('changes how Consul is told things, one key at a time', () => {
    const spoken = ['1.8.7', '1.9.0', '1.11.11', '1.12.0', '1.14.0', '1.15.0', '2.0.0'].map((version) =>
      Object.entries(dialectOf(version))
        .filter(([, isSpoken]) => isSpoken)
        .map(([key]) => key),
    )
    expect(spoken).toEqual([
      [],
      ['uiBlock'],
      ['uiBlock'],
      ['uiBlock', 'tlsBlock'],
      ['uiBlock', 'tlsBlock', 'grpcTlsPort'],
      ['uiBlock', 'tlsBlock', 'grpcTlsPort', 'registrationToken'],
      ['uiBlock', 'tlsBlock', 'grpcTlsPort', 'registrationToken'],
    ])
  })
})

describe('an upgrade', () => {
  it.each([
    ['1.8.7', '1.8.7+dfsg1-2', { kind: 'same' }],
    ['1.8.7', '1.8.19', { kind: 'supported' }],
    ['1.8.7', '1.10.12', { kind: 'supported' }],
    ['1.19.2', '1.21.0', { kind: 'supported' }],
    ['1.22.0', '2.0.0', { kind: 'supported' }],
    ['1.21.7', '2.0.1', { kind: 'supported' }],
    ['1.19.2', '1.19.1', { kind: 'downgrade' }],
    ['1.19.2', '1.8.7', { kind: 'downgrade' }],
    ['1.8.7', '1.11.0', { kind: 'too-far', through: ['1.10', '1.11'] }],
    ['1.8.7', '1.19.2', { kind: 'too-far', through: ['1.10', '1.12', '1.14', '1.16', '1.18', '1.19'] }],
    ['1.19.2', '2.1.0', { kind: 'too-far', through: ['1.21', '2.0', '2.1'] }],
  ])('from %s to %s is told by the lines that HashiCorp supports', (from, to, step) => {
    expect(upgradeStep(from, to)).toEqual(step)
  })
})
