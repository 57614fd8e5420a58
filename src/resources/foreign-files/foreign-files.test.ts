/** The kind `foreign-files` keeps the contract of kinds; what it says of a file never holds a value of that file. */
import { linkSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { describeKind } from '../../../test/contract/kind.ts'
import { programOf, runProgram, SHELLS, type ShellName } from '../../../test/contract/program-run.ts'
import { makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
import { directory } from '../directory/directory.ts'
import { file } from '../file/file.ts'
import { service } from '../service/service.ts'
import { foreignFiles } from './foreign-files.ts'

const FOLDER = '/etc/consul.d'
const PATTERNS = ['*.json', '*.hcl', '.*.json', '.*.hcl']
const consul = (...allowed: string[]) =>
  foreignFiles({ folder: FOLDER, reader: 'Consul', patterns: PATTERNS, allowed })
const ours = file({ path: `${FOLDER}/consul.json`, content: '{}\n' })

describeKind({
  kind: 'foreign-files',
  cases: [
    {
      title: 'sets aside what the reader would take, and nothing else',
      given: {
        [`${FOLDER}/zzz.json`]: '{"acl":{"default_policy":"allow"}}',
        [`${FOLDER}/.hidden.hcl`]: 'encrypt = "x"',
        [`${FOLDER}/notes.txt`]: 'mine',
        [`${FOLDER}/folder.json`]: { folder: true },
        [`${FOLDER}/allowed.json`]: '{}',
        [`${FOLDER}/consul.json`]: 'what was there before',
      },
      resources: [ours, consul('allowed.json')],
      expected: {
        [`${FOLDER}/zzz.json`]: null,
        [`${FOLDER}/zzz.json.bramble-aside`]: '{"acl":{"default_policy":"allow"}}',
        [`${FOLDER}/.hidden.hcl`]: null,
        [`${FOLDER}/notes.txt`]: 'mine',
        [`${FOLDER}/allowed.json`]: '{}',
        [`${FOLDER}/consul.json`]: '{}\n',
      },
    },
    {
      title: 'sets a link aside, also one that leads nowhere',
      given: { [`${FOLDER}/zzz.json`]: { link: '/srv/nowhere' } },
      resources: [consul()],
      expected: {
        [`${FOLDER}/zzz.json`]: null,
        [`${FOLDER}/zzz.json.bramble-aside`]: { link: '/srv/nowhere' },
      },
    },
    {
      title: 'finds nothing in a folder that is not there, or in which only our files are',
      resources: [directory({ path: FOLDER }), ours, consul()].slice(2),
      expected: {},
      unchanged: [`foreign-files:${FOLDER}`],
    },
  ],
  many: (count) =>
    Array.from({ length: count }, (_, index) =>
      foreignFiles({ folder: `/etc/many/${index}`, reader: 'Nobody', patterns: ['*.conf'] }),
    ),
})

describeAsRoot('a foreign file', () => {
  for (const shell of ['dash', 'busybox'] as const) {
    it(`is named with its settings and without their values, under ${SHELLS[shell].join(' ')}`, async () => {
      const root = await makeRoot({
        [`${FOLDER}/a.json`]: JSON.stringify({
          acl: { default_policy: 'allow' },
          encrypt: 'c2VjcmV0=',
          n: [{ 'a b': 1 }],
        }),
        [`${FOLDER}/b.hcl`]:
          '# comment = "no"\nencrypt = "aGlkZGVu="\nacl {\n  tokens { agent = "t0ken" }\n}\nx = <<EOF\nbase64secret==\nEOF\ny=c2VjcmV0a2V5=\nz = c2VjcmV0 = x',
        [`${FOLDER}/c.json`]: 'no JSON at all: "half',
      })
      const seen = await check(root, shell)
      expect(seen).toEqual([
        ['a.json', 'read by Consul: acl, default_policy, encrypt, n', 'set aside'],
        ['c.json', expect.not.stringContaining('half') as string, 'set aside'],
        ['b.hcl', 'read by Consul: encrypt, acl, tokens, agent, x, y, z', 'set aside'],
      ])
      await removeRoot(root)
    })
  }

  it('comes back as the same file: bytes, times, hard links', async () => {
    const root = await makeRoot({})
    mkdirSync(`${root}${FOLDER}`, { recursive: true })
    mkdirSync(`${root}/srv`, { recursive: true })
    writeFileSync(`${root}/srv/mine.json`, '{"mine":1}', { mode: 0o640 })
    linkSync(`${root}/srv/mine.json`, `${root}${FOLDER}/mine.json`)
    utimesSync(`${root}/srv/mine.json`, 1_000_000, 1_000_000)
    const before = statSync(`${root}${FOLDER}/mine.json`)
    await runProgram(root, await programOf([consul()]), 'converge')
    expect(readdirSync(`${root}${FOLDER}`)).toEqual(['mine.json.bramble-aside'])
    await runProgram(root, await programOf([], ['foreign-files']), 'converge')
    const { ino, mode, nlink, mtimeMs } = statSync(`${root}${FOLDER}/mine.json`)
    expect({ ino, mode, nlink, mtimeMs }).toEqual({
      ino: before.ino,
      mode: before.mode,
      nlink: 2,
      mtimeMs: before.mtimeMs,
    })
    await removeRoot(root)
  })

  it('is no foreign file while it is ours and about to leave', async () => {
    const root = await makeRoot({})
    const folder = directory({ path: FOLDER })
    const leaving = file({ path: `${FOLDER}/service-door.json`, content: '{}' })
    await runProgram(
      root,
      await programOf([directory({ path: '/etc' }), folder, leaving, consul()]),
      'converge',
    )
    const plan = await runProgram(root, await programOf([folder, consul()], ['file']), 'check')
    expect(plan.differing).toEqual([])
    await removeRoot(root)
  })

  it('makes the unit that has read it differ, too, so the restart is in the plan', async () => {
    const root = await makeRoot({ [`${FOLDER}/zzz.json`]: '{}' })
    const watched = foreignFiles({ folder: FOLDER, reader: 'Consul', patterns: PATTERNS, unit: 'consul' })
    await runProgram(root, await programOf([watched]), 'converge')
    expect(readdirSync(`${root}/var/lib/bramble/services`)).toEqual(['consul.service.stale'])
    await removeRoot(root)
    expect(service({ name: 'consul' }).row).toContain('other')
  })
})

async function check(root: string, shell: ShellName): Promise<string[][]> {
  const run = await runProgram(root, await programOf([consul()]), 'check', { shell })
  expect(run).toMatchObject({ code: 0, stderr: '' })
  return run.lines.filter(({ type }) => type === 'differs').map(({ fields }) => fields.slice(2))
}
