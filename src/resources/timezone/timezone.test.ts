/** The kind `timezone` keeps the contract of kinds. */
import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { processesOf } from '../../../test/contract/process-count.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
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

describe('a zone that is ours', () => {
  // Without the root before it, an absolute link of a scratch root leads somewhere else.
  const link = (root: string, table: string): Promise<void> =>
    rm(join(root, 'etc/localtime')).then(() => symlink(`..${table}`, join(root, 'etc/localtime')))

  it('is looked at without a process when the link leads to its table, and still seen to be wrong when it does not', async () => {
    const root = await makeRoot(given)
    const program = await programOf([timezone({ zone: 'Europe/Lisbon' })])
    await runProgram(root, program, 'converge')
    const asked = await processesOf(root, program)
    await link(root, LISBON)
    const seen = await processesOf(root, program)
    const right = await runProgram(root, program, 'check')
    await link(root, UTC)
    const wrong = await runProgram(root, program, 'check')
    await removeRoot(root)
    expect(asked - seen).toBe(1)
    expect([right.differing, wrong.differing]).toEqual([[], ['timezone:/etc/localtime']])
  })
})
