import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bramble, officeFolder } from '../../test/cli/command-run.ts'
import { Bug } from '../diagnostics/bug.ts'
import { LabFailure, LabRefusal } from '../lab/lab-error.ts'

/** Runs a command in whose middle something throws. */
const failing = (error: unknown, words: readonly string[] = []) =>
  bramble(['status', ...words], {
    folder: officeFolder(),
    api: { status: () => Promise.reject(error) },
  })

describe('a defect', () => {
  it('says that it is none of the user, and keeps the stack in a file that only they can read', async () => {
    const { code, err } = await failing(new Bug('the sun rose in the west'))
    expect(code).toBe(70)
    expect(err).toContain('error DEFECT: this is a defect of Bramble: the sun rose in the west')
    const file = /please report it, with (\S+)/.exec(err)?.[1] ?? ''
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toMatch(/bramble \d+\.\d+[^]*failures\.test\.ts/)
    rmSync(dirname(file), { recursive: true })
  })

  it('shows the stack and its causes at once with --debug', async () => {
    const cause = new TypeError('x is not a function')
    const { err } = await failing(new Error('cannot think', { cause }), ['--debug'])
    expect(err).toContain('please report it, with the lines below')
    expect(err).toContain('caused by TypeError: x is not a function')
    expect(err).toContain('failures.test.ts')
  })

  it('is an object for programs with --json', async () => {
    const { code, err } = await failing('a string, of all things', ['--json', '--debug'])
    expect(code).toBe(70)
    expect(JSON.parse(err.split('\n')[0] ?? '')).toMatchObject({ code: 'DEFECT' })
  })
})

describe('what this computer refuses', () => {
  it('is no defect', async () => {
    let error: unknown
    try {
      writeFileSync(join(officeFolder(), 'no', 'such', 'folder'), '')
    } catch (thrown) {
      error = thrown
    }
    const { code, err } = await failing(error)
    expect(code).toBe(1)
    expect(err).toContain('error COMPUTER_REFUSED: ENOENT: no such file or directory')
    expect(err).not.toContain('defect of Bramble')
  })

  it('is told in the words of the lab', async () => {
    const refused = await failing(new LabRefusal('this computer cannot have a lab yet:\n  a lab needs root'))
    expect(refused.code).toBe(1)
    expect(refused.err).toContain(
      'error LAB_REFUSED: this computer cannot have a lab yet:\n  | a lab needs root',
    )
    const failed = await failing(new LabFailure('hammond: systemd-nspawn ended with 1\n  no space'))
    expect(failed.err).toContain('error LAB_FAILED: hammond: systemd-nspawn ended with 1\n  | no space')
  })
})
