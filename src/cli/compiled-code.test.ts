import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { codeFolder } from './compiled-code.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.log('skipped: only root can make a folder that belongs to somebody else')

const LOADER = fileURLToPath(import.meta.resolve('jiti/register'))
const HERE = new URL('compiled-code.ts', import.meta.url).href

let scratch: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bramble-code-'))
})
afterEach(() => rmSync(scratch, { recursive: true }))

/** What a script answers to a process that loads it and ends with this status. */
async function load(text: string, end = 0): Promise<string> {
  const script = join(scratch, 'script.cjs')
  writeFileSync(script, text)
  const program = `import { loadScript } from ${JSON.stringify(HERE)}
    const loaded = loadScript(${JSON.stringify(script)}, ${JSON.stringify(join(scratch, 'kept'))})
    console.log(loaded.answer())
    process.exitCode = ${end}`
  const main = join(scratch, 'main.ts')
  writeFileSync(main, program)
  const { code, stdout, stderr } = await run(process.execPath, ['--import', LOADER, main], {
    timeoutSeconds: 20,
  })
  if (code !== end) throw new Error(`it ended with ${code}: ${stderr}`)
  return stdout.toString().trim()
}

const kept = (): Buffer => readFileSync(join(scratch, 'kept'))
const FORTY_TWO = "exports.answer = () => require('node:path').basename(__filename) + ' 42'"

describe('compiled code', () => {
  it('is kept when the process ends well, for the owner alone, and is taken the next time', async () => {
    expect(await load(FORTY_TWO, 3)).toBe('script.cjs 42')
    expect(readdirSync(scratch)).not.toContain('kept')
    expect(await load(FORTY_TWO)).toBe('script.cjs 42')
    expect(statSync(join(scratch, 'kept')).mode & 0o777).toBe(0o600)
    const first = kept()
    expect(await load(FORTY_TWO)).toBe('script.cjs 42')
    expect(kept()).toEqual(first)
  })

  it('of a damaged file is not looked at, and made anew', async () => {
    await load(FORTY_TWO)
    const right = kept()
    for (const damage of [
      (code: Buffer) => code.fill(0x5a, code.length / 2, code.length / 2 + 64),
      (code: Buffer) => code.subarray(0, code.length / 2),
      () => Buffer.alloc(0),
    ]) {
      writeFileSync(join(scratch, 'kept'), damage(Buffer.from(right)))
      expect(await load(FORTY_TWO)).toBe('script.cjs 42')
      expect(kept().length).toBe(right.length)
    }
  })

  it('of a script of another length is refused by V8, and made anew', async () => {
    await load(FORTY_TWO)
    const first = kept()
    expect(await load("exports.answer = () => 'something else'")).toBe('something else')
    expect(kept()).not.toEqual(first)
  })

  it('that was made a month ago makes room', async () => {
    writeFileSync(join(scratch, 'old'), '')
    const longAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000)
    utimesSync(join(scratch, 'old'), longAgo, longAgo)
    await load(FORTY_TWO)
    expect(readdirSync(scratch).sort()).toEqual(['kept', 'main.ts', 'script.cjs'])
  })
})

describe('the folder of compiled code', () => {
  const folder = (environment: NodeJS.ProcessEnv = {}) =>
    codeFolder({ XDG_CACHE_HOME: scratch, ...environment })

  it('is made for the user alone', () => {
    expect(folder()).toBe(join(scratch, 'bramble/code'))
    expect(statSync(join(scratch, 'bramble/code')).mode & 0o777).toBe(0o700)
  })

  it.skipIf(!isRoot)('is none for a root who has the cache of somebody else', () => {
    chownSync(scratch, 1000, 1000)
    expect(folder()).toBeUndefined()
    expect(readdirSync(scratch)).toEqual([])
  })

  it('is none when others could write to it, when it is no folder, when it is not wanted', () => {
    expect(folder({ NODE_DISABLE_COMPILE_CACHE: '1' })).toBeUndefined()
    mkdirSync(join(scratch, 'bramble/code'), { recursive: true })
    chmodSync(join(scratch, 'bramble/code'), 0o770)
    expect(folder()).toBeUndefined()
    rmSync(join(scratch, 'bramble/code'), { recursive: true })
    writeFileSync(join(scratch, 'bramble/code'), '')
    expect(folder()).toBeUndefined()
  })
})
