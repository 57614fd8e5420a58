/** A plan in a file does what it says, or nothing. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { labPreflight } from '../../src/lab/lab.ts'
import { run } from '../../src/support/run.ts'
import { ClusterUnderTest } from './cluster-under-test.ts'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const TEXT = `cluster: kept
domain: kept.example.net
include: groups.yaml
nodes:
  wren: { memory: 512MiB }
roles:
  base: { on: all, users: { ada: {} } }
  files:
    - { on: all, path: /etc/motd, source: motd }
    - { on: all, path: /etc/token, source: token, secret: true }
    - { on: all, path: /etc/room, content: { from: { env: BRAMBLE_TEST_ROOM } } }
    - { on: all, path: /etc/door, content: { from: { secret: door/code } } }
`

const TOKEN = 'correct-horse-battery'
const CODES = ['1234-open-"the"-door', 'nobody-opens-it-now']

describe.skipIf(lacking.length > 0)('a plan in a file', () => {
  let cluster: ClusterUnderTest
  let file = ''
  beforeAll(async () => {
    cluster = new ClusterUnderTest('kept', TEXT)
    file = join(cluster.folder, 'plan.json')
    writeFileSync(join(cluster.folder, 'motd'), 'Welcome\n')
    writeFileSync(join(cluster.folder, 'groups.yaml'), 'groups: { birds: wren }\n')
    writeFileSync(join(cluster.folder, 'token'), `${TOKEN}\n`)
    vi.stubEnv('BRAMBLE_TEST_ROOM', 'attic')
    await bring(CODES[0] ?? '')
    const up = await cluster.bramble('lab', 'up')
    expect(up.code, up.errors).toBe(0)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await cluster.remove()
  })

  const bring = async (code: string, ...words: string[]): Promise<void> => {
    const argv = cluster.argv('secrets', 'import', ...words, 'door/code')
    const brought = await run('node', argv, { input: code, timeoutSeconds: 60 })
    expect(brought.code, brought.stderr).toBe(0)
  }

  const plan = async (...words: string[]): Promise<void> => {
    const planned = await cluster.bramble('plan', ...words, '--out', file)
    expect(planned.code, planned.text + planned.errors).toBe(0)
  }
  /** What an apply of the file says has changed. */
  const refused = async (): Promise<string> => {
    const { code, errors, text } = await cluster.bramble('apply', file)
    expect(code, text).toBe(1)
    expect(errors).toContain('error PLAN_OUTDATED')
    return /changed: (.*)/.exec(errors)?.[1] ?? errors
  }

  it('holds no secret, and is for its owner alone', async () => {
    await plan()
    expect(readFileSync(file, 'utf8')).not.toContain(TOKEN)
    expect(readFileSync(file, 'utf8')).not.toMatch(/open-.*-door/)
    expect(readFileSync(file, 'utf8')).toContain('wren/file:/etc/door')
    expect(readFileSync(file, 'utf8')).toContain('wren/file:/etc/token')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is refused after a change of the cluster file or a file beside it, and nothing is touched', async () => {
    const token = join(cluster.folder, 'token')
    cluster.edit((text) => text.replace('ada: {}', 'ada: {}, grace: {}'))
    writeFileSync(token, 'another-horse-battery\n')
    expect(await refused()).toBe('the cluster file, the file token, wren/user:grace')
    cluster.edit((text) => text.replace('ada: {}, grace: {}', 'ada: {}'))
    expect(await refused()).toBe('the file token')
    writeFileSync(token, `${TOKEN}\n`)
    expect(await cluster.text('wren', 'getent', 'passwd', 'ada')).toBe('')
  })

  it('is refused when a file that the cluster file includes is another', async () => {
    const groups = join(cluster.folder, 'groups.yaml')
    writeFileSync(groups, 'groups: { birds: [wren], all-birds: birds }\n')
    expect(await refused()).toBe('the file groups.yaml')
    writeFileSync(groups, 'groups: { birds: wren }\n')
  })

  it('is refused when a variable of the environment or a secret is another', async () => {
    vi.stubEnv('BRAMBLE_TEST_ROOM', 'cellar')
    expect(await refused()).toBe('the variable BRAMBLE_TEST_ROOM of the environment, wren/file:/etc/room')
    vi.stubEnv('BRAMBLE_TEST_ROOM', 'attic')
    await bring(CODES[1] ?? '', '--replace')
    expect(await refused()).toBe('the secret door/code')
    await bring(CODES[0] ?? '', '--replace')
    await plan()
  })

  it('is refused when the node shows something else', async () => {
    await cluster.write('wren', '/etc/motd', 'by hand\n')
    expect(await refused()).toBe('wren/file:/etc/motd')
    await cluster.output('wren', 'rm', '/etc/motd')
  })

  it('is carried out without a question, from anywhere on the same cluster, and only once', async () => {
    await plan()
    const { code, text, errors } = await cluster.bramble('apply', file)
    expect(code, text + errors).toBe(0)
    expect(text).toContain('changed')
    expect(await cluster.text('wren', 'cat', '/etc/motd')).toBe('Welcome')
    expect(await cluster.text('wren', 'cat', '/etc/room')).toBe('attic')
    expect(await cluster.text('wren', 'cat', '/etc/door')).toBe(CODES[0])
    expect(await cluster.text('wren', 'stat', '-c', '%a', '/etc/door')).toBe('600')
    await refused()
    await bring(CODES[1] ?? '', '--replace')
    const { text: shown } = await cluster.bramble('plan')
    expect(shown).toContain('/etc/door')
    for (const secret of CODES) expect(shown).not.toContain(secret)
    await plan()
    expect((await cluster.bramble('apply', file)).code).toBe(0)
  })
})
