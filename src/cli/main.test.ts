import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { officeFolder } from '../../test/cli/command-run.ts'
import { readVersion } from '../support/version.ts'
import { run, type RunResult } from '../support/run.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const LOADER = fileURLToPath(import.meta.resolve('jiti/register'))

const main = (words: readonly string[], before: readonly string[] = []): Promise<RunResult> =>
  run(process.execPath, ['--import', LOADER, ...before, MAIN, ...words], {
    folder: officeFolder(),
    timeoutSeconds: 20,
  })

describe('the command', () => {
  it.each(['--version', '-V'])('tells its version for %s', async (word) => {
    const { code, stdout } = await main([word])
    expect([code, stdout.toString()]).toEqual([0, `${readVersion()}\n`])
  })

  it('ends with the status of its work', async () => {
    expect((await main(['check'])).code).toBe(0)
    expect((await main(['explain', 'NONSENSE'])).code).toBe(1)
    expect((await main(['nonsense'])).code).toBe(64)
  })

  const command = [process.execPath, '--import', LOADER, MAIN]

  it.each([['check'], ['explain', 'UNKNOWN_KEY'], ['--version'], ['--help'], ['check', '--json']])(
    'ends with 1 and says so when the answer of %s %s cannot be written',
    async (...words) => {
      const folder = officeFolder()
      const typed = ['-c', '"$@" >/dev/full', 'sh', ...command, ...words]
      const { code, stderr } = await run('sh', typed, { folder })
      expect(code).toBe(1)
      expect(stderr).toContain('OUTPUT_UNWRITABLE')
      expect(stderr).toContain('standard output cannot be written: ')
      expect(stderr).toContain('no space left on device')
    },
  )

  it('goes on to its own verdict when its reader has seen enough, and is silent', async () => {
    const folder = officeFolder()
    const script = '{ "$@"; echo "$?" >verdict; } | head -n 1; cat verdict'
    const { stdout, stderr } = await run('sh', ['-c', script, 'sh', ...command, 'explain'], { folder })
    expect([stdout.toString().split(/\s+/)[0], stdout.toString().trimEnd().at(-1), stderr]).toEqual([
      'CODE',
      '0',
      '',
    ])
  })

  it.each([
    ['check', 0],
    ['explain NONSENSE', 1],
    ['nonsense', 64],
  ])('ends %s with %d also when nobody reads it any more', async (words, verdict) => {
    const [program = '', ...args] = [...command, ...words.split(' ')]
    const child = spawn(program, args, { cwd: officeFolder(), stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout.destroy()
    expect(await once(child, 'close')).toEqual([verdict, null])
  })

  it('tells what was thrown where nobody waited for it as a defect', async () => {
    // The translator of the sources does not live through a stray that comes while it loads something.
    const stray = `await import(${JSON.stringify(new URL('whole-program.ts', import.meta.url).href)})
    process.on('newListener', (name) => {
      if (name === 'uncaughtException') setImmediate(() => { throw new Error('a stray') })
    })`
    const { code, stderr } = await main(
      ['check', '--debug'],
      ['--import', `data:text/javascript,${encodeURIComponent(stray)}`],
    )
    expect(code).toBe(70)
    expect(stderr).toContain('error DEFECT: this is a defect of Bramble: a stray')
  })
})
