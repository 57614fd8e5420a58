/** The kind `timezone` keeps the contract of kinds. */
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { timezone } from './timezone.ts'

const LISBON = '/usr/share/zoneinfo/Europe/Lisbon'
const UTC = '/usr/share/zoneinfo/Etc/UTC'
const given = { [LISBON]: 'TZif lisbon', [UTC]: 'TZif utc', '/etc/localtime': { link: UTC } } as const

describeKind({
  kind: 'timezone',
  cases: [
    {
      title: 'links the table of the zone and writes its name where there is a file for it',
      given: { ...given, '/etc/timezone': 'Etc/UTC\n' },
      resources: [timezone({ zone: 'Europe/Lisbon' })],
      expected: { '/etc/localtime': { link: LISBON }, '/etc/timezone': 'Europe/Lisbon\n' },
    },
    {
      title: 'makes no /etc/timezone on systems without it',
      given,
      resources: [timezone({ zone: 'Europe/Lisbon' })],
      expected: { '/etc/localtime': { link: LISBON }, '/etc/timezone': null },
    },
    {
      title: 'replaces a copied table by a link',
      given: { ...given, '/etc/localtime': 'TZif utc' },
      resources: [timezone({ zone: 'Europe/Lisbon' })],
      expected: { '/etc/localtime': { link: LISBON } },
    },
    {
      title: 'takes a relative link for what it is',
      given: { ...given, '/etc/localtime': { link: `..${LISBON}` } },
      resources: [timezone({ zone: 'Europe/Lisbon' })],
      expected: {},
      unchanged: ['timezone:/etc/localtime'],
    },
    {
      title: 'knows that a system without /etc/localtime has UTC',
      resources: [timezone({ zone: 'UTC' })],
      expected: { '/etc/localtime': null },
      unchanged: ['timezone:/etc/localtime'],
    },
  ],
  failing: {
    given,
    resources: [timezone({ zone: 'Europe/Lisboa' })],
    message:
      /^there is no time zone Europe\/Lisboa on this node; correct the name, or add the package tzdata/,
  },
  many: () => [timezone({ zone: 'Europe/Lisbon' })],
  manyGiven: given,
})

describe('a zone', () => {
  it.each(['', '../etc/passwd', '/etc/passwd', 'a b', 'a\nb', '$(id)', 'Europe/'])('cannot be %j', (zone) => {
    expect(() => timezone({ zone })).toThrow()
  })
})
