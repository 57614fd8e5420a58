/** The kind `hosts` keeps the contract of kinds. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
import type { Resource } from '../kind.ts'
import { hosts } from './hosts.ts'

const LOCAL = '127.0.0.1 localhost\n127.0.1.1 raspberrypi\n'
const BLOCK = '# bramble begin\n192.0.2.1 hammond.example.net hammond\n# bramble end\n'
const wanted = hosts({ entries: [{ address: '192.0.2.1', names: ['hammond.example.net', 'hammond'] }] })

describeKind({
  kind: 'hosts',
  cases: [
    {
      title: 'puts the block at the top and keeps the other lines',
      given: { '/etc/hosts': { text: LOCAL, mode: '640', owner: [0, 1] } },
      resources: [wanted],
      expected: { '/etc/hosts': { text: `${BLOCK}${LOCAL}`, mode: '640', owner: [0, 1] } },
    },
    {
      title: 'puts the block at the end of the template from which cloud-init writes the file at each boot',
      given: {
        '/etc/hosts': LOCAL,
        '/etc/cloud/templates/hosts.debian.tmpl': '## template:jinja\n127.0.1.1 {{fqdn}}\n',
      },
      resources: [wanted],
      expected: {
        '/etc/hosts': `${BLOCK}${LOCAL}`,
        '/etc/cloud/templates/hosts.debian.tmpl': `## template:jinja\n127.0.1.1 {{fqdn}}\n${BLOCK}`,
      },
    },
    {
      title: 'makes the file when there is none',
      resources: [wanted],
      expected: { '/etc/hosts': BLOCK },
    },
    {
      title: 'leaves a block alone that is as wanted',
      given: { '/etc/hosts': `${LOCAL}${BLOCK}# more\n` },
      resources: [wanted],
      expected: { '/etc/hosts': `${LOCAL}${BLOCK}# more\n` },
      unchanged: ['hosts:/etc/hosts'],
    },
  ],
  absent: {
    given: { '/etc/hosts': LOCAL },
    present: [wanted],
    absent: [hosts({ state: 'absent' })],
  },
  failing: {
    given: { '/etc/hosts': { folder: true } },
    resources: [wanted],
    message: /^\/etc\/hosts is a folder/,
  },
  many: (count) => [
    hosts({
      entries: Array.from({ length: count }, (_, index) => ({
        address: `10.0.${index >> 8}.${index & 255}`,
        names: [`node-${index}.example.net`, `node-${index}`],
      })),
    }),
  ],
})

async function afterwards(text: string, resource: Resource): Promise<string> {
  const root = await makeRoot({ '/etc/hosts': text })
  const result = await runProgram(root, await programOf([resource]), 'converge')
  expect(result.failed.size).toBe(0)
  const now = await readFile(join(root, 'etc/hosts'), 'utf8')
  await removeRoot(root)
  return now
}

describe('a damaged block', () => {
  it('is written anew in its place', async () => {
    const drifted = BLOCK.replace('hammond.', 'hacked.')
    expect(
      await afterwards(
        `${LOCAL}${drifted}# more
`,
        wanted,
      ),
    ).toBe(`${LOCAL}${BLOCK}# more
`)
  })

  it('without an end loses only its mark, because its lines may be somebody else’s', async () => {
    const text = `# bramble begin\n192.0.2.9 mine\n${LOCAL}`
    expect(await afterwards(text, wanted)).toBe(`${BLOCK}192.0.2.9 mine\n${LOCAL}`)
  })

  it('that is there twice is there once afterwards', async () => {
    expect(await afterwards(`${BLOCK}${LOCAL}${BLOCK}`, wanted)).toBe(`${BLOCK}${LOCAL}`)
  })

  it('shows its lines in the plan', async () => {
    const root = await makeRoot({ '/etc/hosts': `${LOCAL}${BLOCK.replace('.1 ', '.2 ')}` })
    const { lines } = await runProgram(root, await programOf([wanted]), 'check')
    await removeRoot(root)
    const shown = lines.find(({ type }) => type === 'content')?.fields[1] ?? ''
    expect(Buffer.from(shown, 'base64').toString()).toBe(BLOCK.replace('.1 ', '.2 '))
  })
})

describe('an entry', () => {
  it.each(['a b', 'a\nb', '-a', 'a..b', '#a', '', "it's"])('cannot have the name %j', (name) => {
    expect(() => hosts({ entries: [{ address: '192.0.2.1', names: [name] }] })).toThrow()
  })

  it.each(['', 'hammond', '192.0.2.300', '192.0.2.1 x', '::1%lo\n'])(
    'cannot have the address %j',
    (address) => {
      expect(() => hosts({ entries: [{ address, names: ['hammond'] }] })).toThrow()
    },
  )
})
