/** `npm run bench` and `npm run faults` say what they are and what they need. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { requireAll } from '../../bench/needs.ts'
import { run } from '../../src/support/run.ts'

const node = (file: string, ...words: string[]) =>
  run(process.execPath, ['--import', 'jiti/register', file, ...words])

describe.each([
  ['bench/main.ts', ['noop', 'scale', 'side-by-side']],
  ['faults/main.ts', ['cut', 'secrets', 'repeat']],
])('%s', (file, names) => {
  it('prints help, with what each needs', async () => {
    for (const help of ['--help', '-h']) {
      const { code, stdout, stderr } = await node(file, help)
      expect([code, stderr]).toEqual([0, ''])
      for (const name of names)
        expect(stdout.toString()).toMatch(new RegExp(`^  ${name} +\\S.*\\n +needs \\S`, 'm'))
      expect(
        stdout
          .toString()
          .split('\n')
          .filter((line) => line.length > 90),
      ).toEqual([])
    }
  })

  it('says in a line what it does not understand', async () => {
    const option = await node(file, '--nope')
    expect([option.code, option.stdout.toString()]).toEqual([1, ''])
    expect(option.stderr).toContain("Unknown option '--nope'")
    expect(option.stderr).not.toContain('    at ')
    expect((await node(file, 'nope')).stderr).toContain('--help shows the names')
  })
})

it('says what is missing, and what to type, before it begins', async () => {
  vi.stubEnv('PATH', '')
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(requireAll('secrets', ['strace'])).rejects.toThrow(
    'secrets cannot run here:\n  strace is not installed; type: sudo apt-get install strace',
  )
})
