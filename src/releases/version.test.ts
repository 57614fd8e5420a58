import { describe, expect, it } from 'vitest'
import { compareLines, compareVersions, isOfLine, isPlainVersion, lineOf, parseVersion } from './version.ts'

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

  it.each(['1.22.0-rc1', '1.22.7+ent', '1.22', 'v1.22.7', '1.022.7', '../1.2.3', '1.2.3\n', ' 1.2.3'])(
    'that everybody may have is not written %j',
    (text) => {
      expect(isPlainVersion(text)).toBe(false)
    },
  )

  it('belongs to the line of its first numbers, however many its maker counts', () => {
    expect([isOfLine('1.22.7', '1.22'), isOfLine('1.2.27', '1.22'), isOfLine('29.7.2', '29')]).toEqual([
      true,
      false,
      true,
    ])
    expect([lineOf('1.22.7', '1.8'), lineOf('29.7.2', '28')]).toEqual(['1.22', '29'])
    expect(['1.10', '1.9', '2.0', '28', '29'].toSorted(compareLines)).toEqual([
      '1.9',
      '1.10',
      '2.0',
      '28',
      '29',
    ])
  })
})
