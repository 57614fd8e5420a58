import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseStat, readRunning, startOf } from './running-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'bramble-lab-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(process.platform !== 'linux')('a recorded process (in /proc, which only Linux has)', () => {
  it('is found again by its number and start time', () => {
    const file = join(folder, 'self')
    writeFileSync(file, `${process.pid} ${startOf(process.pid)}\n`)
    expect(readRunning(file)?.pid).toBe(process.pid)
  })

  it('is not taken for a later one of the same number', () => {
    const file = join(folder, 'other')
    writeFileSync(file, `${process.pid} 1\n`)
    expect(readRunning(file)).toBeUndefined()
  })

  it('is not running when the record is missing or cut short', () => {
    const file = join(folder, 'short')
    writeFileSync(file, `${process.pid}`)
    expect(readRunning(file)).toBeUndefined()
    expect(readRunning(join(folder, 'none'))).toBeUndefined()
  })
})

describe('a line of /proc/PID/stat', () => {
  const fields = `7 ${Array.from({ length: 17 }, (_, index) => index).join(' ')} 4711 0`

  it('gives parent and start time whatever the name of the program', () => {
    expect(parseStat(`12 (a) b (c) S ${fields}\n`)).toEqual({ parent: 7, start: '4711' })
  })

  it('gives no start time for a process that only waits to be reaped', () => {
    expect(parseStat(`12 (sh) Z ${fields}\n`).start).toBeUndefined()
  })
})
