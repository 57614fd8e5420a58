/** The kind `authorized-key` keeps the contract of kinds; public keys are read as OpenSSH reads them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { entryAt, makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
import { run } from '../../support/run.ts'
import { authorizedKey } from './authorized-key.ts'
import { parsePublicKey } from './public-key.ts'

/** A well-formed ed25519 public key that nobody has the private part of. */
function keyNumber(number: number): string {
  const type = 'ssh-ed25519'
  const bytes = Buffer.alloc(4 + type.length + 4 + 32)
  bytes.writeUInt32BE(type.length, 0)
  bytes.write(type, 4)
  bytes.writeUInt32BE(32, 4 + type.length)
  bytes.writeUInt32BE(number, bytes.length - 4)
  return `${type} ${bytes.toString('base64')}`
}

const ADA = `${keyNumber(1)} ada@laptop`
const BOB = `${keyNumber(2)} bob`
const FILE = '/home/ada/.ssh/authorized_keys'
const withoutKeys = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nada:x:1500:1600::/home/ada:/bin/sh\n',
  '/home/ada': { folder: true, mode: '700', owner: [1500, 1600] },
} as const
const given = {
  ...withoutKeys,
  '/home/ada/.ssh': { folder: true, mode: '700', owner: [1500, 1600] },
  [FILE]: { text: `# mine\n${BOB}\n`, mode: '600', owner: [1500, 1600] },
} as const

describeKind({
  kind: 'authorized-key',
  cases: [
    {
      title: 'makes the folder and the file for the first keys of a user',
      given: withoutKeys,
      resources: [authorizedKey({ user: 'ada', key: ADA }), authorizedKey({ user: 'ada', key: BOB })],
      expected: {
        '/home/ada/.ssh': { folder: true, mode: '700', owner: [1500, 1600] },
        [FILE]: { text: `${ADA}\n${BOB}\n`, mode: '600', owner: [1500, 1600] },
      },
    },
    {
      title: 'adds a key and keeps the other lines',
      given,
      resources: [authorizedKey({ user: 'ada', key: ADA })],
      expected: { [FILE]: `# mine\n${BOB}\n${ADA}\n` },
    },
    {
      title: 'replaces the line of a key whose options or comment differ',
      given: {
        ...given,
        [FILE]: { text: `${BOB}\n${ADA} old\n# ${ADA}\n`, mode: '600', owner: [1500, 1600] },
      },
      resources: [authorizedKey({ user: 'ada', key: `from="10.0.0.0/8",command="echo \\"hi\\" $x" ${ADA}` })],
      expected: { [FILE]: `${BOB}\nfrom="10.0.0.0/8",command="echo \\"hi\\" $x" ${ADA}\n# ${ADA}\n` },
    },
    {
      title: 'adds a key that is there only as a comment',
      given: { ...given, [FILE]: { text: `# ${ADA}\n`, mode: '644', owner: [1500, 1600] } },
      resources: [authorizedKey({ user: 'ada', key: ADA })],
      expected: { [FILE]: { text: `# ${ADA}\n${ADA}\n`, mode: '644' } },
    },
    {
      title: 'leaves a key alone that is there already',
      given,
      resources: [authorizedKey({ user: 'ada', key: BOB })],
      expected: {},
      unchanged: [`authorized-key:${authorizedKey({ user: 'ada', key: BOB }).name}`],
    },
    {
      title: 'takes out a key that is wanted to be absent',
      given,
      resources: [authorizedKey({ user: 'ada', key: BOB, state: 'absent' })],
      expected: { [FILE]: '# mine\n' },
    },
  ],
  hostile: {
    given,
    resources: (value) => [authorizedKey({ user: 'ada', key: `${keyNumber(3)} .${value}.` })],
    read: async (root) =>
      (await readFile(join(root, FILE), 'utf8')).split('\n')[2]?.slice(keyNumber(3).length + 2, -1),
    refuses: ['two\nlines\n', '\ttab and  two spaces '],
  },
  absent: {
    given,
    present: [authorizedKey({ user: 'ada', key: ADA })],
    absent: [authorizedKey({ user: 'ada', key: ADA, state: 'absent' })],
  },
  failing: {
    given: { ...withoutKeys, '/home/ada/.ssh': { link: '/etc' } },
    resources: [authorizedKey({ user: 'ada', key: ADA })],
    message: /^~ada\/\.ssh or the authorized_keys in it is a symbolic link/,
  },
  many: (count) =>
    Array.from({ length: count }, (_, index) => authorizedKey({ user: 'ada', key: keyNumber(index) })),
  manyGiven: given,
})

describe('the files of keys', () => {
  it('are closed to others, because sshd does not trust them else', async () => {
    const root = await makeRoot({
      ...given,
      '/home/ada/.ssh': { folder: true, mode: '775', owner: [1, 1] },
      [FILE]: { text: `${BOB}\n`, mode: '666', owner: [1500, 1600] },
    })
    const result = await runProgram(
      root,
      await programOf([authorizedKey({ user: 'ada', key: BOB })]),
      'converge',
    )
    const folder = await entryAt(root, '/home/ada/.ssh', { folder: true, mode: '', owner: [0, 0] })
    const keys = await entryAt(root, FILE, { text: '', mode: '', owner: [0, 0] })
    await removeRoot(root)
    expect(result.failed.size).toBe(0)
    expect(folder).toEqual({ folder: true, mode: '700', owner: [1500, 1600] })
    expect(keys).toEqual({ text: `${BOB}\n`, mode: '600', owner: [1500, 1600] })
  })
})

describe('a public key', () => {
  it('has the fingerprint that ssh-keygen prints', async () => {
    const printed = await run('ssh-keygen', ['-l', '-f', '-'], { input: `${ADA}\n` })
    expect(printed.stdout.toString().split(' ')[1]).toBe(parsePublicKey(ADA)?.fingerprint)
  })

  it.each([
    '',
    'ssh-ed25519',
    '# ' + ADA,
    'ssh-ed25519 AAAAC3NzaC1yc2EAAAAILV5MoHhCy1DW7/21X6+3DxncJgcdsVSh2SyAvwhVrnd',
    ADA.replace('ssh-ed25519', 'ssh-rsa'),
    `${ADA}\n${BOB}`,
  ])('is not %j', (text) => {
    expect(parsePublicKey(text)).toBeUndefined()
  })
})
