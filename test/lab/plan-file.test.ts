/** A plan in a file does what it says, or nothing. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labPreflight } from '../../src/lab/lab.ts'
import { ClusterUnderTest } from './cluster-under-test.ts'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const TEXT = `cluster: kept
domain: kept.example.net
nodes:
  wren: { memory: 512MiB }
roles:
  base: { on: all, users: { ada: {} } }
  files:
    - { on: all, path: /etc/motd, source: motd }
    - { on: all, path: /etc/token, source: token, secret: true }
`

const TOKEN = 'correct-horse-battery'

describe.skipIf(lacking.length > 0)('a plan in a file', () => {
  let cluster: ClusterUnderTest
  let file = ''
  beforeAll(async () => {
    cluster = new ClusterUnderTest('kept', TEXT)
    file = join(cluster.folder, 'plan.json')
    writeFileSync(join(cluster.folder, 'motd'), 'Welcome\n')
    writeFileSync(join(cluster.folder, 'token'), `${TOKEN}\n`)
    const up = await cluster.bramble('lab', 'up')
    expect(up.code, up.errors).toBe(0)
  })
  afterAll(() => cluster.remove())

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
    await refused()
    await plan()
    expect((await cluster.bramble('apply', file)).code).toBe(0)
  })
})
