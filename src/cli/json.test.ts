import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, scratchFolder } from '../../test/cli/command-run.ts'
import { readVersion } from '../support/version.ts'

/** What is asked of a cluster, in a folder that has none. */
const QUESTIONS = [
  ['check'],
  ['facts'],
  ['plan'],
  ['apply'],
  ['apply', '--yes'],
  ['upgrade'],
  ['status'],
  ['ssh-config'],
  ['secrets', 'list'],
  ['secrets', 'show', 'x'],
  ['secrets', 'rotate', 'x'],
  ['secrets', 'rekey'],
  ['lab', 'up'],
  ['lab', 'cut', 'x'],
  ['lab', 'down', 'x'],
]

/** Every line is an object of its own. */
const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

describe('with --json', () => {
  it.each(QUESTIONS)('%s %s answers on standard output also when it has no answer', async (...words) => {
    const { code, out, err } = await bramble([...words, '--json'], { folder: scratchFolder() })
    expect(code).toBe(1)
    const expected = { code: expect.stringMatching(/^(CLUSTER_FILE_MISSING|LAB_NOT_HERE)$/) as string }
    expect(JSON.parse(out)).toMatchObject({ diagnostics: [expected] })
    expect(lines(err)).toMatchObject([{ type: 'diagnostic', severity: 'error', ...expected }])
  })

  it.each([
    [['plam'], 'unknown command'],
    [['plan', '--nodes', 'x'], 'unknown option'],
    [['upgrade', 'Consul'], 'is no engine with a full version'],
    [[], 'there is no command'],
  ])('%j ends with 64 and a diagnostic', async (words, text) => {
    const { code, out, err } = await bramble([...words, '--json'], { folder: officeFolder() })
    expect(code).toBe(64)
    expect(JSON.parse(out)).toMatchObject({ diagnostics: [{ code: 'NOT_UNDERSTOOD' }] })
    expect(lines(err)).toMatchObject([{ summary: expect.stringContaining(text) as string }])
  })

  it.each([
    [['check'], { cluster: 'office' }],
    [['log'], undefined],
    [['lab', 'down'], { removed: [] }],
    [['explain', 'UNKNOWN_KEY'], { code: 'UNKNOWN_KEY' }],
    [['secrets', 'list'], []],
    [['completion', 'bash'], { shell: 'bash' }],
    [['schema'], { type: 'object' }],
    [['--version'], { version: readVersion() }],
    [
      ['init', '-C', 'new', '--name', 'x', '--domain', 'x.example.net', '--node', 'a=10.0.0.1'],
      { written: [] },
    ],
  ])('%j answers with JSON alone', async (words, expected) => {
    const { code, out, err } = await bramble([...words, '--json'], { folder: officeFolder() })
    expect([code, err]).toEqual([0, ''])
    // No runs are no lines.
    if (expected === undefined) expect(out).toBe('')
    else if ('written' in expected)
      expect(JSON.parse(out)).toMatchObject({ folder: expect.any(String) as string })
    else expect(JSON.parse(out)).toMatchObject(expected)
  })

  it('tells how each node is reached', async () => {
    const dials = [
      { node: 'hammond', host: '192.168.42.10', port: 22, user: 'pi', sudo: 'nopasswd' as const },
    ]
    const api = { sshConfigText: () => Promise.resolve('Host hammond\n'), sshDials: () => dials }
    const { out } = await bramble(['ssh-config', '--json'], { folder: officeFolder(), api })
    expect(JSON.parse(out)).toEqual(dials)
  })
})
