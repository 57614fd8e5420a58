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

  it('is silent when its reader has seen enough', async () => {
    const command = `"$@" explain | head -n 1`
    const { stdout, stderr } = await run('sh', [
      '-c',
      command,
      'sh',
      process.execPath,
      '--import',
      LOADER,
      MAIN,
    ])
    expect([stdout.toString().split(/\s/)[0], stderr]).toEqual(['CODE', ''])
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
